"""Whatever changes, no stored page stays as it was."""

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from django.test import Client, override_settings
from django.utils import timezone
from wagtail.models import Page

from meiri.delivery.invalidation import start_following
from meiri.delivery.page_store import page_store
from meiri.delivery.verifying import PASSING, is_stale, stale_pages
from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import HomePage, MagazineIssuePage, SiteSettings, StandardPage, TopicPage
from meiri.media.models import Picture
from meiri.media.removing import take_down
from meiri.newsroom.flashes import send_flash
from meiri.newsroom.models import Article, Source
from meiri.newsroom.publishing import publish, withdraw
from meiri.sections.models import Channel
from tests.caches import clear_caches
from tests.conftest import StoredPages
from tests.newsroom_factory import a_channel, a_source, a_station, a_topic, an_article, an_author
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db

FEEDS = [
    "/rss.xml",
    "/zh-hant/rss.xml",
    "/zh-hant/keji/",
    "/atom.xml",
    "/feed.json",
    "/keji/rss.xml",
    "/sitemap.xml",
    "/robots.txt",
    "/sitemaps/sections.xml",
]


@pytest.fixture(scope="module")
def initial_data(tmp_path_factory, shared_database) -> Path:
    """A small newsroom of which readers have asked for every page, none of them stale, made once; its data folder. No test changes
    it: each stores its pages in a copy of the folder."""
    home = tmp_path_factory.mktemp("initial_data")
    with override_settings(PAGE_FILES=True, HOME=home), pytest.MonkeyPatch.context() as patch:
        keep_connection(patch)
        start_following(page_store())
        found_newsroom(StoredPages(page_store()), Client())
        assert list(stale_pages(page_store())) == []
    return home


@pytest.fixture
def newsroom(initial_data, db, tmp_path, settings, monkeypatch) -> StoredPages:
    home = tmp_path / "home"
    # The shared memory of the index belongs to whoever has it open.
    shutil.copytree(initial_data, home, ignore=shutil.ignore_patterns("*-shm"))
    keep_connection(monkeypatch)
    settings.PAGE_FILES, settings.HOME = True, home
    return StoredPages(page_store())


def keep_connection(monkeypatch) -> None:
    """A page is rendered as by a request of its own, after which connections go: not that of the test."""
    monkeypatch.setattr(connections["default"], "close_if_unusable_or_obsolete", lambda: None)


def found_newsroom(stored_pages: StoredPages, client: Client) -> None:
    create_pages()
    keji, wenlv, station = a_channel(), a_channel("文化·旅游", "wenlv"), a_station()
    home = HomePage.objects.get()
    home.body = [
        ("top", {"lead": None, "channel": keji, "flashes": wenlv}),
        ("carousel", {"title": "焦点图片", "pinned": [], "count": 3}),
        ("channel", {"channel": wenlv, "shape": "lead", "pinned": []}),
        ("stations", {"title": "每日地方", "count": 2}),
        ("topics", {"title": "专题"}),
        ("magazine", {"title": "杂志"}),
    ]
    home.save_revision().publish()
    author, picture, now = an_author(), a_picture("题图"), timezone.now()
    for n in range(9):
        an_article(
            f"第{n}篇",
            channel=keji if n % 2 else wenlv,
            published_at=now - timedelta(hours=9 * n + 1),
            stations=[station] if n % 3 == 0 else [],
            authors=[author],
            editor=author if n % 4 == 0 else None,
            topics=[a_topic()] if n == 4 else [],
            tags=["水稻", "气象"] if n % 2 else ["气象"],
            picture=picture if n % 3 == 1 else None,
            source=a_source("北岭日志") if n % 4 == 1 else a_source(),
        )
    stored_pages.catch_up()
    crawl(client)


def crawl(client, begin=("/", *FEEDS)) -> set[str]:
    """Ask for every page that leads from one to the next, as many as there are."""
    seen, waiting = set(), list(begin)
    while waiting:
        address = waiting.pop()
        if address in seen or address.startswith(
            ("/admin", "/api", "/static", "/media", "/members", "/search")
        ):
            continue
        seen.add(address)
        answer = client.get(address)
        if answer["Content-Type"].startswith("text/html"):
            waiting += re.findall(r'(?:href|src)="(/(?!zh-hant)[^"?#]*)"', answer.content.decode())
    return seen


