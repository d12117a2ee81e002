"""What becomes of a laid-out page after it was published: changes with their reasons, withdrawal with a receipt, restoring; by the
doors of the admin, on a node that stores its pages."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from meiri.changes.models import PublishedChange, WithdrawalReceipt
from meiri.changes.withdrawal_receipts import check_due_receipts
from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import HomePage, StandardPage
from meiri.journal.models import Entry
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.roles import REPORTERS
from meiri.outbound import OutboundResponse
from tests.fronts.test_doors import form_of
from tests.newsroom.test_policy import member_of

pytestmark = pytest.mark.django_db
ADDRESS = "/about/tougao/"


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_newsroom()
    create_pages()


@pytest.fixture
def desk(initial_data):
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("chief", password="x"))
    return client


@pytest.fixture
def page(initial_data) -> StandardPage:
    about = Page.objects.get(slug="about")
    page = about.add_child(
        instance=StandardPage(title="投稿须知", slug="tougao", body="<p>来稿请附联系方式，共12栏。</p>")
    )
    page.save_revision().publish()
    return page


def publish(desk, page, kind="", reason="", **changes):
    page = StandardPage.objects.get(pk=page.pk)
    data = form_of(page, **changes) | {"change_kind": kind, "change_reason": reason, "action-publish": "发布"}
    return desk.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), data)


def body(text):
    from wagtail.test.utils.form_data import rich_text

    return rich_text(f"<p>{text}</p>")


def test_readers_can_look_up_what_was_changed_of_a_page_and_why(desk, page, client):
    history = reverse("changes", args=["page", page.pk])
    assert "修改记录" not in client.get(ADDRESS).content.decode()
    answer = publish(desk, page, "correction", "", body=body("来稿请附联系方式，共13栏。"))
    assert "请写明修改了什么、为什么" in answer.content.decode()
    answer = publish(desk, page, "small", "改错字", body=body("来稿请附联系方式，共13栏。"))
    assert "这不是小改：数字改了" in answer.content.decode()
    publish(desk, page, "correction", "栏目是13个，误为12个", body=body("来稿请附联系方式，共13栏。"))
    shown = client.get(ADDRESS).content.decode()
    assert "共13栏" in shown
    assert "<strong>更正</strong>" in shown
    assert history in shown
    told = client.get(history).content.decode()
    for words in ("更正", "正文", "栏目是13个，误为12个", "投稿须知"):
        assert words in told
    # What was said of one version is not said of the next.
    publish(desk, page, body=body("来稿请附联系方式，共14栏。"))
    newest = PublishedChange.objects.latest("pk")
    assert (newest.kind, newest.reason, newest.by.username) == ("update", "", "chief")
    count = PublishedChange.objects.count()
    publish(desk, page, "update", "没有改动")
    assert PublishedChange.objects.count() == count


def test_a_page_is_withdrawn_with_a_reason_a_receipt_and_a_way_back(desk, page, client, stored_pages):
    stored_pages.catch_up()
    assert client.get(ADDRESS).status_code == 200
    address = reverse("wagtailadmin_pages:unpublish", args=[page.pk])
    before = desk.get(address).content.decode()
    assert "出现在 " in before
    assert ADDRESS in before
    assert desk.post(address, {"reason": " "}).status_code == 422
    answer = desk.post(address, {"reason": "内容过时"})
    stored_pages.catch_up()
    gone = client.get(ADDRESS)
    assert (gone.status_code, "原因：内容过时" in gone.content.decode()) == (410, True)
    told = client.get(reverse("changes", args=["page", page.pk])).content.decode()
    assert "内容过时" in told
    assert "投稿须知" not in told
    entry = Entry.objects.filter(kind="front.withdrawn").latest("sequence")
    assert entry.payload["reason"] == "内容过时"

    WithdrawalReceipt.objects.update(due_at=timezone.now())

    def fetch(address):
        found = client.get(address)
        return OutboundResponse(found.status_code, {}, found.content, True)

    assert check_due_receipts(fetch)
    receipt = WithdrawalReceipt.objects.get()
    assert {place["state"] for place in receipt.places} == {"gone"}
    assert receipt.in_words in desk.get(answer.url).content.decode()

    # A draft that was written meanwhile stays one.
    draft = StandardPage.objects.get(pk=page.pk)
    draft.body = "<p>还没有想好。</p>"
    draft.save_revision()
    restore = reverse("front_restore", args=[page.pk])
    assert desk.post(restore, {"reason": ""}).status_code == 422
    desk.post(restore, {"reason": "已经更新核实"})
    stored_pages.catch_up()
    assert "共12栏" in client.get(ADDRESS).content.decode()
    draft.refresh_from_db()
    assert "还没有想好" in draft.get_latest_revision_as_object().body
    assert [change.kind for change in PublishedChange.objects.order_by("pk")] == ["withdrawn", "restored"]
    assert "恢复" in client.get(reverse("changes", args=["page", page.pk])).content.decode()
    assert desk.post(restore, {"reason": "再来一次"}).status_code == 422


def test_home_stays_and_who_lays_out_no_pages_withdraws_none(desk, page):
    home = HomePage.objects.get()
    address = reverse("wagtailadmin_pages:unpublish", args=[home.pk])
    assert "不能撤下" in desk.post(address, {"reason": "试试"}).content.decode()
    reporter = Client()
    reporter.force_login(member_of(REPORTERS))
    for view in ("wagtailadmin_pages:unpublish", "front_restore"):
        reporter.post(reverse(view, args=[page.pk]), {"reason": "试试"})
    assert reporter.get(reverse("changes_of_thing", args=["page", page.pk])).status_code in (302, 403, 404)
    page.refresh_from_db()
    assert page.live
