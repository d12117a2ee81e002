"""Pages that can't be rendered, and parts that can't be shown: what readers get, what operators and editors are told."""

import re
import time
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import DEFAULT_DB_ALIAS, OperationalError
from django.test import Client
from django.utils import timezone

from meiri.comments.events import CommentRejected
from meiri.delivery import failures
from meiri.delivery.omissions import Omission, collecting_omissions, omit, optional
from meiri.delivery.renderer import Renderer
from meiri.delivery.verifying import stored_pages as check_pages
from meiri.fronts.events import NoticeBarEnded
from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import HomePage
from meiri.journal.events import declared_events, read_event
from meiri.journal.log import append
from meiri.journal.net import paused
from meiri.journal.row_events import row_events_of
from meiri.media.models import Picture
from meiri.media.removing import take_down
from meiri.newsroom.events import ArticleWithdrawn
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import withdraw
from meiri.newsroom.today import warnings
from meiri.sections.models import Channel, Station
from tests.newsroom_factory import a_channel, a_station, an_article
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def as_readers_have_it(settings, client):
    """A part that fails is left out, a page that fails is answered: as on a real site."""
    settings.RAISE_BROKEN_PARTS = False
    client.raise_request_exception = False


@dataclass
class Site:
    pages: object
    client: object

    def catch_up(self):
        self.pages.catch_up()

    @property
    def index(self):
        return self.pages.store.index

    def read(self, address="/"):
        answer = self.client.get(address)
        return answer.status_code, answer.content.decode()


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_pages()


@pytest.fixture
def site(initial_data, stored_pages, client):
    home = HomePage.objects.get()
    home.body = [("channel", {"channel": a_channel(), "shape": "columns", "pinned": []})]
    home.save_revision().publish()
    stored_pages.catch_up()
    return Site(stored_pages, client)


@pytest.fixture
def broken(monkeypatch):
    """Break home as a whole, or mend it: whatever plans it fails."""
    from meiri.fronts import pages

    whole = pages.plan_home
    state = {"broken": False, "tries": 0}

    def plan(*given):
        if state["broken"]:
            state["tries"] += 1
            raise ValueError("the plan is broken")
        return whole(*given)

    monkeypatch.setattr(pages, "plan_home", plan)

    def set_broken(now: bool):
        state["broken"] = now

    set_broken.tries = lambda: state["tries"]
    return set_broken


class TestAPartThatFails:
    def test_is_left_out_and_noted(self):
        with collecting_omissions() as found, optional("焦点图"):
            raise AttributeError("no sizes")
        assert [(o.part, o.broken) for o in found] == [("焦点图", True)]
        assert "no sizes" in next(iter(found)).reason

    def test_is_raised_while_debugging_and_in_tests(self, settings):
        settings.RAISE_BROKEN_PARTS = True
        with pytest.raises(AttributeError), optional("焦点图"):
            raise AttributeError("no sizes")

    @pytest.mark.parametrize("error", [OperationalError("database is locked"), MemoryError()])
    def test_is_no_part_where_a_database_or_memory_is_away(self, error):
        with pytest.raises(type(error)), optional("焦点图"):
            raise error

    def test_notes_are_bounded(self):
        with collecting_omissions() as found:
            for n in range(1000):
                omit("焦点图", f"{n}" * 1000)
        assert len(found) <= 20
        assert all(len(o.reason) <= 200 for o in found)

    def test_its_page_is_stored_named_and_made_again_after_a_pause(self, site, monkeypatch):
        from meiri.fronts import layout

        drawn = dict(layout.DRAW)

        def fails(*arguments):
            raise AttributeError("no sizes")

        monkeypatch.setitem(layout.DRAW, "channel", fails)
        an_article("新的稿件")
        site.catch_up()
        status, page = site.read()
        assert status == 200
        assert "新的稿件" not in page
        assert "页脚" not in [o.part for _, o in site.index.omissions()]
        assert ("/", "频道") in [(address, o.part) for address, o in site.index.omissions()]
        assert any("首页的“频道”没有显示" in warning for warning in warnings(get_user_model()()))
        assert any(fault.startswith("/ is shown without “频道”") for fault in check_pages())
        monkeypatch.setitem(layout.DRAW, "channel", drawn["channel"])
        later = time.time() + failures.LONGEST_PAUSE
        monkeypatch.setattr("meiri.delivery.failures.time.time", lambda: later)
        site.catch_up()
        while Renderer(site.pages.store).step():
            pass
        assert "新的稿件" in site.read()[1]
        assert site.index.omissions() == []
        assert site.index.next_retry() is None


