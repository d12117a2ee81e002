"""Who wrote a letter follows it: reads what the newsroom says, adds to it, takes it back."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from meiri.journal.models import Entry
from meiri.letters import handling, published_letters
from meiri.letters.handling import MOST_ADDITIONS
from meiri.letters.models import Letter, Message, MonthCount, Stage
from tests.letters.letters_factory import A_PDF, a_letter, someone

pytestmark = pytest.mark.django_db
KEY = "KEY"


@pytest.fixture
def handler():
    return someone("handle_letter", "open_contact")


def follow(client, letter, **sent):
    return client.post(f"/letters/{letter.receipt}/", {"key": KEY, **sent})


def words(response):
    return response.content.decode()


def test_the_writer_reads_replies_and_never_notes(client, handler):
    letter = a_letter()
    handling.reply_to_writer(letter, "请补充路灯的编号。", handler)
    handling.note_on_letter(letter, "打过电话，对方态度不好。", handler)
    page = words(follow(client, letter))
    assert "请补充路灯的编号" in page
    assert "态度不好" not in page
    assert handler.username not in page
    kinds = [e.kind for e in Entry.objects.order_by("-sequence")[:2]]
    assert kinds == ["letter.noted", "letter.replied"]
    assert "路灯" not in str([e.payload for e in Entry.objects.all()])


def test_the_writer_adds_words_and_files_once_whatever_how_often_they_are_sent(client, handler):
    letter = a_letter()
    once = re.search(r'name="once" value="([^"]+)"', words(follow(client, letter)))[1]
    for _ in range(2):
        pdf = SimpleUploadedFile("x.pdf", A_PDF)
        answer = follow(client, letter, deed="add", text="编号是 N27。", once=once, attachments=pdf)
        assert answer.status_code == 200
    assert "补充的内容已收到" in words(answer)
    assert [m.text for m in letter.messages.all()] == ["编号是 N27。"]
    assert letter.attachments.count() == 1
    assert Letter.objects.get().has_news
    told = Entry.objects.get(kind="letter.added")
    assert told.keys == [f"letter:{letter.pk}"]
    assert "N27" not in str(told.payload)
    client.force_login(handler)
    assert "有补充" in words(client.get("/admin/letters/"))
    handling.check_letter(letter, handler)
    assert not Letter.objects.get().has_news


def test_what_is_wrong_with_an_addition_is_said_and_nothing_is_kept(client, handler):
    letter = a_letter()
    for sent, said in [
        ({"text": ""}, "请填写补充的内容"),
        ({"text": "长" * 2001}, "2000 字以内"),
        ({"text": "好", "attachments": SimpleUploadedFile("a.pdf", b"<svg/>")}, "不是 JPEG"),
    ]:
        answer = follow(client, letter, deed="add", **sent)
        assert answer.status_code == 422
        assert said in words(answer)
    handling.close_letter(letter, "已办。", handler)
    assert "已经办结" in words(follow(client, letter, deed="add", text="再补充"))
    assert not Message.objects.exists()


def test_nobody_adds_without_end(client):
    letter = a_letter()
    for n in range(MOST_ADDITIONS):
        handling.add_to_letter(letter, "补充", [], str(n))
    assert "最多补充" in words(follow(client, letter, deed="add", text="再补充"))


def test_a_letter_taken_back_is_gone_but_for_its_receipt(client, handler):
    letter = a_letter()
    handling.answer_letter(letter, "林晚舟来信收悉，已修。", handler)
    published_letters.publish_letter(letter, handler, "路灯不亮。", "已修。")
    handling.add_to_letter(letter, "我是东门的林晚舟", [], "t")
    asked = follow(client, letter, deed="take_back")
    assert asked.status_code == 422
    assert "请先勾选确认" in words(asked)
    answer = follow(client, letter, deed="take_back", sure="on")
    assert "来信已撤回" in words(answer)
    letter.refresh_from_db()
    assert (letter.stage, letter.published_at, letter.text, letter.answer) == (Stage.CLOSED, None, "", "")
    assert letter.contact() == {"name": "", "contact": ""}
    assert not letter.messages.exists()
    assert client.get(f"/letters/published/{letter.pk}/").status_code == 404
    assert "林晚舟" not in str(Letter.objects.values().get())
    assert Entry.objects.filter(kind="letter.taken_back", actor="system").count() == 1
    client.force_login(handler)
    page = words(client.post(f"/admin/letters/{letter.pk}/", {"deed": "open_contact", "reason": "核实"}))
    assert "联系方式已经删除" in page
    assert follow(client, letter, deed="take_back", sure="on").status_code == 200
    assert Entry.objects.filter(kind="letter.taken_back").count() == 1


def test_without_the_key_nothing_can_be_added_or_taken_back(client):
    letter, other = a_letter(), a_letter(key_digest="0" * 64)
    for sent in ({"deed": "take_back", "sure": "on"}, {"deed": "add", "text": "不是我写的"}):
        assert follow(client, letter, **sent | {"key": "AAAA-BBBB-CCCC"}).status_code == 403
        assert follow(client, other, **sent).status_code == 403
    assert Letter.objects.filter(stage=Stage.RECEIVED).count() == 2
    assert not Message.objects.exists()


def test_the_numbers_follow_a_letter(client, handler, django_assert_num_queries):
    from meiri.letters.tally import statistics

    letter = a_letter()
    handling.answer_letter(letter, "已修。", handler)
    handling.answer_letter(letter, "已修，并换了灯泡。", handler)
    a_letter()
    count = MonthCount.objects.get()
    assert (count.received, count.answered, count.days) == (2, 1, 0)
    page = words(client.get("/letters/statistics/"))
    assert re.search(r"全国或其他</th><td>2</td><td>1</td><td>0.0</td>", page)
    with django_assert_num_queries(2):
        assert len(statistics(count.month).months) == 12
