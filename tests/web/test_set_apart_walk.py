"""What may harm minors is on no list: every address that readers may ask for, found from the patterns of URLs, is asked for with a flagged
article, topic and coverage in each place where editors can put one."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.urls import Resolver404, URLPattern, get_resolver, resolve
from django.utils import timezone

from meiri.audience.models import HotRule
from meiri.audience.view_counts import add_views
from meiri.delivery.editions import EDITIONS, MINORS, TRADITIONAL, has_edition
from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import HomePage, TopicIndexPage, TopicPage
from meiri.fronts.notice_bars import NoticeBar
from meiri.newsroom.correcting import correct
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish
from meiri.sections.minors import MinorsRisk
from meiri.web import page_frame
from tests.caches import clear_caches
from tests.live.live_factory import a_coverage, an_entry
from tests.newsroom_factory import a_draft
from tests.syndication.pictures import a_picture
from tests.web.test_any_content import Content

pytestmark = pytest.mark.django_db

TITLE, TOPIC, COVERAGE = "高空攀爬者坠落受伤", "楼顶探险专辑", "塔吊救援现场"
# As the edition in traditional script writes them.
WRITTEN = {TITLE: "高空攀爬者墜落受傷", TOPIC: "樓頂探險專輯", COVERAGE: "塔吊救援現場"}
# Addresses at which a reader asks for just this thing: it is told of there, by its title alone or behind its notice.
ASKED_FOR = {
    "<channel:channel>/<yyyy:year>/<mmdd:day>/<int:article_id>.html": "its notice",
    "<channel:channel>/<yyyy:year>/<mmdd:day>/<int:article_id>/quanwen.html": "its text, behind the notice",
    "api/v1/search/": "found by its title",
    "corrections/<int:article_id>/": "what was changed of it",
    "search/": "found by its title",
}
# Addresses that show no list of articles, topics or coverages: what their patterns begin with, and why.
NO_LIST = {
    ".well-known/": "files of the public log, of digests and numbers, and whom to tell of holes",
    "^api/(?:.*/)?$": "what is no address of the API",
    "^sitemaps/": "a part of a month, with the lines of the month",
    "_util/": "the password of a page",
    "api/v1/$": "the addresses of the API",
    "api/v1/advertisements/": "that one was seen",
    "api/v1/articles/<article_id>/": "of one article",
    "api/v1/counts/": "numbers alone",
    "api/v1/docs": "how the API is used",
    "api/v1/openapi.json": "how the API is used",
    "api/v1/wires/": "takes what others send",
    "assets/": "styles and scripts",
    "card/": "of one article, and refused",
    "comments/": "forms and receipts; comments of one article are walked",
    "corrections/<int:article_id>/": "of one article",
    "documents/": "files",
    "favicon.ico": "a picture",
    "guanggao/": "the way to an advertiser",
    "healthz": "whether it works",
    "icons/": "pictures",
    "issues/": "files of the magazine, which has no articles",
    "letters/": "forms and receipts; lists of letters are walked",
    "links/": "forms and receipts; the list is walked",
    "media/": "files",
    "members/": "what a member keeps and follows, behind a door: tests/members/",
    "metrics": "numbers",
    "minors/": "the switch of the mode",
    "opensearch.xml": "how the site is searched",
    "player/": "a player of another site",
    "readyz": "whether it works",
    "reports/": "forms and receipts",
    "speculation-rules.json": "what browsers may fetch ahead",
    "staff/": "press cards",
}


def names_of(thing: str, edition) -> tuple[str, ...]:
    return (WRITTEN[thing],) if edition is TRADITIONAL else (thing,)


class World(Content):
    """A site with one of everything, and a flagged thing of each kind wherever one can be put."""

    def __init__(self):
        super().__init__("冬小麦播种结束", "now", False)

    def pages(self):
        other = self.articles[1].pk
        return [
            *super().pages(),
            *(
                "/api/v1/channels/",
                "/api/v1/stations/",
                "/fragments/notices/breaking/",
                "/manifest.webmanifest",
            ),
            *(f"/api/v1/search/suggestions/?q={words}" for words in ("高空", "gkpd", "楼顶", "塔吊")),
            *(f"/api/v1/articles/{other}/{what}" for what in ("comments/", "changes")),
            *(
                "/api/v1/articles/?channel=keji",
                "/api/v1/articles/?station=zhejiang",
                "/api/v1/hot/?window=week",
                "/api/v1/search/hot/",
            ),
        ]

    def write(self):
        super().write()
        self.flagged = publish(
            a_draft(
                TITLE,
                channel=self.channel,
                stations=[self.station],
                topics=[self.topic],
                subsections=self.subsections,
                authors=[self.articles[0].bylines.first().author],
                tags=["水稻"],
                picture=a_picture("坠落"),
                summary="他从三十层楼顶坠落。",
                published_at=timezone.now() - timedelta(minutes=5),
                kind="video",
            )
        )
        correct(self.flagged, "二十层", "三十层")
        add_views(self.flagged.pk, 9_000, timezone.now())
        HotRule.objects.create(article=self.flagged, deed=HotRule.Deed.PIN, place=1)
        NoticeBar(text=TITLE, article=self.flagged, until=timezone.now() + timedelta(hours=1)).save()
        home = HomePage.objects.get()
        pinned = [self.flagged, *self.articles[:1]]
        home.body = [
            ("top", {"lead": self.flagged, "channel": self.channel, "flashes": self.channel}),
            ("carousel", {"title": "焦点图片", "pinned": pinned, "count": 3}),
            *(
                ("channel", {"channel": self.channel, "shape": shape, "pinned": pinned})
                for shape in ("lead", "columns", "cards", "lines")
            ),
            ("pictures", {"title": "图片新闻", "count": 3}),
            ("stations", {"title": "每日地方", "count": 2}),
            ("topics", {"title": "专题"}),
            ("hot", {"title": "今日热点"}),
        ]
        home.save_revision().publish()
        self.topic_page.body = [("articles", {"heading": "选编", "articles": pinned})]
        self.topic_page.save_revision().publish()
        self.flagged_topic = TopicPage(title=TOPIC, slug="tanxian", intro="不要模仿")
        TopicIndexPage.objects.get().add_child(instance=self.flagged_topic)
        self.flagged_topic.save_revision().publish()
        self.flagged_topic.refresh_from_db()
        self.articles[1].topics.add(self.flagged_topic.topic)
        self.articles[1].change_kind, self.articles[1].change_reason = "update", "归入专题"
        self.articles[1] = publish(self.articles[1])
        self.flagged_coverage = a_coverage(COVERAGE, summary="现场有伤者画面", channel=self.channel)
        an_entry(self.flagged_coverage, "伤者被抬出。")

    def flag(self):
        self.flagged = Article.objects.get(pk=self.flagged.pk)
        self.flagged.minors_risk = MinorsRisk.IMITATION
        self.flagged.change_kind, self.flagged.change_reason = "update", "补上提示"
        publish(self.flagged)
        for thing in (self.flagged_topic, self.flagged_coverage):
            thing.refresh_from_db()
            thing.minors_risk = MinorsRisk.VALUES
        self.flagged_topic.save_revision().publish()
        self.flagged_coverage.save()
        clear_caches()
        page_frame.forget_frame()


@pytest.fixture
def world(db, search_index):
    create_pages()
    page_frame.forget_frame()
    yield World()
    page_frame.forget_frame()


def routes(patterns=None, above: str = "") -> Iterator[str]:
    """Every pattern of an address at which readers are answered; the newsroom's own stand behind a door."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        route = above + str(pattern.pattern)
        if route.startswith("admin/"):
            continue
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from routes(pattern.url_patterns, route)


