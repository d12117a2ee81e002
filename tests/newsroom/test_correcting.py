"""Corrections: told in the open, kept for good, taken back only with a reason."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from wagtail.actions.publish_revision import PublishPermissionError

from meiri.changes.exchanging_words import Amendment
from meiri.journal.models import Entry
from meiri.newsroom.correcting import correct, places_of, withdraw_correction
from meiri.newsroom.corrections import Correction, CorrectionKept
from meiri.newsroom.corrections_desk import CorrectView, WithdrawCorrectionView
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import withdraw
from meiri.policy import may
from tests.newsroom.test_admin import an_editor
from tests.newsroom_factory import a_channel, a_draft, an_article

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def everywhere(article: Article, words: str) -> Amendment:
    """All places ticked."""
    found = places_of(article, words)
    return Amendment(frozenset(spot.number for spot in found.spots), found.digest)


def ticked_form(page: str) -> dict:
    """What the form would send that shows the places: the digest, and what is ticked."""
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page)[1]
    return {"digest": digest, "place": re.findall(r'name="place" value="(\d+)" checked', page)}


def send_ticked(client, address: str, given: dict, places=None):
    """Both steps of amending: the places are shown, then sent as they are ticked, or `places` instead."""
    shown = ticked_form(text(client.post(address, given)))
    return client.post(address, given | shown | ({} if places is None else {"place": places}))


def kinds() -> list[str]:
    return list(Entry.objects.order_by("sequence").values_list("kind", flat=True))


def test_a_correction_is_told_on_the_page_on_the_list_and_in_the_journal(client):
    article = an_article("水库蓄水", text="水库今年蓄水三十亿立方米。")
    correction = correct(article, "三十亿立方米", "三亿立方米", note="编辑核对时看错单位。")
    page, listed = text(client.get(article.get_absolute_url())), text(client.get("/corrections/"))
    for shown in (page, listed):
        assert "“三十亿立方米”应为“三亿立方米”。编辑核对时看错单位。" in shown
    assert '"@type":"CorrectionComment"' in page
    assert f"{article.get_absolute_url()}#{correction.anchor}" in listed
    entry = Entry.objects.get(kind="correction.published")
    assert entry.keys == [article.content_key, "corrections"]
    assert entry.payload["wrong"] == "三十亿立方米"
    assert "蓄水三十亿立方米" in page  # without amending, the text stands as it was
    assert "更正（" in text(client.get("/rss.xml"))


def test_amending_changes_the_text_wherever_the_words_stand_and_publishes_in_one_transaction(client):
    body = [
        ("text", "<p>王庄村<b>张三</b>说，A&amp;B 公司来过。</p>"),
        ("heading", "张三的果园"),
        ("quote", {"text": "张三：今年好。", "speaker": "张三"}),
        ("table", {"data": [["姓名", "张三"]], "first_row_is_table_header": True}),
    ]
    article = an_article("张三种果树", summary="张三的故事", text=body)
    before = Entry.objects.count()
    correct(article, "张三", "章三", amendment=everywhere(article, "张三"))
    assert kinds()[before:] == ["article.published", "correction.published"]
    page = text(client.get(article.get_absolute_url()))
    assert page.count("章三") >= 7
    assert page.count("张三") == 2  # in the notice and its structured data
    assert "正文已改" in page
    article.refresh_from_db()
    correct(article, "A&B", "A&C", amendment=everywhere(article, "A&B"))
    assert "A&amp;C 公司" in text(client.get(article.get_absolute_url()))


def test_an_amended_article_is_found_by_its_new_words(client, search_index):
    article = an_article("水库蓄水", text="水库今年蓄水三十亿立方米。")
    search_index.catch_up()
    correct(article, "水库", "湖泊", amendment=everywhere(article, "水库"))
    search_index.catch_up()
    found = {q: client.get(f"/api/v1/search/?q={q}").json()["total"] for q in ("湖泊今年", "水库今年")}
    assert found["湖泊今年"] == 1
    assert article.pk == client.get("/api/v1/search/?q=湖泊").json()["results"][0]["id"]


@pytest.mark.parametrize(
    ("wrong", "right", "amend", "says"),
    [
        ("", "对", False, "请写明原文"),
        ("错", " ", False, "请写明原文"),
        ("同", "同", False, "相同"),
        ("长" * 501, "对", False, "500 字以内"),
        ("没有这样的话", "对", True, "没有找到"),
    ],
)
def test_what_can_not_be_a_correction_changes_nothing(wrong, right, amend, says):
    article, before = an_article(text="水库。"), len(kinds())
    with pytest.raises(ValidationError, match=says):
        correct(article, wrong, right, amendment=Amendment(frozenset({0}), "") if amend else None)
    assert (len(kinds()), Correction.objects.count()) == (before, 0)


def test_unfinished_changes_are_never_published_by_a_correction():
    article = an_article(text="水库。")
    article.title = "没写完的题目"
    article.save_revision()
    with pytest.raises(ValidationError, match="尚未发布的修改"):
        correct(article, "水库", "湖泊", amendment=Amendment(frozenset({0}), ""))
    assert Article.objects.get(pk=article.pk).title != "没写完的题目"


def test_only_what_readers_see_can_be_corrected():
    with pytest.raises(ValidationError, match="没有发布"):
        correct(a_draft(), "错", "对")
    article = an_article()
    withdraw(article, "失实")
    with pytest.raises(ValidationError, match="没有发布"):
        correct(article, "错", "对")


def test_who_may_not_publish_there_may_not_correct_there():
    elsewhere = an_editor("waidi", channels=[a_channel("要闻", "yaowen")])
    article = an_article()
    with pytest.raises(PublishPermissionError):
        correct(article, "错", "对", by=elsewhere)
    correction = correct(article, "错", "对")
    with pytest.raises(PublishPermissionError):
        withdraw_correction(correction, "误判", by=elsewhere)
    assert kinds()[-1] == "correction.published"


def test_a_correction_is_never_deleted():
    article = an_article()
    correction = correct(article, "错", "对")
    for deed in (correction.delete, Correction.objects.all().delete, Correction.objects.filter(pk=1).delete):
        with pytest.raises(CorrectionKept), transaction.atomic():
            deed()
    with pytest.raises(Exception, match="protected"), transaction.atomic():
        article.delete()
    assert Correction.objects.get() == correction


def test_taking_a_correction_back_is_told_too(client):
    article = an_article()
    correction = correct(article, "三十亿", "三亿")
    with pytest.raises(ValidationError, match="原因"):
        withdraw_correction(correction, " ")
    withdraw_correction(correction, "原文无误，系误判。")
    for address in (article.get_absolute_url(), "/corrections/"):
        page = text(client.get(address))
        assert "原文无误，系误判。" in page
        assert "<s>“三十亿”应为“三亿”。</s>" in page
    assert "CorrectionComment" not in text(client.get(article.get_absolute_url()))
    assert "更正（" not in text(client.get("/rss.xml"))
    assert kinds().count("correction.withdrawn") == 1
    with pytest.raises(ValidationError, match="已经撤回"):
        withdraw_correction(correction, "再次")


def test_stored_pages_are_made_again_by_their_keys(client, stored_pages):
    article = an_article(text="水库。")
    addresses = (article.get_absolute_url(), "/corrections/")
    assert all("“水库”" not in text(client.get(a)) for a in addresses)
    correction = correct(article, "水库", "湖泊")
    stored_pages.catch_up()
    assert all("“水库”应为“湖泊”" in text(client.get(a)) for a in addresses)
    withdraw_correction(correction, "误判")
    stored_pages.catch_up()
    assert all("撤回：误判" in text(client.get(a)) for a in addresses)


def test_the_list_is_paged_by_key_at_a_fixed_cost(client, django_assert_max_num_queries):
    article = an_article()
    for n in range(31):
        correct(article, f"错{n}处", f"对{n}处")
    client.get("/corrections/")
    with django_assert_max_num_queries(4):
        first = text(client.get("/corrections/"))
    assert "“错0处”" not in first
    oldest = Correction.objects.order_by("pk")[1].pk
    assert f"?before={oldest}" in first
    assert "“错0处”" in text(client.get(f"/corrections/?before={oldest}"))
    assert client.get("/corrections/?before=x").status_code == 404


class TestTheDesk:
    def test_an_editor_corrects_and_takes_back(self, client):
        editor, article = an_editor(channels=[a_channel()]), an_article(text="水库。")
        client.force_login(editor)
        address = f"/admin/corrections/of/{article.pk}/"
        assert "刊登更正" in text(client.get(address))
        refused = client.post(address, {"wrong": "没有", "right": "有", "amend": "on"})
        assert "没有找到" in text(refused)
        send_ticked(client, address, {"wrong": "水库", "right": "湖泊", "amend": "on"})
        correction = Correction.objects.get()
        assert (correction.in_text, correction.published_by) == (True, editor)
        assert article.title in text(client.get("/admin/corrections/"))
        client.post(f"/admin/corrections/{correction.pk}/withdraw/", {"reason": "误判"})
        correction.refresh_from_db()
        assert correction.withdrawal_reason == "误判"
        edit = text(client.get(f"/admin/snippets/newsroom/article/edit/{article.pk}/"))
        assert "“水库”应为“湖泊”（已撤回）" in edit

    def test_a_desk_elsewhere_is_refused(self, client):
        article = an_article()
        correction = correct(article, "错", "对")
        client.force_login(an_editor("waidi", channels=[a_channel("要闻", "yaowen")]))
        for answer in (
            client.get(f"/admin/corrections/of/{article.pk}/"),
            client.post(f"/admin/corrections/of/{article.pk}/", {"wrong": "甲", "right": "乙"}),
            client.post(f"/admin/corrections/{correction.pk}/withdraw/", {"reason": "误判"}),
        ):
            assert answer.status_code in (302, 403)
        correction.refresh_from_db()
        assert (Correction.objects.count(), correction.withdrawn_at) == (1, None)

    def test_b4_a_desk_elsewhere_is_refused_by_each_view_itself_too(self, rf):
        """Whichever address leads to it, also one that the table of the admin's doors does not know."""
        article = an_article()
        correction = correct(article, "错", "对")
        request = rf.get("/")
        request.user = an_editor("waidi", channels=[a_channel("要闻", "yaowen")])
        assert not may(request.user, "correct", correction)
        assert may(an_editor("bendi", channels=[article.channel]), "correct", correction)
        for view, which in (
            (CorrectView, {"article_id": article.pk}),
            (WithdrawCorrectionView, {"correction_id": correction.pk}),
        ):
            with pytest.raises(PermissionDenied):
                view.as_view()(request, **which)

    def test_the_list_costs_the_same_however_long_it_is(self, client, django_assert_max_num_queries):
        article = an_article()
        for n in range(51):
            correct(article, f"错{n}", f"对{n}")
        client.force_login(get_user_model().objects.create_superuser("zhubian", "z@example.com", "x"))
        client.get("/admin/corrections/")
        with django_assert_max_num_queries(12):
            page = text(client.get("/admin/corrections/"))
        assert "下一页" in page
