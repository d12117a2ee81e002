"""Another Wagtail site moves in by its public API: a real one, served by a process of its own."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import closing
from io import StringIO
from pathlib import Path
from threading import Event
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core.management import CommandError, call_command

from meiri.ingest.migration.fetched_store import FetchedStore, from_json
from meiri.ingest.migration.fetching_site import FetchOrder, base_of, fetch_site, folder_for, kind_of
from meiri.ingest.migration.moving_by_clock import (
    _Over,
    _Wish,
    do_what_is_asked,
    folder_of_archives,
    is_anything_asked,
)
from meiri.ingest.models import MovedPost, MoveIn, OldAddress
from meiri.ingest.parsed import Unreadable
from meiri.journal.models import Entry
from meiri.media.models import Picture
from meiri.newsroom.models import Article
from tests.conftest import PROJECT
from tests.ingest.migration.test_move_in_desk import ask, work
from tests.ingest.wire_site import Agency
from tests.newsroom_factory import a_channel

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("old wagtail")]


class OldWagtail:
    """The site in its process; `asked` are the addresses that it was asked for."""

    def __init__(self, folder: Path):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.base, self.asked = f"http://127.0.0.1:{self.port}", []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.ingest.migration.old_wagtail", str(self.port), str(folder)],
            cwd=PROJECT,
            env={name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout.readline().strip() == "ready"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._process.stdout:
            self.asked.append(line.strip())

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture(scope="module")
def old_site(tmp_path_factory):
    site = OldWagtail(tmp_path_factory.mktemp("old-wagtail"))
    yield site
    site.stop()


@pytest.fixture(autouse=True)
def own_host(settings):
    settings.MOVE_IN_HOSTS, settings.MOVE_IN_PAUSE = frozenset(["127.0.0.1"]), 0.0
    yield
    shutil.rmtree(folder_of_archives(), ignore_errors=True)


def move_in(*arguments) -> str:
    out = StringIO()
    call_command("move-in", *map(str, arguments), stdout=out)
    return out.getvalue()


def counts() -> tuple:
    models = (Article, Entry, MovedPost, OldAddress, Picture)
    return tuple(model.objects.count() for model in models)


def test_pages_pictures_writers_and_addresses_come_in_and_once(old_site, client):
    a_channel("要闻", "yaowen")
    a_channel("风物", "fengwu")
    shown = move_in(old_site.base, "--look")
    assert "要闻 → yaowen" in shown
    assert "风物 → fengwu" in shown
    assert "这是栏目页" in shown
    with pytest.raises(CommandError, match="3 posts were not taken"):  # the home page and two columns
        move_in(old_site.base)
    assert Article.objects.live().count() == 41
    for absent in ("旧报第5条消息", "旧报第6条消息"):  # a draft, and one that asks for a password
        assert not Article.objects.filter(title=absent).exists()
    article = Article.objects.get(title="旧报第7条消息")
    assert (article.channel.slug, article.summary) == ("fengwu", "第7条的提要。")
    assert f"{article.published_at:%Y-%m-%d %H:%M}" == "2019-03-08 08:30"
    assert [byline.author.name for byline in article.bylines.all()] == ["李小满"]
    assert article.picture is not None
    body = str(article.body)
    for words in (
        "记者在<b>澄江</b>现场看到7个人",
        "两岸的变化",
        "图为第7天的江面。",
        "水清了，人就来了。",
        "北岭村民",
        "<li>第二件事</li>",
        "12.5",
        "嵌入的话。",
        "分栏里的话。",
        "巡河路线图",
        f"{old_site.base}/yaowen/",
    ):
        assert words in body, words
    assert "document.write" not in body
    kinds = [block.block_type for block in article.body]
    assert " ".join(kinds) == "text image text heading image quote text table image image text"
    assert body.index("这一段在图片后面") < body.index("两岸的变化") < body.index("第一件事")
    assert Picture.objects.count() == 4
    for old, new in (
        ("/wind/xiaoxi-7/", article.get_absolute_url()),
        ("/yaowen/", "/yaowen/"),
        ("/wind/", "/fengwu/"),
        ("/wind/lingyige/", Article.objects.get(title="旧报第0条消息").get_absolute_url()),
    ):
        answer = client.get(old)
        assert old == new or (answer.status_code, answer["Location"]) == (301, new), old
    assert client.get("/media/original_images/tu-2.jpg").status_code == 301
    before = counts()
    with pytest.raises(CommandError, match="3 posts were not taken"):
        move_in(old_site.base)
    assert counts() == before
    assert "撤销 41 篇" in move_in(old_site.base, "--undo")


def test_fetching_that_was_ended_goes_on_where_it_was(old_site):
    order = FetchOrder(old_site.base)
    kind = kind_of(order, folder_of_archives())
    folder = folder_for(folder_of_archives(), old_site.base, kind)
    begun = len(old_site.asked)
    steps = fetch_site(order, folder, kind)
    for step in steps:  # the types, the sections, and two steps of the articles
        if "ReportPage" in step and "offset=20" in step:
            break
    steps.close()
    first = [one for one in old_site.asked[begun:] if "ReportPage" in one and "offset=0" in one]
    assert len(first) == 3  # twice for the fields, once for the articles
    going_on = len(old_site.asked)
    with closing(fetch_site(order, folder, kind)) as steps:
        assert len(list(steps)) > 4
    again = old_site.asked[going_on:]
    assert not [one for one in again if "SectionPage" in one]
    assert [one for one in again if "ReportPage" in one and "offset=40" in one]
    assert not [one for one in again if "/pages/?order" in one]  # the types are known
    assert not [one for one in again if "ReportPage" in one and "offset=20" in one]


def test_it_is_moved_in_from_the_admin_by_its_address(old_site, admin_client):
    a_channel("要闻", "yaowen")
    neither = admin_client.post("/admin/move-in/", {"source": "", "address": ""})
    assert neither.status_code == 422
    assert "请选填一项" in neither.content.decode()
    admin_client.post("/admin/move-in/", {"address": old_site.base})
    work()
    move = MoveIn.objects.get()
    assert (move.system, move.site, move.found["posts"]) == ("wagtail", old_site.base, 41)
    ask(admin_client, move, ask="run", publishes="on", otherwise="yaowen")
    work()
    assert Article.objects.live().count() == 41
    known = counts()
    ask(admin_client, move, ask="look")
    work()
    assert counts() == known


def test_who_is_no_wagtail_and_who_stands_in_a_private_network_is_refused(old_site, settings, admin_client):
    other = Agency()
    try:
        other["/api/v2/pages/?limit=1"] = 200, {"Content-Type": "text/html"}, b"<p>hello</p>"
        with pytest.raises(CommandError, match="With --crawl its pages are fetched"):
            move_in(other.address("/"))
    finally:
        other.stop()
    settings.MOVE_IN_HOSTS = frozenset()
    begun = len(old_site.asked)
    with pytest.raises(CommandError, match="不检查端口"):
        move_in(old_site.base)
    with pytest.raises(CommandError, match="内部网络"):
        move_in("http://127.0.0.1/")
    refused = admin_client.post("/admin/move-in/", {"address": old_site.base})
    assert refused.status_code == 422
    assert "旧站的网址不能用" in refused.content.decode()
    assert len(old_site.asked) == begun
    assert not MoveIn.objects.exists()


def test_what_passes_does_not_change_how_a_site_is_fetched():
    site, path = Agency(), "/api/v2/pages/?limit=1"
    order, archives = FetchOrder(site.address("/")), folder_of_archives()
    try:
        site[path] = 500, {}, b""
        with pytest.raises(Unreadable, match="过些时候再运行"):
            kind_of(order, archives)
        site[path] = 404, {}, b""
        assert kind_of(order, archives) == "crawl"
        site[path] = 200, {}, b'{"meta": {"total_count": 0}, "items": []}'
        kind = kind_of(order, archives)
        assert kind == "wagtail"
        store = FetchedStore(folder_for(archives, base_of(order.address), kind))
        store.note("kind", kind)
        store.close()
        site[path] = 404, {}, b""
        assert kind_of(order, archives) == "wagtail"
    finally:
        site.stop()


def test_a_pause_is_seen_while_a_site_is_waited_for(admin_client):
    class Busy(dict):
        """While it answers, somebody asks for `what`."""

        def __missing__(self, path):
            self.what()
            return 503, {"Retry-After": "3"}, b""

    site, ending = Agency(), Event()
    site.server.answers = Busy()
    site.server.answers.what = ending.set
    admin_client.post("/admin/move-in/", {"address": site.address("/")})
    try:
        do_what_is_asked(ending)
        assert len(site.asked) == 1
        assert is_anything_asked()  # the next worker goes on
        move = MoveIn.objects.get()
        MoveIn.objects.update(asked="")
        with pytest.raises(_Over):
            _Wish(move, move.asked, Event()).wait(600)
    finally:
        site.stop()


class Listed(dict):
    """What an API says that lists `pages`, 20 at a time."""

    def __init__(self, pages: list[dict]):
        self.pages = pages

    def __missing__(self, path):
        if "/pages/" not in path:
            return 404, {}, b""
        offset = int(dict(parse_qsl(urlsplit(path).query)).get("offset", 0))
        found = {"meta": {"total_count": len(self.pages)}, "items": self.pages[offset : offset + 20]}
        return 200, {"Content-Type": "application/json"}, json.dumps(found).encode()


def test_half_a_character_is_kept_as_one_that_can_be_stored(tmp_path):
    site = Agency()
    site.server.answers = Listed([{"id": 7, "meta": {"type": "a.Report"}, "title": "江边\ud83d的灯"}])
    try:
        list(fetch_site(FetchOrder(site.address("/")), tmp_path, "wagtail"))
    finally:
        site.stop()
    with closing(FetchedStore(tmp_path)) as store:
        assert from_json(store.page("page:7").read)["title"] == "江边\ufffd的灯"


def test_looking_for_types_goes_on_where_it_was(tmp_path):
    site = Agency()
    site.server.answers = Listed([{"id": n, "meta": {"type": f"a.Kind{n // 30}"}} for n in range(1, 60)])
    order = FetchOrder(site.address("/"))
    try:
        with closing(fetch_site(order, tmp_path, "wagtail")) as steps:
            assert "offset=0" in next(steps)
        assert len(site.asked) == 1
        with closing(fetch_site(order, tmp_path, "wagtail")) as steps:
            assert "offset=20" in next(steps)
        with closing(fetch_site(order, tmp_path, "wagtail")) as steps:
            list(steps)
    finally:
        site.stop()
    with closing(FetchedStore(tmp_path)) as store:
        assert json.loads(store.about("types")) == ["a.Kind0", "a.Kind1"]


def test_a_site_that_lists_the_same_for_ever_is_left(tmp_path):
    site = Agency()
    item = b'{"id": 7, "meta": {"type": "a.Report", "html_url": "/a/"}, "title": "t", "body": "<p>x</p>"}'
    answer = (
        200,
        {"Content-Type": "application/json"},
        b'{"meta": {"total_count": 100000}, "items": [' + item + b"]}",
    )

    class Any(dict):
        def __missing__(self, path):
            return answer if "/pages/" in path else (404, {}, b"")

    site.server.answers = Any()
    try:
        order = FetchOrder(site.address("/"))
        assert len(list(fetch_site(order, tmp_path, kind_of(order, tmp_path)))) < 10
        assert len(site.asked) < 20
    finally:
        site.stop()