class TestA7APageThatFails:
    def test_a7_keeps_its_file_while_that_may_be_shown(self, site, broken):
        an_article("第一篇")
        site.catch_up()
        site.read()
        broken(True)
        an_article("第二篇")
        site.catch_up()
        status, page = site.read()
        assert (status, "第一篇" in page, "第二篇" in page) == (200, True, False)

    def test_a7_is_taken_away_where_it_shows_what_was_withdrawn(self, site, broken):
        first = an_article("第一篇")
        site.catch_up()
        for address in ("/", "/zh-hant/"):
            assert "第一篇" in site.read(address)[1]
        broken(True)
        withdraw(first, "来源失实")
        site.catch_up()
        for address in ("/", "/zh-hant/"):
            answer = site.client.get(address)
            assert answer.status_code == 503
            assert int(answer["Retry-After"]) > 0
            assert "第一篇" not in answer.content.decode()
        assert "暂时无法显示" in site.read("/")[1]
        assert "暫時無法顯示" in site.read("/zh-hant/")[1]
        broken(False)
        an_article("第二篇")
        site.catch_up()
        for address in ("/", "/zh-hant/"):
            assert "第二篇" in site.read(address)[1]
        assert site.index.failures() == []

    def test_a7_also_where_it_failed_before_the_withdrawal(self, site, broken):
        first = an_article("第一篇")
        site.catch_up()
        site.read()
        broken(True)
        an_article("第二篇")
        site.catch_up()
        assert site.read()[0] == 200
        withdraw(first, "来源失实")
        site.catch_up()
        assert site.read()[0] == 503

    def test_a7_is_tried_again_after_growing_pauses_and_at_once_when_something_changes(
        self, site, broken, monkeypatch
    ):
        tried, now = [], [time.time()]
        store = site.pages.store
        monkeypatch.setattr("meiri.delivery.failures.time.time", lambda: now[0])
        monkeypatch.setattr("meiri.delivery.renderer.time.time", lambda: now[0])
        an_article("第一篇")
        site.catch_up()
        site.read()
        broken(True)
        an_article("第二篇")
        began = now[0]
        site.catch_up()
        maker = Renderer(store)
        for second in range(3600):
            now[0], before = began + second, broken.tries()
            maker.step()
            if broken.tries() > before:
                tried.append(second)
        assert tried == [5, 15, 35, 75, 155, 315, 635, 1275, 2175, 3075]
        (failure,) = store.index.failures()
        assert (failure.address, failure.tries) == ("/", 11)
        broken(False)
        an_article("第三篇")
        site.catch_up()
        assert "第三篇" in site.read()[1]

    def test_a7_outlasts_the_process(self, site, broken):
        from meiri.delivery.page_index import PageIndex

        broken(True)
        an_article("第一篇")
        site.catch_up()
        reopened = PageIndex(site.index.path)
        assert [f.address for f in reopened.failures()] == ["/"]
        assert reopened.dirty_pages() == []
        assert reopened.pending() == 0
        assert reopened.pause_of("/") > 0

    def test_a7_readers_that_ask_meanwhile_cost_no_rendering(self, site, broken):
        site.pages.store.drop("/")
        broken(True)
        assert site.read()[0] == 503
        before = broken.tries()
        for _ in range(20):
            assert site.read()[0] == 503
        assert broken.tries() == before

    def test_a7_verify_and_the_first_screen_name_it(self, site, broken):
        broken(True)
        an_article("第一篇")
        site.catch_up()
        faults = list(check_pages())
        assert any(
            re.match(r"/ can't be rendered since .*, tried 1 times: ValueError: the plan is broken", fault)
            for fault in faults
        )
        told = warnings(get_user_model()())
        assert any(w.startswith("首页无法生成") and "the plan is broken" in w for w in told)

    def test_a7_verify_names_a_stored_page_that_could_not_be_made_now(self, site, broken):
        site.read()
        broken(True)
        assert "/ is not what it should be" in list(check_pages())

    def test_a7_however_many_fail_so_many_are_remembered(self, site, monkeypatch):
        monkeypatch.setattr(failures, "MOST", 3)
        noted = site.index.snapshot()
        for n in range(9):
            site.index.failed(f"/tag/{n}/", [f"tag:{n}"], noted, "ValueError")
        assert len(site.index.failures()) == 3
        assert not site.index.knows("/tag/8/")


