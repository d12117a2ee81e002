"""Every door of the admin by which a laid-out page changes: readers see it, and the journal has one entry for it."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.contrib.settings.registry import registry as settings_registry
from wagtail.documents.models import Document
from wagtail.models import Page, PageViewRestriction
from wagtail.test.utils.form_data import nested_form_data, rich_text

from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import HomePage, MagazineIssuePage, SiteSettings, StandardPage
from meiri.journal.log import last_sequence
from meiri.journal.models import Entry
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db
ABOUT = "/about/tougao/"


@pytest.fixture
def chief(db):
    return get_user_model().objects.create_superuser("chief", password="x")


@pytest.fixture
def desk(chief):
    client = Client()
    client.force_login(chief)
    return client


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_pages()


@pytest.fixture
def reader(initial_data, stored_pages):
    """Reads what the node serves once its worker has caught up."""
    client = Client()

    def read(address: str) -> str:
        stored_pages.catch_up()
        answer = client.get(address)
        return answer.content.decode() if answer.status_code == 200 else str(answer.status_code)

    return read


@pytest.fixture
def page(reader) -> StandardPage:
    """投稿须知, live and asked for once."""
    parent = Page.objects.get(slug="about")
    page = parent.add_child(
        instance=StandardPage(title="投稿须知", slug="tougao", body="<p>来稿请附联系方式。</p>")
    )
    page.save_revision().publish()
    assert "来稿请附联系方式" in reader(ABOUT)
    return page


@pytest.fixture
def told():
    """The kinds of the entries since it was asked last."""
    seen = last_sequence()

    def kinds() -> list[str]:
        nonlocal seen
        new = Entry.objects.after(seen)
        seen = last_sequence()
        return [entry.kind for entry in new]

    return kinds


def form_of(page: StandardPage, **changes) -> dict:
    fields = {
        "title": page.title,
        "slug": page.slug,
        "body": rich_text(page.body),
        "departments": {"count": 0},
        "seo_title": "",
        "search_description": "",
        "comment_notifications": "",
    }
    data = nested_form_data({**fields, **changes})
    data["departments-count"] = "0"
    data |= {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}
    return data


def edit(desk, page, **changes):
    answer = desk.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), form_of(page, **changes))
    assert answer.status_code in (200, 302), answer.content.decode()[:2000]
    return answer


def test_a1_a_page_published_in_the_edit_view_reaches_readers(desk, chief, page, reader, told):
    told()
    edit(desk, page, body=rich_text("<p>稿酬从优。</p>"), **{"action-publish": "发布"})
    assert "稿酬从优" in reader(ABOUT)
    assert told() == ["front.published"]
    assert Entry.objects.latest("sequence").actor == f"user:{chief.pk}"


def test_a1_home_published_in_the_edit_view_reaches_readers(desk, reader, told):
    home = HomePage.objects.get()
    reader("/")
    told()
    fields = {"title": "每日要览", "slug": home.slug, "seo_title": "", "search_description": ""}
    data = nested_form_data(fields) | {
        "body-count": "0",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
    }
    answer = desk.post(reverse("wagtailadmin_pages:edit", args=[home.pk]), data | {"action-publish": "发布"})
    assert answer.status_code == 302
    assert told() == ["front.published"]
    assert HomePage.objects.get().title == "每日要览"


def test_a1_a_page_saved_as_a_draft_changes_nothing_for_readers(desk, page, reader, told):
    told()
    edit(desk, page, body=rich_text("<p>稿酬从优。</p>"))
    assert "稿酬从优" not in reader(ABOUT)
    assert told() == []


def test_a1_publishing_what_is_published_already_tells_nothing(desk, page, reader, told):
    edit(desk, page, **{"action-publish": "发布"})  # the form gives each paragraph its key
    page.refresh_from_db()
    told()
    edit(desk, page, **{"action-publish": "发布"})
    assert "来稿请附联系方式" in reader(ABOUT)
    assert told() == []


def test_a2_a_page_unpublished_is_gone_for_readers(desk, page, reader, told):
    told()
    desk.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]))
    assert told() == []  # not without a reason
    desk.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]), {"reason": "内容过时"})
    assert reader(ABOUT) == "410"
    assert told() == ["front.withdrawn"]


def test_a2_a_page_deleted_is_gone_for_readers(desk, page, reader, told):
    told()
    desk.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
    assert reader(ABOUT) == "404"
    assert told() == ["front.withdrawn"]


def test_a2_what_stands_below_a_deleted_page_goes_with_it(desk, page, reader, told):
    below = page.add_child(instance=StandardPage(title="格式", slug="geshi", body="<p>用文本文件。</p>"))
    below.save_revision().publish()
    assert "用文本文件" in reader(f"{ABOUT}geshi/")
    told()
    desk.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
    assert reader(f"{ABOUT}geshi/") == "404"
    assert told() == ["front.withdrawn", "front.withdrawn"]


def test_a2_a_page_moved_answers_at_its_new_address_and_leads_there_from_the_old(desk, page, reader, told):
    home = HomePage.objects.get()
    elsewhere = home.add_child(instance=StandardPage(title="服务", slug="fuwu", body=""))
    elsewhere.save_revision().publish()
    told()
    address = reverse("wagtailadmin_pages:move_confirm", args=[page.pk, elsewhere.pk])
    desk.post(address, {"next": ""})
    page.refresh_from_db()
    assert page.url.endswith("/fuwu/tougao/")
    assert reader(ABOUT) == "301"
    assert sorted(told()) == ["front.moved", "redirect.created"]


@pytest.mark.parametrize(("deed", "becomes"), [("unpublish", []), ("delete", ["front.withdrawn"])])
def test_a2_pages_deleted_in_bulk_are_gone_for_readers_and_none_is_withdrawn_without_a_reason(
    desk, page, reader, told, deed, becomes
):
    told()
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", deed])
    desk.post(f"{address}?id={page.pk}")
    assert (reader(ABOUT) == "404") == bool(becomes)
    assert told() == becomes


def test_a2_pages_published_in_bulk_reach_readers(desk, page, reader, told):
    page.body = "<p>稿酬从优。</p>"
    page.save_revision()
    told()
    desk.post(f"{reverse('wagtail_bulk_action', args=['wagtailcore', 'page', 'publish'])}?id={page.pk}")
    assert "稿酬从优" in reader(ABOUT)
    assert told() == ["front.published"]


def test_a2_a_page_that_expires_is_gone_for_readers(page, reader, told):
    StandardPage.objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    told()
    call_command("publish_scheduled")
    assert reader(ABOUT) == "410"
    assert told() == ["front.withdrawn"]


def test_a2_a_copy_that_is_published_with_it_is_there_for_readers(desk, page, reader, told):
    told()
    parent = page.get_parent()
    desk.post(
        reverse("wagtailadmin_pages:copy", args=[page.pk]),
        {
            "new_title": "投稿须知二",
            "new_slug": "tougao2",
            "new_parent_page": parent.pk,
            "publish_copies": "on",
        },
    )
    assert "来稿请附联系方式" in reader("/about/tougao2/")
    assert told() == ["front.published"]


def test_a2_an_alias_follows_its_page(desk, page, reader, told):
    parent = page.get_parent()
    desk.post(
        reverse("wagtailadmin_pages:copy", args=[page.pk]),
        {"new_title": "别处", "new_slug": "biechu", "new_parent_page": parent.pk, "alias": "on"},
    )
    assert "来稿请附联系方式" in reader("/about/biechu/")
    assert told() == ["front.published"]
    edit(desk, page, body=rich_text("<p>稿酬从优。</p>"), **{"action-publish": "发布"})
    assert "稿酬从优" in reader("/about/biechu/")
    assert told() == ["front.published", "front.published"]
    desk.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]), {"reason": "内容过时"})
    assert reader("/about/biechu/") == "410"
    assert told() == ["front.withdrawn", "front.withdrawn"]


def test_a2_a_new_issue_of_the_magazine_stands_on_the_shelf_by_a_copy_too(desk, reader, told):
    shelf = Page.objects.get(slug="zazhi")
    issue = shelf.add_child(
        instance=MagazineIssuePage(title="第一期", slug="1", number="一", words="卷首", cover=a_picture())
    )
    issue.save_revision().publish()
    assert "第一期" in reader("/zazhi/")
    told()
    desk.post(
        reverse("wagtailadmin_pages:copy", args=[issue.pk]),
        {"new_title": "第二期", "new_slug": "2", "new_parent_page": shelf.pk, "publish_copies": "on"},
    )
    assert "第二期" in reader("/zazhi/")
    assert told() == ["front.published"]


def test_a10_a_version_scheduled_for_a_live_page_is_told_when_it_goes_live(desk, page, reader, told):
    told()
    later = timezone.localtime() + timedelta(hours=3)
    edit(
        desk,
        page,
        body=rich_text("<p>稿酬从优。</p>"),
        go_live_at=f"{later:%Y-%m-%d %H:%M}",
        **{"action-publish": "发布"},
    )
    assert told() == []
    revision = page.revisions.latest("id")
    assert revision.approved_go_live_at is not None
    page.revisions.filter(pk=revision.pk).update(approved_go_live_at=timezone.now() - timedelta(minutes=1))
    revision.refresh_from_db()
    content = revision.content | {"go_live_at": (timezone.now() - timedelta(minutes=1)).isoformat()}
    page.revisions.filter(pk=revision.pk).update(content=content)
    call_command("publish_scheduled")
    assert "稿酬从优" in reader(ABOUT)
    assert told() == ["front.published"]


def test_a8_a_redirect_made_in_the_admin_leads_readers(desk, reader, told):
    told()
    answer = desk.post(
        reverse("wagtailredirects:add"),
        {
            "old_path": "/news/2019/abc.shtml",
            "redirect_link": "https://example.cn/xin/",
            "is_permanent": "on",
        },
    )
    assert answer.status_code == 302
    assert told() == ["redirect.created"]
    for edition in ("", "/zh-hant"):
        answer = Client().get(f"{edition}/news/2019/abc.shtml")
        assert (answer.status_code, answer["Location"]) == (301, "https://example.cn/xin/")


def test_a8_a_redirect_may_name_what_an_old_system_asked_for_after_the_question_mark(desk, reader):
    desk.post(
        reverse("wagtailredirects:add"),
        {"old_path": "/article.php?id=5", "redirect_link": "https://example.cn/5/", "is_permanent": "on"},
    )
    assert Client().get("/article.php?id=5")["Location"] == "https://example.cn/5/"
    assert Client().get("/article.php?id=6").status_code == 404


def test_a8_a_page_renamed_leads_from_its_old_address(
    desk, page, reader, told, django_capture_on_commit_callbacks
):
    told()
    with django_capture_on_commit_callbacks(execute=True):
        edit(desk, page, slug="gaojian", **{"action-publish": "发布"})
    assert "来稿请附联系方式" in reader("/about/gaojian/")
    assert reader(ABOUT) == "301"
    assert told() == ["front.published", "redirect.created"]


def test_a_page_made_private_is_no_page_for_everybody(page, reader, told):
    told()
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert reader(ABOUT) != "200"
    assert "来稿请附联系方式" not in reader(ABOUT)
    assert told() == ["pageviewrestriction.created"]


def test_a16_looking_at_settings_and_documents_writes_nothing(desk, told):
    document = Document.objects.create(title="表格", file=ContentFile(b"a,b", "biao.csv"))
    Document.objects.filter(pk=document.pk).update(file_size=None, file_hash="")
    addresses = [reverse("wagtaildocs:edit", args=[document.pk])]
    for model in settings_registry:
        addresses.append(
            reverse("wagtailsettings:edit", args=[model._meta.app_label, model._meta.model_name])
        )
    stranger = Client()
    stranger.force_login(get_user_model().objects.create_user("stranger", password="x"))
    told()
    for address in addresses:
        assert desk.get(address, follow=True).status_code == 200
        stranger.get(address)
    assert told() == []


def test_a16_a_settings_row_that_is_missing_is_not_made_by_reading(desk):
    SiteSettings.objects.all().delete()
    assert SiteSettings.load().organisation == ""
    assert not SiteSettings.objects.exists()


def test_a16_looking_at_a_picture_or_a_document_writes_nothing(desk):
    picture = a_picture("湿地")
    document = Document.objects.create(title="表格", file=ContentFile(b"a,b", "biao.csv"))
    for address in (
        reverse("wagtailimages:edit", args=[picture.pk]),
        reverse("wagtaildocs:edit", args=[document.pk]),
    ):
        desk.get(address)  # the session is noted
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(address).status_code == 200
        written = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        assert [sql for sql in written if "media_" in sql or "wagtaildocs" in sql or "journal" in sql] == []
