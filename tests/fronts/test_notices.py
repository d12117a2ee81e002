"""Breaking news, notices and pages in grey: above every page without a page made anew."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from meiri.fronts.initial_pages import create_pages
from meiri.fronts.notice_bars import Greying, NoticeBar, end_overdue_notices, set_for_coverage
from meiri.journal.models import Entry
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
from meiri.newsroom.publishing import withdraw
from meiri.sections.models import Channel
from meiri.web.notice_style import quoted
from tests.live.live_factory import a_coverage, a_person
from tests.newsroom_factory import a_channel, an_article

SHEET = "/fragments/notices.css"


@pytest.fixture
def desk(db):
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("chief", password="x"))
    return client


def a_bar(text="北岭水文站超警戒水位", **fields) -> NoticeBar:
    fields.setdefault("until", timezone.now() + timedelta(hours=1))
    bar = NoticeBar(text=text, **fields)
    bar.full_clean()
    bar.save()
    return bar


def sheet(client) -> str:
    answer = client.get(SHEET)
    assert answer["Content-Type"] == "text/css; charset=utf-8"
    return answer.content.decode()


def kinds_of_entries() -> list[str]:
    return list(
        Entry.objects.filter(kind__regex="noticebar|greying").order_by("pk").values_list("kind", flat=True)
    )


def form(**fields) -> dict[str, str]:
    now = timezone.localtime()
    times = {"since": f"{now:%Y-%m-%d %H:%M}", "until": f"{now + timedelta(hours=1):%Y-%m-%d %H:%M}"}
    empty = {"kind": "breaking", "text": "北岭超警", "article": "", "coverage": "", "address": ""}
    return times | empty | fields


@pytest.mark.django_db
class TestABar:
    def test_is_set_in_the_admin_and_ended_there_each_with_an_entry(self, client, desk):
        assert "北岭" not in sheet(client)
        article = an_article()
        answer = desk.post(reverse(NoticeBar.snippet_viewset.get_url_name("add")), form(article=article.pk))
        assert answer.status_code == 302
        bar = NoticeBar.objects.get()
        assert "北岭超警" in sheet(client)
        assert client.get("/fragments/notices/breaking/")["Location"] == article.get_absolute_url()
        end = reverse("notice_end", args=["noticebar", bar.pk])
        assert "北岭超警" in desk.get(end).content.decode()
        desk.post(end)
        desk.post(end)
        assert "北岭" not in sheet(client)
        assert "已经结束" in client.get("/fragments/notices/breaking/").content.decode()
        assert kinds_of_entries() == ["noticebar.created", "noticebar.ended"]

    def test_begins_and_ends_by_the_clock(self, client):
        bar = a_bar(since=timezone.now() + timedelta(minutes=5))
        assert bar.text not in sheet(client)
        NoticeBar.objects.update(since=timezone.now() - timedelta(hours=2))
        assert bar.text in sheet(client)
        NoticeBar.objects.update(until=timezone.now() - timedelta(seconds=1))
        assert bar.text not in sheet(client)
        end_overdue_notices()
        end_overdue_notices()
        assert kinds_of_entries() == ["noticebar.created", "noticebar.ended"]
        assert Entry.objects.latest("pk").actor == "system"

    def test_that_is_over_by_the_clock_ended_at_its_time_and_not_when_somebody_ends_it(self, desk):
        bar = a_bar()
        until = timezone.now() - timedelta(minutes=5)
        NoticeBar.objects.update(since=until - timedelta(hours=1), until=until)
        answer = desk.post(reverse("notice_end", args=["noticebar", bar.pk]), follow=True)
        assert "已经结束过了" in answer.content.decode()
        end_overdue_notices()
        assert NoticeBar.objects.get().ended_at == until

    def test_stands_in_every_edition_and_above_every_page(self, client):
        a_bar("台风“海葵”登陆软件园")
        assert "台风\\201c 海葵\\201d 登陆软件园" in sheet(client)
        assert "軟體園" in client.get(f"/zh-hant{SHEET}").content.decode()
        for address in (an_article().get_absolute_url(), "/corrections/", "/members/login/", "/search/"):
            page = client.get(address).content.decode()
            assert f'href="{SHEET}"' in page, address
            assert 'href="/fragments/notices/breaking/"' in page, address

    def test_goes_with_the_article_that_it_is_about(self, client):
        article = an_article()
        bar = a_bar(article=article)
        withdraw(article, "核实有误")
        assert bar.text not in sheet(client)

    def test_the_newest_of_a_kind_is_shown_and_notices_beside_breaking_news(self, client):
        a_bar("第一条", since=timezone.now() - timedelta(minutes=2))
        a_bar("第二条")
        a_bar("今晚检修", kind=NoticeBar.Kind.NOTICE)
        page = sheet(client)
        assert "第一条" not in page
        assert "第二条" in page
        assert "今晚检修" in page

    def test_without_a_target_its_link_shows_words_and_time(self, client):
        a_bar("地震预警")
        assert "地震预警" in client.get("/fragments/notices/breaking/").content.decode()
        assert client.get("/fragments/notices/else/").status_code == 404

    @pytest.mark.parametrize(
        "fields",
        [
            {"until": timezone.now() - timedelta(days=1)},
            {"text": "字" * 61},
            {"address": "https://elsewhere.example/"},
            {"address": "//elsewhere.example/"},
        ],
    )
    def test_bad_input_is_refused(self, fields):
        with pytest.raises(ValidationError):
            a_bar(**fields)

    def test_leads_to_one_place_that_readers_can_open(self):
        with pytest.raises(ValidationError):
            a_bar(article=an_article(), coverage=a_coverage())

    def test_is_set_of_live_coverage_by_one_click(self, client, desk):
        coverage = a_coverage("北岭抗洪现场")
        assert "设为突发" in desk.get(reverse("live_console", args=[coverage.pk])).content.decode()
        desk.post(reverse("notice_of_coverage", args=[coverage.pk]))
        assert "北岭抗洪现场" in sheet(client)
        assert client.get("/fragments/notices/breaking/")["Location"] == coverage.get_absolute_url()

    def test_is_the_chiefs_matter_and_grey_that_of_the_editor_in_chief(self):
        create_newsroom()
        channel = a_channel()
        create_desk("科技编辑", [channel])
        coverage = a_coverage(channel=channel)
        with pytest.raises(PermissionDenied):
            set_for_coverage(coverage, a_person("li", "科技编辑"))
        assert set_for_coverage(coverage, a_person("wang", "值班总编"))
        assert not a_person("zhao", "值班总编").has_perm("fronts.add_greying")
        assert a_person("qian", "总编辑").has_perm("fronts.add_greying")


@pytest.mark.django_db
def test_strings_of_css_hold_whatever_is_written():
    assert quoted('a"}</style>\\\n好') == '"a\\22 \\7d \\3c \\2f style\\3e \\5c \\a 好"'


@pytest.mark.django_db
@pytest.mark.parametrize(("reach", "selector"), [("site", ":root{"), ("home", '[data-at="/"]{'), ("channel", '[data-at="keji"]{')])  # fmt: skip
def test_grey_holds_for_the_site_for_home_or_for_a_channel(client, reach, selector):
    create_pages()
    article = an_article(channel=a_channel())
    channel = Channel.objects.get() if reach == "channel" else None
    Greying.objects.create(
        reach=reach, channel=channel, reason="公祭日", until=timezone.now() + timedelta(days=1)
    )
    assert f"{selector}filter:grayscale(1)}}" in sheet(client)
    assert '<html lang="zh-Hans" data-at="/">' in client.get("/").content.decode()
    for address in ("/keji/", article.get_absolute_url()):
        assert '<html lang="zh-Hans" data-at="keji">' in client.get(address).content.decode()
    Greying.objects.update(until=timezone.now())
    assert "grayscale" not in sheet(client)


@pytest.mark.django_db
def test_no_stored_page_is_made_anew_but_the_style_sheet(client, stored_pages):
    channel = a_channel()
    pages = [an_article(channel=channel).get_absolute_url() for _ in range(5)]
    sheets = [SHEET, f"/zh-hant{SHEET}"]
    stored_pages.catch_up()
    for address in (*pages, *sheets):
        client.get(address)
    files = stored_pages.store.files
    before = {address: Path(files.path(address)).stat().st_ino for address in (*pages, *sheets)}
    a_bar()
    stored_pages.catch_up()
    after = {address: Path(files.path(address)).stat().st_ino for address in before}
    assert [address for address in before if before[address] != after[address]] == sheets


# At once, so that whoever sees the one has the other.
SET = """
from datetime import timedelta
from django.db import transaction
from django.utils import timezone
from meiri.fronts.notice_bars import Greying, NoticeBar
with transaction.atomic():
    NoticeBar.objects.create(text="北岭水文站超警", address="/keji/", until=timezone.now() + timedelta(hours=1))
    Greying.objects.create(reach="home", reason="公祭日", until=timezone.now() + timedelta(hours=1))
