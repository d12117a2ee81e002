"""An old site is moved in page by page: by `meiri move-in URL --crawl`, from a server that behaves as old sites do."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from meiri.ingest.migration import fetched_store, polite_client
from meiri.ingest.migration.crawling import FRUITLESS, KIND, CrawlLimits
from meiri.ingest.migration.fetched_pictures import fetch_pictures
from meiri.ingest.migration.fetched_store import FILE, FetchedStore
from meiri.ingest.migration.fetching_site import FetchOrder, fetch_site, folder_for
from meiri.ingest.migration.moving_by_clock import folder_of_archives
from meiri.ingest.migration.polite_client import TRIES, PoliteClient, SiteAway, TooBusy
from meiri.ingest.migration.reading_crawled import part_of
from meiri.ingest.models import MovedPost, OldAddress
from meiri.ingest.parsed import Unreadable
from meiri.journal.models import Entry
from meiri.media.models import Picture
from meiri.newsroom.models import Article
from tests.conftest import PROJECT
from tests.ingest.migration.old_newspaper import (
    COLUMNS,
    EACH,
    FURNITURE,
    LARGE,
    OldNewspaper,
    map_of,
    text_of,
    title_of,
)
from tests.newsroom_factory import a_channel

pytestmark = pytest.mark.django_db
ALL = EACH * len(COLUMNS)


@pytest.fixture(autouse=True)
def own_host(settings):
    settings.MOVE_IN_HOSTS, settings.MOVE_IN_PAUSE = frozenset(["127.0.0.1"]), 0.0
    yield
    shutil.rmtree(folder_of_archives(), ignore_errors=True)


@pytest.fixture
def newspaper(request):
    site = OldNewspaper(getattr(request, "param", True))
    yield site
    site.stop()


@pytest.fixture
def channels():
    return [a_channel(name, folder) for folder, name, _ in COLUMNS]


def move_in(*arguments) -> str:
    out = StringIO()
    call_command("move-in", *map(str, arguments), stdout=out)
    return out.getvalue()


def fetch(site: OldNewspaper, **limits):
    order = FetchOrder(site.base, KIND, CrawlLimits(**limits))
    return fetch_site(order, folder_for(folder_of_archives(), site.base, KIND), KIND)


def counts() -> tuple:
    models = (Article, Entry, MovedPost, OldAddress, Picture)
    return tuple(model.objects.count() for model in models)


def test_a_site_of_three_templates_comes_in_from_its_sitemaps_and_once(newspaper, channels, client, tmp_path):
    report = tmp_path / "report.csv"
    shown = move_in(newspaper.base, "--crawl", "--report", report)
    assert f"迁入 {ALL} 篇" in shown
    assert Article.objects.live().count() == ALL
    assert newspaper.most_at_once == 1
    for folder, name, _ in COLUMNS:
        for number in range(EACH):
            article = Article.objects.get(title=title_of(folder, number))
            body = str(article.body)
            assert [words for words in text_of(folder, number) if words not in body] == []
            assert FURNITURE not in body
            assert "版权所有" not in body
            assert (article.channel.name, article.source.name) == (name, "澄江旧报")
            assert f"{article.published_at.astimezone():%Y-%m-%d}".startswith("2009-03-")
            assert "韩秋林" in [byline.author.name for byline in article.bylines.all()]
            answer = client.get(f"/{folder}/{number}.html")
            assert (answer.status_code, answer["Location"]) == (301, article.get_absolute_url())
    assert Picture.objects.count() == ALL
    first = Article.objects.get(title=title_of("news", 1))
    assert client.get("/old/1.html")["Location"] == first.get_absolute_url()
    assert client.get("/tu/tech-2.jpg").status_code == 301
    third = Article.objects.get(title=title_of("news", 3))
    assert "第二页：据介绍" in str(third.body)
    assert client.get("/news/3_2.html")["Location"] == third.get_absolute_url()
    # What was not taken is told, each with its reason.
    told = report.read_text(encoding="utf-8-sig")
    for path, reason in (
        ("/secret/1.html", "robots.txt 不允许"),
        ("/missing.html", "返回状态 404"),
        ("/large.html", "超过 8 MB"),
        ("/loop/a", "没有尽头"),
        ("/away.html", "不是旧站的网址"),
        ("/inside.html", "不是旧站的网址"),
    ):
        assert any(path in line and reason in line for line in told.splitlines()), path
    assert "10.0.0.1" not in told
    assert newspaper.asked["/secret/1.html"] == 0
    assert newspaper.sent["/large.html"] < LARGE * 0.6
    assert not any(path.startswith("/calendar/") for path in newspaper.asked)
    # Again: nothing changes, and pages say so themselves.
    before, asked = counts(), newspaper.asked["/news/2.html"]
    move_in(newspaper.base, "--crawl")
    assert counts() == before
    assert newspaper.asked["/news/2.html"] == asked + 1
    assert sum(newspaper.not_modified.values()) == ALL + 1  # one has a second page
    assert newspaper.asked["/tu/news-1.jpg"] == 1
    assert f"撤销 {ALL} 篇" in move_in(newspaper.base, "--undo")


@pytest.mark.parametrize("newspaper", [False], indirect=True)
def test_without_a_sitemap_links_are_followed_and_a_calendar_without_end_is_left(newspaper, channels):
    move_in(newspaper.base, "--crawl")
    assert Article.objects.live().count() == ALL
    days = sum(count for path, count in newspaper.asked.items() if path.startswith("/calendar/"))
    assert FRUITLESS <= days <= FRUITLESS + 5
    assert newspaper.most_at_once == 1


_FETCH = """
import sys, django
django.setup()
from pathlib import Path
from meiri.ingest.migration.fetching_site import FetchOrder, fetch_site
for step in fetch_site(FetchOrder(sys.argv[1], "crawl"), Path(sys.argv[2]), "crawl"):
    print(step, flush=True)