def article(title="第3篇") -> Article:
    return Article.objects.get(title=title)


def corrected(**fields):
    found = article()
    for name, value in fields.items():
        setattr(found, name, value)
    publish(found)


def renamed_source():
    source = Source.objects.get(name="北岭日志")
    source.name = "南岭日志"
    source.save()


def renamed_author():
    author = an_author()
    author.name = "林晚晴"
    author.save()


def moved_to_another_channel():
    found = article()
    found.channel = a_channel("文化·旅游", "wenlv")
    publish(found)


def retagged():
    found = article()
    found.tags.set(["气象", "新标签"])
    publish(found)


def another_caption():
    picture = Picture.objects.get()
    picture.caption = "另一句说明"
    picture.save()


def laid_out_anew():
    home = HomePage.objects.get()
    home.body = [(block.block_type, block.value) for block in home.body][:1]
    home.save_revision().publish()


def a_new_topic():
    index = Page.objects.get(slug="zhuanti").specific
    page = index.add_child(instance=TopicPage(title="秋收", slug="qiushou-2", live=False))
    page.save_revision().publish()


def moved_page():
    page = StandardPage.objects.filter(depth=4).first()
    page.slug = "elsewhere"
    page.save_revision().publish()


def deleted_page():
    StandardPage.objects.filter(depth=4).first().delete()


def other_footer():
    site = SiteSettings.load()
    site.organisation = "另一个编辑部"
    site.save()


def renamed_channel():
    channel = a_channel()
    channel.name = "科技"
    channel.save()


def renamed_station():
    station = a_station()
    station.name = "浙江新"
    station.save()


def other_banner():
    topic = TopicPage.objects.get()
    topic.banner = a_picture("题图二")
    topic.save_revision().publish()
    topic.banner.caption = "题图二说明"
    topic.banner.save()


def a_flash():
    chief = get_user_model().objects.create_superuser("zhubian", "", "一把好钥匙2026")
    sent = send_flash("粮库今晨开仓", "第一批稻谷入仓。", Channel.objects.get(slug="keji"), chief)
    assert sent.workflow is None


def a_new_issue():
    shelf = Page.objects.get(slug="zazhi").specific
    issue = MagazineIssuePage(
        title="新的一期",
        slug="2031-1",
        number="2031年第1期",
        cover=a_picture("封面"),
        contents=[("entry", {"section": "卷首", "title": "开篇", "page": 1, "body": "<p>正文。</p>"})],
        live=False,
    )
    shelf.add_child(instance=issue).save_revision().publish()


CHANGES = {
    "a new article": lambda: an_article("最新一篇", tags=["气象"], stations=[a_station()]),
    "an article of an earlier day": lambda: an_article(
        "补发一篇", tags=["气象"], published_at=timezone.now() - timedelta(hours=30)
    ),
    "a corrected title": lambda: corrected(title="改过的标题"),
    "a flash": a_flash,
    "a corrected body": lambda: corrected(body=[("text", "<p>改过的正文。</p>")]),
    "another day": lambda: corrected(published_at=timezone.now() - timedelta(days=3)),
    "another picture": lambda: corrected(picture=a_picture("新图")),
    "another channel": moved_to_another_channel,
    "other tags": retagged,
    "a withdrawal": lambda: withdraw(article(), "来源失实"),
    "another name of a source": renamed_source,
    "another name of an author": renamed_author,
    "another caption": another_caption,
    "a picture taken down": lambda: take_down(Picture.objects.get(), "著作权人来函"),
    "another layout of the home page": laid_out_anew,
    "a new topic": a_new_topic,
    "another banner of a topic": lambda: (a_new_topic(), other_banner()),
    "a withdrawn topic": lambda: (a_new_topic(), TopicPage.objects.get().unpublish()),
    "a new issue": a_new_issue,
    "another name of a station": renamed_station,
    "another address of a page": moved_page,
    "a deleted page": deleted_page,
    "other records in the footer": other_footer,
    "another name of a channel": renamed_channel,
}


@pytest.mark.parametrize("change", CHANGES)
def test_no_page_is_stale_after(newsroom, client, change):
    CHANGES[change]()
    newsroom.catch_up()
    clear_caches()
    assert list(stale_pages(newsroom.store)) == []
    looked_at = addresses_of(newsroom)
    crawl(client)
    # Nothing happened but that readers asked: what was stored before is as it was.
    assert [a for a in addresses_of(newsroom) - looked_at if is_stale(newsroom.store, a)] == []


