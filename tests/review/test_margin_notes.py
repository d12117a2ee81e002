"""Notes in the margin: at words of the text, answered, resolved, asked about before publication, kept in the sheet."""

import json

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from meiri.newsroom.publication_checks import PublicationStopped, Strictness
from meiri.newsroom.publication_rules import set_levels
from meiri.personal.personal_data import export_personal_data
from meiri.review.margin_notes import MarginNote
from meiri.review.margin_noting import MOST_NOTES, answer_note, resolve_note, write_note
from meiri.review.models import ReviewSheet
from tests.newsroom_factory import a_channel
from tests.review.newsroom import a_person, a_submitted, change, pass_all, review, set_up, signed_in, waiting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shared_database")]
FRAGMENT = {"HTTP_ACCEPT": "application/x-fragment"}
TEXT = "首班公交六点发车，\n比平日早了半小时。"


@pytest.fixture(scope="module")
def newsroom(shared_database):
    return set_up()


def test_a_note_stands_at_words_is_answered_and_resolved_without_leaving_the_screen(newsroom):
    article, editor = a_submitted(newsroom, text=TEXT), newsroom.editors[0]
    desk, writer = signed_in(editor), signed_in(newsroom.writer)
    notes = reverse("review_notes", args=[article.pk])
    shown = desk.post(notes, {"quote": "发车， 比平日", "text": "核实是六点还是六点半"}, **FRAGMENT)
    assert shown.status_code == 200
    assert "核实是六点还是六点半" in shown.content.decode()
    note = MarginNote.objects.get(article=article)
    assert note.place == f"body:{article.latest_revision.as_object().body.raw_data[0]['id']}"
    assert (
        "核实是六点还是六点半" in desk.get(reverse("review_one", args=[waiting(article).pk])).content.decode()
    )
    one = reverse("review_note", args=[note.pk])
    assert (
        "六点整"
        in writer.post(one, {"deed": "answer", "text": "车队回复：六点整"}, **FRAGMENT).content.decode()
    )
    assert "已了结" in desk.post(one, {"deed": "resolve"}, **FRAGMENT).content.decode()
    # Without a script the way of the article shows it all.
    again = desk.post(one, {"deed": "reopen"}, follow=True)
    assert "了结" in again.content.decode()
    assert again.redirect_chain[0][0] == reverse("review_article", args=[article.pk]) + "#margin-notes"


def test_what_can_not_be_noted_is_said_and_stays_in_the_form(newsroom):
    article = a_submitted(newsroom, text=TEXT)
    client = signed_in(newsroom.editors[0])
    notes = reverse("review_notes", args=[article.pk])
    refused = client.post(notes, {"quote": "没有的话", "text": "此处有误"}, **FRAGMENT)
    assert refused.status_code == 422
    assert "没有这几个字" in refused.content.decode()
    assert "此处有误" in refused.content.decode()
    assert "请写下旁注" in client.post(notes, {"quote": "", "text": " "}, **FRAGMENT).content.decode()
    assert not MarginNote.objects.filter(article=article).exists()
    MarginNote.objects.bulk_create(MarginNote(article=article, text="x") for _ in range(MOST_NOTES))
    with pytest.raises(ValidationError, match=f"最多 {MOST_NOTES} 条"):
        write_note(article, "", "再写一条", newsroom.editors[0])


def test_notes_are_of_those_who_see_the_article_and_settled_by_who_wrote_them_or_changes_it(newsroom):
    article, stranger = a_submitted(newsroom), a_person("别的记者", "记者")
    with pytest.raises(PermissionDenied):
        write_note(article, "", "意见", stranger)
    note = write_note(article, "", "全文太长", newsroom.editors[0])
    assert signed_in(stranger).get(reverse("review_notes", args=[article.pk])).status_code in (302, 403, 404)
    answer = signed_in(stranger).post(reverse("review_note", args=[note.pk]), {"deed": "resolve"})
    assert answer.status_code in (302, 403, 404)
    note.refresh_from_db()
    assert note.resolved_at is None
    with pytest.raises(PermissionDenied):
        resolve_note(note, True, stranger)


def test_open_notes_stop_where_the_newsroom_is_strict_and_all_are_kept_in_the_sheet(newsroom):
    article = a_submitted(newsroom, text=TEXT)
    note = write_note(article, "六点", "核实", newsroom.editors[5])
    answer_note(note, "已核实", newsroom.writer)
    set_levels(a_channel("关注民生", "minsheng"), {"review.notes": Strictness.STOP})
    with pytest.raises(PublicationStopped, match="“六点”处的旁注还没有了结：核实"):
        pass_all(article, newsroom)
    resolve_note(note, True, newsroom.editors[5])
    review(article, newsroom.chiefs[0])
    told = json.loads(ReviewSheet.objects.get(article=article).document)["notes"]
    [kept] = told
    assert (kept["quote"], kept["text"], kept["by"]["name"]) == ("六点", "核实", "编辑六")
    assert [answer["text"] for answer in kept["answers"]] == ["已核实"]
    assert kept["resolved_by"]["name"] == "编辑六"
    number = ReviewSheet.objects.get(article=article).number
    page = signed_in(newsroom.chiefs[0]).get(reverse("review_sheet", args=[number])).content.decode()
    assert "旁注与答复" in page
    assert "核实" in json.dumps(export_personal_data(newsroom.editors[5]), ensure_ascii=False, default=str)


def test_words_that_were_changed_since_are_told_and_the_list_costs_the_same_for_many(
    newsroom, django_assert_max_num_queries
):
    article, editor = a_submitted(newsroom, text=TEXT), newsroom.editors[0]
    client, notes = signed_in(editor), reverse("review_notes", args=[article.pk])
    write_note(article, "六点", "核实", editor)
    client.get(notes)
    with django_assert_max_num_queries(60) as asked:
        client.get(notes)
    few = len(asked)
    for number in range(10):
        answer_note(write_note(article, "六点", f"核实{number}", editor), "好", newsroom.writer)
    client.get(notes)
    with django_assert_max_num_queries(60) as many:
        client.get(notes)
    assert len(many) == few
    change(article, newsroom.writer, body=[("text", "<p>首班公交六时半发车。</p>")])
    assert "原文已改" in client.get(notes).content.decode()