def route_of(address: str) -> str:
    try:
        return resolve(address.partition("?")[0]).route
    except Resolver404:
        return ""


def test_every_address_of_readers_is_walked_or_shows_no_list(world):
    walked = {route_of(address) for address in world.addresses}
    missing = sorted(
        route
        for route in set(routes()) - walked - ASKED_FOR.keys()
        if not route.startswith(tuple(NO_LIST)) and f"{route}$" not in NO_LIST
    )
    assert not missing, "\n".join(["neither walked nor told why not:", *missing])


def test_what_is_flagged_is_on_no_list(world, client):
    def shown(edition, address) -> str:
        return client.get((edition.prefix if edition else "") + address).content.decode(errors="replace")

    def finds(page: str, edition) -> set[str]:
        found = {t for t in (TITLE, TOPIC, COVERAGE) for name in names_of(t, edition) if name in page}
        if re.search(rf"\b{world.flagged.pk}\.html|articles?[:/]{world.flagged.pk}\b", page):
            found.add("its address")
        return found

    before = {address: finds(shown(None, address), None) for address in world.addresses}
    assert sum(map(bool, before.values())) > 15  # it stood in the lists
    world.flag()
    wrong = {}
    for address in world.addresses:
        if route_of(address) in ASKED_FOR or address == world.flagged_topic.url:
            continue
        for edition in (None, *EDITIONS):
            if edition and not has_edition(address):
                continue
            if found := finds(shown(edition, address), edition):
                wrong[(edition.prefix if edition else "") + address] = found
    assert not wrong, json.dumps({k: sorted(v) for k, v in wrong.items()}, ensure_ascii=False, indent=1)


def test_the_edition_for_minors_leaves_it_out_where_it_is_asked_for(world, client, search_index):
    world.flag()
    search_index.catch_up()
    article, coverage = world.flagged, world.flagged_coverage
    prefix = MINORS.prefix
    own = article.get_absolute_url()
    for address in (
        own,
        own.replace(".html", "/quanwen.html"),
        coverage.get_absolute_url(),
        coverage.text_address,
        world.flagged_topic.url,
        f"{world.flagged_topic.url}quanwen/",
    ):
        page = client.get(prefix + address).content.decode()
        assert "未成年人模式下打不开这一篇" in page, address
        assert "quanwen" not in page.partition("<main")[2], address
        for words in ("三十层", "伤者", "不要模仿"):
            assert words not in page, address
    for words in (TITLE, TOPIC):
        page = client.get(f"{prefix}/search/", {"q": words}).content.decode()
        assert f"{article.pk}.html" not in page
        assert world.flagged_topic.url not in page
        assert (f"{article.pk}.html" in client.get("/search/", {"q": TITLE}).content.decode()) is True