def addresses_of(newsroom: StoredPages) -> set[str]:
    index = newsroom.store.index
    return {address for _, address in index.current(most=5000) if PASSING not in index.keys_of(address)}


def test_no_page_becomes_stale_when_readers_ask_for_others(newsroom, client):
    an_article("最新一篇", tags=["气象"], stations=[a_station()])
    newsroom.catch_up()
    crawl(client)
    clear_caches()
    assert list(stale_pages(newsroom.store)) == []


def test_a_publication_makes_the_same_number_of_pages_again_in_any_archive(newsroom, client):
    def touched(title):
        marked = newsroom.store.index.snapshot().version
        an_article(title, tags=["气象"], stations=[a_station()])
        from meiri.delivery.invalidation import catch_up

        while catch_up(newsroom.store):
            pass
        assert newsroom.store.index.snapshot().version > marked
        waiting = newsroom.store.index.dirty_pages(1000)
        newsroom.catch_up()
        crawl(client)
        return len(waiting)

    touched("一")
    first = touched("二")
    for n in range(20):
        an_article(f"中间{n}", published_at=timezone.now() - timedelta(days=2, minutes=n))
    newsroom.catch_up()
    crawl(client)
    assert touched("三") == first


def test_pages_nobody_asked_for_are_thrown_away_and_made_when_asked_for(newsroom, client):
    corrected(title="改了一次")
    newsroom.catch_up()  # made again, for it was asked for; from here on nobody asks
    found = article("改了一次")
    address = found.get_absolute_url()
    assert newsroom.store.files.holds(address)
    Article.objects.filter(pk=found.pk).update(title="改了两次")
    newsroom.store.index.invalidate([found.content_key])
    newsroom.catch_up()
    assert not newsroom.store.files.holds(address)
    assert "改了两次" in client.get(address).content.decode()
    assert newsroom.store.files.holds(address)


def test_a_new_article_and_the_pages_before_it_are_there_before_anybody_asks(newsroom):
    fresh = an_article("刚刚发布")
    newsroom.catch_up()
    assert "刚刚发布" in newsroom.store.files.read(fresh.get_absolute_url()).content.decode()
    assert "刚刚发布" in newsroom.store.files.read("/").content.decode()
    assert "刚刚发布" in newsroom.store.files.read("/keji/").content.decode()


def test_a_withdrawn_page_is_gone_when_the_withdrawal_is_done(
    newsroom, client, django_capture_on_commit_callbacks
):
    found = article()
    address = found.get_absolute_url()
    assert newsroom.store.files.holds(address)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(found, "来源失实")
    assert not newsroom.store.files.holds(address)
    answer = client.get(address)
    assert answer.status_code == 410
    assert "来源失实" in answer.content.decode()


def test_the_next_day_pages_that_name_the_day_are_made_again(newsroom):
    index = newsroom.store.index
    assert index.addresses_using(["today"])
    index.keep("today", "2001-01-01")
    from meiri.delivery.invalidation import invalidate_by_clock

    invalidate_by_clock(newsroom.store)
    assert set(index.addresses_using(["today"])) <= set(index.dirty_pages(1000))


def test_another_database_throws_all_pages_away(newsroom):
    from meiri.delivery.page_index import JournalOffset

    newsroom.store.index.invalidate([], position=JournalOffset(1, "of another journal"))
    start_following(newsroom.store)
    assert list(newsroom.store.files.addresses()) == []


def test_files_that_nobody_knows_are_swept_away(newsroom):
    newsroom.store.files.write("/stray/", b"stray")
    assert newsroom.store.sweep() == 1
    assert not newsroom.store.files.holds("/stray/")
    assert newsroom.store.files.holds("/")


def test_the_room_for_pages_is_bounded_and_fronts_stay(newsroom, client):
    store = newsroom.store
    store.evict(1)
    left = set(store.files.addresses())
    assert {"/", "/keji/", "/rss.xml"} <= left
    assert not [a for a in left if re.match(r"/keji/\d{4}/\d{4}/", a)]
    crawl(client)
    before = store.index.total_size()
    store.evict(before - 1)
    assert store.index.total_size() < before