def test_what_an_entry_may_have_taken_away():
    assert ArticleWithdrawn.removes_content
    assert row_events_of(Picture).deleted.removes_content
    assert CommentRejected.removes_content
    assert NoticeBarEnded.removes_content
    assert read_event("front.of_a_kind_not_thought_of", [], {}).removes_content
    leaving = {event.kind.partition(".")[2] for event in declared_events() if not event.removes_content}
    assert leaving == {
        *("approved", "changed", "corrected", "created", "generated", "liked", "loaded", "moved", "picked"),
        *("published", "recorded", "shown"),
        *("announced", "entry_marked", "entry_published", "entry_restored", "frozen"),  # of live coverages
        *("restored", "answer_restored"),  # of what had been withdrawn
        "began",  # of advertisements
        "counted",  # of polls
        *("chain", "checked_after", "exception", "fast_lane", "key_made"),  # of reviews
        *("excepted", "kept"),  # of reprints and their originals
        "ended",  # of pages in grey
    }


def gone(row, *keys):
    """The row is not there any more, whatever refuses to delete what is used; the journal tells of it."""
    with paused():
        if isinstance(row, Station):
            Article.stations.through.objects.filter(station=row.pk).delete()
        row._meta.model._base_manager.filter(pk=row.pk)._raw_delete(DEFAULT_DB_ALIAS)
    append(row_events_of(type(row)).deleted(keys=keys, id=str(row.pk), name=str(row)), "system")