"""
END = """
from django.utils import timezone
from meiri.fronts.notice_bars import Greying, NoticeBar
for thing in (NoticeBar.objects.get(), Greying.objects.get()):
    thing.ended_at = timezone.now()
    thing.save()
"""


@pytest.mark.xdist_group("browser")
def test_breaking_news_above_pages_that_were_stored_before(reader, browser, site):
    page = reader.new_page()
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(e => window.shift += e.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page.goto("/keji/")
    assert not page.locator(".bars").is_visible()
    site.run(SET)
    try:
        bar = page.locator(".bars .breaking")
        while not bar.is_visible():
            page.goto("/keji/")
        expect(bar).to_contain_text("北岭水文站超警")
        assert page.evaluate("window.shift") < 0.01
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("getComputedStyle(document.documentElement).filter") == "none"
        page.goto("/")
        assert page.evaluate("getComputedStyle(document.documentElement).filter") == "grayscale(1)"

        # Put away on this device, also for the pages to come, by keyboard.
        page.get_by_role("button", name="不再显示").press("Enter")
        expect(bar).not_to_be_visible()
        page.goto("/yaowen/")
        expect(bar).not_to_be_visible()

        # Whoever has no scripts reads it and follows it.
        context = browser.new_context(base_url=site.url, java_script_enabled=False)
        plain = context.new_page()
        plain.goto("/yaowen/")
        link = plain.get_by_role("link", name="北岭水文站超警")
        link.click()
        assert plain.url.endswith("/keji/")
        context.close()
    finally:
        site.run(END)