"""


def test_a_run_that_was_killed_goes_on_and_its_bounds_are_kept(newspaper, channels):
    folder = folder_for(folder_of_archives(), newspaper.base, KIND)
    environment = {
        "DJANGO_SETTINGS_MODULE": "meiri.conf.settings",
        "MEIRI_MOVE_IN_HOSTS": "127.0.0.1",
        "MEIRI_MOVE_IN_PAUSE": "0",
    }
    running = subprocess.Popen(
        [sys.executable, "-c", _FETCH, newspaper.base, folder],
        env=os.environ | environment | {"MEIRI_HOME": str(settings.HOME)},
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    steps = (line for line in running.stdout if line.startswith("http"))
    stored = [next(steps).strip() for _ in range(9)]
    running.kill()
    running.wait()
    begun = Counter(newspaper.asked)
    with closing(fetch(newspaper, pages=5)) as more:
        list(more)
    # Of what was stored nothing was asked for again.
    again = newspaper.asked - begun
    assert not {url.removeprefix(newspaper.base) for url in stored} & set(again)
    assert sum(count for path, count in again.items() if not path.startswith("/tu/")) <= 6  # and robots.txt
    assert len([path for path in newspaper.asked if path.endswith(".html")]) < ALL
    move_in(newspaper.base, "--crawl")
    assert Article.objects.live().count() == ALL


def test_it_waits_where_the_site_has_too_much_to_do_and_stops_where_it_is_away(
    newspaper, channels, monkeypatch
):
    waits: list[float] = []
    monkeypatch.setattr(polite_client.time, "sleep", waits.append)

    def busy(times, status, **headers):
        return lambda asked: (
            (status, headers, b"") if asked <= times else (200, {"Content-Type": "text/html"}, b"<p>ok</p>")
        )

    newspaper.added["/a"] = busy(1, 503, **{"Retry-After": "7"})
    newspaper.added["/b"] = busy(2, 429)
    newspaper.added["/c"] = busy(99, 503, **{"Retry-After": "999999"})
    client = PoliteClient(newspaper.base, 0, wait=waits.append)
    assert client.get(f"{newspaper.base}/a", 1000).response.status == 200
    assert waits == [7]
    assert client.get(f"{newspaper.base}/b", 1000).response.status == 200
    assert waits[1:] == [5, 15]
    with pytest.raises(TooBusy, match="忙不过来"):
        client.get(f"{newspaper.base}/c", 1000)
    assert waits[3:] == [600] * 3
    # Crawl-delay and the pause of the setting: the longer one.
    robots = b"User-agent: *\nCrawl-delay: 3\n"
    newspaper.added["/robots.txt"] = lambda asked: (200, {}, robots)
    waits.clear()
    slow = PoliteClient(newspaper.base, 1, wait=waits.append)
    for path in ("/a", "/b"):
        slow.get(f"{newspaper.base}{path}", 1000)
    assert [round(one) for one in waits] == [3, 3]
    # Where robots.txt can't be had nothing is asked for.
    newspaper.added["/robots.txt"] = lambda asked: (500, {}, b"")
    with pytest.raises(CommandError, match=r"robots\.txt 取不到"):
        move_in(newspaper.base, "--crawl")
    assert Article.objects.count() == 0


def a_dead_host() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def test_what_never_answers_is_told_and_stops_neither_pages_nor_pictures(newspaper, channels, tmp_path):
    def busy(asked):
        return 503, {"Retry-After": "0"}, b""

    dead = a_dead_host()
    never = [f"/never/{number}.html" for number in range(7)]
    for path in (*never, "/tu/news-1.jpg"):
        newspaper.added[path] = busy
    addresses = [f"{dead}/{number}.html" for number in range(9)] + [newspaper.base + path for path in never]
    newspaper.added["/news-map.xml"] = lambda asked: (200, {}, map_of(addresses))
    report = tmp_path / "report.csv"
    move_in(newspaper.base, "--crawl", "--links", "--report", report)
    assert Article.objects.live().count() == ALL
    assert Picture.objects.count() == ALL - 1
    told = report.read_text(encoding="utf-8-sig").splitlines()
    for address, reason in ((f"{dead}/8.html", "robots.txt 取不到"), (never[6], "忙不过来")):
        assert any(address in line and reason in line for line in told), address
    assert newspaper.asked[never[0]] == 2 * TRIES


def test_what_was_put_off_is_still_due_where_the_site_is_away(newspaper):
    paths = ("/", "/sitemaps.xml", "/sitemap.xml", "/sitemap_index.xml", "/sitemap.xml.gz")
    for path in paths:
        newspaper.added[path] = lambda asked: (429, {"Retry-After": "0"}, b"")
    for _ in range(3):
        with closing(fetch(newspaper)) as steps, pytest.raises(SiteAway, match="连续 5 次"):
            list(steps)
    newspaper.added.clear()
    with closing(fetch(newspaper)) as steps:
        assert f"{newspaper.base}/news/2.html" in list(steps)


def test_where_the_site_is_away_pictures_wait_for_the_next_run(tmp_path):
    dead, store = a_dead_host(), FetchedStore(tmp_path)
    with closing(store):
        store.want_pictures((f"/tu/{number}.jpg", f"{dead}/tu/{number}.jpg") for number in range(9))
        assert len(list(fetch_pictures(store, PoliteClient(dead, 0, obeys_robots=False), CrawlLimits()))) == 4
        assert "图片没有取完" in store.faults()[0]


def test_pictures_keep_the_bounds_of_a_run_and_are_found_by_an_index(newspaper, tmp_path):
    client = PoliteClient(newspaper.base, 0, obeys_robots=False)
    with closing(FetchedStore(tmp_path)) as store:
        store.want_pictures((f"/tu/{n}.jpg", f"{newspaper.base}/tu/{n}.jpg") for n in range(4))
        assert len(list(fetch_pictures(store, client, CrawlLimits(bytes=1)))) == 1
        assert "图片取到了这次的上限" in store.faults()[0]
        assert len(list(fetch_pictures(store, client, CrawlLimits()))) == 3
        assert not store.faults()
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        asked = "EXPLAIN QUERY PLAN SELECT url FROM picture WHERE file = '' AND reason = '' LIMIT 1"
        assert "wanted_pictures" in database.execute(asked).fetchone()[3]


def test_a_disk_that_gets_full_ends_a_run(newspaper, channels, monkeypatch):
    with closing(fetch(newspaper)) as steps:
        next(steps)
        monkeypatch.setattr(fetched_store, "LEFT_FREE", 2**62)
        with pytest.raises(Unreadable, match="磁盘只剩"):
            next(steps)
    with closing(fetch(newspaper)) as steps, pytest.raises(Unreadable, match="磁盘只剩"):
        next(steps)


def test_a_private_address_is_asked_only_where_the_operator_names_it(newspaper, settings):
    settings.MOVE_IN_HOSTS = frozenset()
    for address in (
        newspaper.base,
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://localhost/",
        "ftp://a.example/",
    ):
        with pytest.raises(CommandError):
            move_in(address, "--crawl")
    assert not newspaper.asked


def test_pages_right_below_the_front_page_are_of_one_part():
    titles = {part_of(f"https://old.example/{title}/") for title in ("a-river", "two-bridges")}
    days = {part_of(f"https://old.example/{day}/a.html") for day in ("20090301", "20090302")}
    assert (titles, days) == ({"old.example/"}, {"old.example/0"})
    assert part_of("https://old.example/news/1.html") != part_of("https://old.example/tech/1.html")