class TestWhatEditorsTakeAway:
    """What stood on home goes, in the admin as editors do it: home goes on showing what is new."""

    def laid_out(self, site, *body):
        home = HomePage.objects.get()
        home.body = list(body)
        home.save_revision().publish()
        site.catch_up()
        for address in ("/", "/zh-hant/"):
            assert site.read(address)[0] == 200

    @pytest.fixture
    def desk(self, site):
        desk = Client()
        desk.force_login(get_user_model().objects.create_superuser("zhubian"))
        return desk

    def goes_on(self, site, old):
        withdraw(Article.objects.get(pk=old.pk), "来源失实")
        an_article("后来的稿件")
        site.catch_up()
        for address in ("/", "/zh-hant/"):
            status, page = site.read(address)
            assert status == 200
            assert "后来的稿件" in page or "後來的稿件" in page
            assert old.title not in page
        assert site.index.failures() == []
        assert [o for _, o in site.index.omissions() if o.broken] == []

    def test_a4_the_picture_of_an_article_in_the_carousel(self, site, desk):
        picture = a_picture("湿地")
        old = an_article("甲甲甲", picture=picture)
        self.laid_out(
            site,
            ("carousel", {"title": "焦点图片", "pinned": [], "count": 3}),
            ("pictures", {"title": "图片新闻", "count": 3}),
            ("channel", {"channel": a_channel(), "shape": "lead", "pinned": []}),
        )
        assert "carousel" in site.read()[1]
        take_down(picture, "版权到期")
        site.catch_up()
        assert site.read()[0] == 200
        assert "carousel-track" not in site.read()[1]
        self.goes_on(site, old)

    def test_a4_the_picture_of_an_article_that_is_pinned_there(self, site, desk):
        picture = a_picture("湿地")
        old = an_article("甲甲甲", picture=picture)
        self.laid_out(
            site,
            ("carousel", {"title": "焦点图片", "pinned": [old], "count": 3}),
            ("channel", {"channel": a_channel(), "shape": "cards", "pinned": [old]}),
        )
        take_down(picture, "版权到期")
        site.catch_up()
        (found,) = [o for address, o in site.index.omissions() if address == "/"]
        assert found == Omission("焦点图", "指定的稿件“甲甲甲”没有题图，请为它配上题图或改选稿件。")
        self.goes_on(site, old)

    def test_a4_a_picture_in_the_body_of_an_article(self, site, desk):
        picture = a_picture("湿地")
        body = [("text", "<p>一段。</p>"), ("image", {"image": picture, "caption": "", "credit": ""})]
        old = an_article("甲甲甲", text=body)
        self.laid_out(site, ("channel", {"channel": a_channel(), "shape": "columns", "pinned": []}))
        assert "<figure>" in site.read(old.get_absolute_url())[1]
        take_down(picture, "版权到期")
        site.catch_up()
        status, page = site.read(old.get_absolute_url())
        assert (status, "一段。" in page, "<figure>" in page) == (200, True, False)
        told = f"页面 {old.get_absolute_url()} 的“正文图片”没有显示：所用的图片已经删除"
        assert told in desk.get("/admin/").content.decode()
        assert list(check_pages()) == []
        self.goes_on(site, old)

    def test_a4_its_article_leaves_the_list_of_those_with_a_picture(self, site):
        pictures = [a_picture(f"图{n}") for n in range(2)]
        for n in range(40):
            an_article(f"图上第{n}篇", picture=pictures[n % 2 if n else 1])
        older = an_article(
            "更早的有图稿件", picture=a_picture(), published_at=timezone.now() - timedelta(days=2)
        )
        for picture in pictures:
            take_down(picture, "版权到期")
        self.laid_out(site, ("carousel", {"title": "焦点图片", "pinned": [], "count": 3}))
        assert older.title in site.read()[1].partition("carousel-track")[2]

    def test_a23_a_station_under_a_published_article(self, site):
        station = a_station()
        old = an_article("甲甲甲", stations=[station])
        self.laid_out(site, ("channel", {"channel": a_channel(), "shape": "columns", "pinned": []}))
        site.read("/difang/zhejiang/")
        gone(station, station.content_key, "nav")
        site.catch_up()
        assert site.read(old.get_absolute_url())[0] == 200
        assert site.read("/difang/zhejiang/")[0] == 404
        self.goes_on(site, old)
        assert site.read(old.get_absolute_url())[0] == 410

    def test_a24_an_article_without_a_picture_pinned_in_the_carousel(self, site):
        old, pictured = an_article("甲甲甲"), an_article("有图的稿件", picture=a_picture())
        self.laid_out(
            site,
            ("carousel", {"title": "焦点图片", "pinned": [old], "count": 3}),
            ("channel", {"channel": a_channel(), "shape": "columns", "pinned": []}),
        )
        carousel = site.read()[1].partition("carousel-track")[2].partition("</section>")[0]
        assert "有图的稿件" in carousel
        assert "甲甲甲" not in carousel
        told = warnings(get_user_model()())
        assert any("首页" in w and "“焦点图”没有显示：指定的稿件“甲甲甲”没有题图" in w for w in told)
        assert pictured.live
        self.goes_on(site, old)

    def test_a24_a_channel_that_stands_on_home(self, site, desk):
        empty = a_channel("空频道", "kong")
        old = an_article("甲甲甲")
        self.laid_out(
            site,
            ("top", {"lead": None, "channel": empty, "flashes": empty}),
            ("channel", {"channel": empty, "shape": "cards", "pinned": []}),
            ("channel", {"channel": a_channel(), "shape": "columns", "pinned": []}),
        )
        gone(empty, empty.content_key, "nav")
        site.catch_up()
        assert not Channel.objects.filter(slug="kong").exists()
        parts = [o.part for address, o in site.index.omissions() if address == "/"]
        assert parts == ["头条、要闻与快讯", "频道"]
        assert "首页的“头条、要闻与快讯”没有显示：所选的频道已经删除" in desk.get("/admin/").content.decode()
        self.goes_on(site, old)


def test_a31_what_is_stored_while_an_article_is_withdrawn_goes_too(site):
    """Somebody renders the page from what was there before, and stores it between the first look and the change of keys."""
    article = an_article("甲甲甲")
    site.catch_up()
    address = article.get_absolute_url()
    store = site.pages.store
    invalidate = store.index.invalidate

    def store_meanwhile(*arguments, **options):
        store.files.write(address, b"<p>what was there before", 0)
        return invalidate(*arguments, **options)

    store.index.invalidate = store_meanwhile
    try:
        store.withdraw(address, [article.content_key])
    finally:
        del store.index.invalidate
    assert not store.files.holds(address)
