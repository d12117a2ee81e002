"""What becomes of an article after it was published: kinds and reasons of changes, small repairs, withdrawal with its reach and
a receipt."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from meiri.changes import models as kept
from meiri.changes.models import WithdrawalReceipt, record_change
from meiri.changes.published_reach import PublishedReach, kind_in_words
from meiri.changes.withdrawal_receipts import check_due_receipts
from meiri.journal.models import Entry
from meiri.newsroom.change_checks import characters_changed
from meiri.newsroom.changes import ARTICLES
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.models import Article
from meiri.newsroom.publication_checks import PublicationStopped, Strictness
from meiri.newsroom.publication_rules import set_levels
from meiri.newsroom.publishing import publish, withdraw
from meiri.newsroom.roles import CHIEFS
from meiri.outbound import OutboundResponse, Unreachable
from meiri.personal.personal_data import export_personal_data
from tests.newsroom.test_policy import member_of
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db
TEXT = "<p>区里今年新建学校12所，没有占用耕地。</p><p>家长可以在网上报明。</p>"


def changes_of(article_id, count):
    return kept.changes_of(f"article:{article_id}", count)


@pytest.fixture
def chief(db):
    create_newsroom()
    return member_of(CHIEFS)


def changed(article, by, kind="update", reason="补充了报名时间", **fields):
    article = Article.objects.get(pk=article.pk)
    article.change_kind, article.change_reason = kind, reason
    for name, value in fields.items():
        setattr(article, name, value)
    return publish(article, by=by)


def body(old="报明", new="报名"):
    return [("text", TEXT.replace(old, new))]


def test_c6_a_change_of_a_published_article_is_kept_and_readers_see_what_when_and_why(client, chief):
    article = an_article("新学校", text=TEXT)
    assert "修改记录" not in client.get(article.get_absolute_url()).content.decode()
    changed(article, chief, title="新建学校", body=body())
    (change,) = changes_of(article.pk, 10)
    assert (change.kind, change.in_words, change.by) == ("update", "标题、正文 1 段", chief)
    entry = Entry.objects.filter(kind="article.published").latest("sequence")
    assert (entry.payload["change"], entry.payload["reason"]) == ("update", "补充了报名时间")
    assert f"/corrections/{article.pk}/" in client.get(article.get_absolute_url()).content.decode()
    page = client.get(reverse("article-changes", args=[article.pk])).content.decode()
    for words in ("更新", "标题、正文 1 段", "补充了报名时间", "新建学校"):
        assert words in page
    assert chief.username not in page
    changed(article, chief)
    assert len(changes_of(article.pk, 10)) == 1  # nothing that readers see was changed


def test_c6_where_it_must_be_a_kind_and_a_reason_are_asked_for(chief):
    set_levels(None, {"change.reason": Strictness.STOP})
    article = an_article("新学校", text=TEXT, by=None)
    with pytest.raises(PublicationStopped, match="请选修改类别并写明原因"):
        changed(article, chief, kind="", body=body())
    assert changed(article, chief, body=body()).live


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"title": "新建的学校"}, "标题改了"),
        ({"original_title": "新建的学校"}, "原标题改了"),
        ({"body": [*body(), ("heading", "报名")]}, "正文里的标题"),
        ({"body": body("12所", "21所")}, "数字改了"),
        ({"body": body("没有占用", "占用")}, "否定词改了"),
        ({"body": body("家长", "余杭区家长")}, "地名"),
        ({"body": body("家长可以", "家长们在这个月里随时都可以很方便地打开手机或者电脑")}, "改了"),
    ],
)
def test_a_small_repair_is_small(chief, fields, why):
    article = an_article("新学校", text=TEXT)
    with pytest.raises(PublicationStopped, match=why):
        changed(article, chief, kind="small", reason="改错字", **fields)
    assert changed(article, chief, kind="small", reason="改错字", body=body()).live
    assert changes_of(article.pk, 1)[0].kind == "small"


def test_a_version_that_keeps_the_time_of_its_publication_to_the_second_changes_no_time(chief):
    article = an_article("新学校", text=TEXT, published_at=None)
    version = Article.objects.get(pk=article.pk).latest_revision.as_object()
    version.published_at = Article.objects.get(pk=article.pk).published_at.replace(microsecond=0)
    version.body, version.change_kind, version.change_reason = body(), "small", "改错字"
    version.save_revision(user=chief).publish(user=chief)
    (change,) = changes_of(article.pk, 1)
    assert (change.kind, change.in_words) == ("small", "正文 1 段")


def test_c6_small_repairs_are_of_those_who_may(chief):
    article = an_article("新学校", text=TEXT)
    chief.groups.get().permissions.filter(codename="repair_article").delete()
    from django.contrib.auth.models import Permission

    chief.groups.get().permissions.remove(*Permission.objects.filter(codename="repair_article"))
    chief = type(chief).objects.get(pk=chief.pk)
    with pytest.raises(PublicationStopped, match="没有小改已发布稿件的权限"):
        changed(article, chief, kind="small", reason="改错字", body=body())


def test_changed_characters_are_counted_whatever_the_length():
    assert characters_changed("甲" * 9, "甲" * 9) == 0
    assert characters_changed("甲乙丙", "甲丁丙") == 1
    assert characters_changed("甲" * 50_000, "甲" * 25_000 + "乙" + "甲" * 25_000) == 1
    assert characters_changed("", "甲乙") == 2


def test_a_withdrawal_leaves_a_receipt_that_is_checked_place_by_place(admin_client, admin_user, monkeypatch):
    article = an_article("要撤的稿", text=TEXT)
    own = article.get_absolute_url()
    monkeypatch.setattr(
        "meiri.newsroom.publishing.standing_of",
        lambda article: PublishedReach([own, "/", "/keji/", "/rss.xml"]),
    )
    answer = admin_client.post(
        reverse("wagtailsnippets_newsroom_article:unpublish", args=[article.pk]), {"reason": "内容失实"}
    )
    receipt = WithdrawalReceipt.objects.get()
    assert answer.url == reverse("changes_of_thing", args=["article", article.pk])
    assert (receipt.reason, receipt.by, len(receipt.places)) == ("内容失实", admin_user, 4)
    pages = {
        own: OutboundResponse(410, {}, b"", True),
        "/": OutboundResponse(200, {}, b"<p>other</p>", True),
        "/keji/": OutboundResponse(200, {}, f'<a href="{own}">'.encode(), True),
    }

    def fetch(address):
        if address not in pages:
            raise Unreachable("超时没有回答")
        return pages[address]

    WithdrawalReceipt.objects.update(due_at=timezone.now())
    assert check_due_receipts(fetch)
    page = admin_client.get(answer.url).content.decode()
    assert "共 4 处，2 处已不再出现，1 处仍能看到，1 处没有答复。" in page
    pages |= {"/keji/": pages["/"], "/rss.xml": pages["/"]}
    WithdrawalReceipt.objects.update(due_at=timezone.now())
    check_due_receipts(fetch)
    assert "共 4 处，4 处已不再出现。" in admin_client.get(answer.url).content.decode()
    assert not check_due_receipts(fetch)


def test_what_was_withdrawn_and_restored_is_told_to_readers(client, chief):
    article = an_article("新学校", text=TEXT)
    withdraw(article, "来源有误", by=chief)
    page = reverse("article-changes", args=[article.pk])
    assert "来源有误" in client.get(page).content.decode()
    assert "新学校" not in client.get(page).content.decode()
    assert article.get_absolute_url() not in client.get(page).content.decode()
    changed(article, chief, reason="核实无误")
    assert [change.kind for change in changes_of(article.pk, 9)] == ["restored", "withdrawn"]
    told = client.get(page).content.decode()
    assert "恢复刊发" in told
    assert "核实无误" in told


def test_a_draft_has_no_history(client):
    from tests.newsroom_factory import a_draft

    assert client.get(reverse("article-changes", args=[a_draft().pk])).status_code == 404
    assert client.get("/corrections/99999/").status_code == 404


def test_reach_is_told_before_and_only_to_who_may(admin_client, client):
    article = an_article("要撤的稿")
    address = reverse("wagtailsnippets_newsroom_article:unpublish", args=[article.pk])
    assert "影响范围" in admin_client.get(address).content.decode()
    assert client.get(reverse("changes_of_thing", args=["article", article.pk])).status_code == 302


def test_the_desk_reads_many_changes_in_as_many_queries_as_one(
    admin_client, chief, django_assert_num_queries
):
    article = an_article("新学校")
    address = reverse("changes_of_thing", args=["article", article.pk])
    record_change(ARTICLES.name(article), "update", "补充", chief)
    admin_client.get(address)
    with CaptureQueriesContext(connection) as one:
        admin_client.get(address)
    for _ in range(20):
        record_change(ARTICLES.name(article), "update", "补充", chief)
    with django_assert_num_queries(len(one)):
        assert admin_client.get(address).content.decode().count(str(chief)) == 21


def test_who_changed_an_article_gets_a_copy_of_it(chief):
    changed(an_article("新学校", text=TEXT), chief, reason="补充报名时间", body=body())
    assert "补充报名时间" in str(export_personal_data(chief))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/", "首页"), ("/zh-hant/", "首页"), ("/keji/", "频道页"), ("/keji/2026/11/23/", "频道页"),
        ("/keji/2026/1123/9.html", "稿件页"), ("/keji/rss.xml", "订阅源和站点地图"), ("/sitemaps/2026-11.xml", "订阅源和站点地图"),
        ("/difang/zhejiang/2026/", "地方站页"), ("/zh-hant/zhuanti/qiushou/", "专题页"), ("/tag/水稻/", "标签页"), ("/links/", "其他页面"),
    ],
)  # fmt: skip
def test_pages_are_told_as_editors_call_them(address, words):
    assert kind_in_words(address) == words
