"""Every kind of page, whatever is missing, deleted, private, empty, very long, written from right to left, from 1901 or from
tomorrow: no page fails, and none needs the net that catches what fails (parts that break raise in tests)."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from wagtail.documents import get_document_model
from wagtail.models import Page, PageViewRestriction, Site

from meiri.audience.view_counts import add_views
from meiri.comments.models import Comment, CommentState
from meiri.delivery.editions import EDITIONS
from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import (
    FriendLink,
    HomePage,
    MagazineIssuePage,
    MagazineShelfPage,
    SiteSettings,
    StandardPage,
    TopicIndexPage,
    TopicPage,
)
from meiri.letters.models import Letter, Stage
from meiri.live.amending import correct_entry, withdraw_entry
from meiri.live.directing import announce_coverage, move_coverage
from meiri.live.models import Coverage, CoverageState, LiveEntry
from meiri.live.reporting import pin_entry, write_entry
from meiri.media.removing import take_down
from meiri.newsroom.correcting import correct
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish, withdraw
from meiri.sections.models import NavigationItem, Station, Subsection
from meiri.web import page_frame
from tests.caches import clear_caches
from tests.letters.letters_factory import a_letter
from tests.newsroom_factory import a_channel, a_draft, a_source, a_station, a_topic, an_author
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db

UYGHUR = "شىنجاڭ ئۇيغۇر ئاپتونوم رايونى پاختا تېرىشقا باشلىدى"
ARABIC = "مرحبا بالعالم، ١٢٣ أخبار اليوم"
LONG = "长" * 4000
WORDS = [
    "冬小麦播种结束",
    UYGHUR,
    ARABIC,
    LONG,
    "<b>&amp;{{ site }}{% raw %}</b>\"'",
    "𠮷野家👩‍👩‍👧‍👦\u202e倒着写\u2028",
    "x" * 200,
]
TIMES = ["now", "1901", "tomorrow", "1949", "year 1"]
# What somebody deletes past Meiri, with a program for databases: nothing that stands elsewhere is taken along.
DELETED = [
    "media_picture", "newsroom_source", "newsroom_author", "newsroom_byline", "newsroom_listing", "newsroom_daycount",
    "sections_station", "sections_topic", "sections_channel", "sections_subsection", "sections_navigationitem",
    "wagtaildocs_document", "media_recordingorigin",
    "fronts_sitesettings", "fronts_friendlink", "taggit_tag", "newsroom_correction", "comments_comment", "newsroom_article",
    "wagtailcore_revision", "fronts_topicpage", "live_coverage", "live_liveentry",
    "changes_publishedchange",
]  # fmt: skip


def moment(name: str):
    return {
        "now": timezone.now() - timedelta(hours=1),
        "1901": datetime(1901, 2, 3, 4, 5, 6, tzinfo=UTC),
        "tomorrow": timezone.now() + timedelta(days=1),
        "1949": datetime(1949, 10, 1, 7, tzinfo=UTC),
        "year 1": datetime(1, 1, 2, tzinfo=UTC),
    }[name]


def forget():
    """What processes keep: a deletion that no entry tells of finds nothing of it in one that has just begun."""
    clear_caches()
    page_frame.forget_frame()


def a_body(words, picture, document):
    text = words[:80] or "字"
    return [
        ("text", f"<p>{words}</p>"),
        ("heading", text),
        ("image", {"image": picture, "caption": words[:200], "credit": words[:60]}),
        ("gallery", {"pictures": [{"image": picture, "caption": "", "credit": ""}] * 2}),
        ("video", {"file": document, "title": text, "poster": picture, "transcript": words}),
        ("audio", {"file": document, "title": text, "poster": None, "transcript": ""}),
        ("quote", {"text": words, "speaker": text}),
        ("table", {"data": [[words, None], [None, ""]], "first_row_is_table_header": True}),
        ("document", document),
        ("related", {"title": text, "url": "/keji/"}),
        ("poll", {"question": text, "choices": [{"text": text}, {"text": words}], "most": 1}),
    ]


class Content:
    """A site with one of everything, made of `words`, at `time`; with `little`, of everything just what must be there."""

    def __init__(self, words: str, time: str, little: bool):
        self.words, self.time, self.little = words, moment(time), little
        self.short = (words[:30] or "字").replace("/", "").strip()
        self.lay_out()
        self.write()
        found = Page.objects.live().filter(depth__gt=1)
        self.addresses = [page.url for page in found if page.url]
        self.addresses = self.pages()

    def lay_out(self):
        self.channel = a_channel(self.short, "keji")
        self.other = a_channel("要闻", "yaowen")
        self.station, self.topic = a_station(), a_topic(self.short)
        self.subsections = [
            Subsection.objects.get_or_create(slug=slug, **of, defaults={"name": self.short[:20]})[0]
            for slug, of in (("xinpian", {"channel": self.channel}), ("shehui", {"station": self.station}))
        ]
        self.picture = self.document = None
        self.optional = "" if self.little else self.words
        if not self.little:
            self.picture = a_picture(self.short, caption=self.words[:200], credit=self.words[:60])
            document = get_document_model()(title=self.short)
            document.file.save("a.pdf", ContentFile(b"%PDF-1.4"))
            self.document = document
        NavigationItem.objects.create(channel=self.channel)
        NavigationItem.objects.create(label="专题", address="/zhuanti/", row=2)
        FriendLink.objects.create(name=self.short, url="https://example.cn/")
        site = SiteSettings.load()
        site.slogan = site.copyright = self.optional[:60]
        if not self.little:
            site.telephones = [("telephone", {"label": "总机", "number": "010-1"})]
            site.licences = [("licence", {"name": self.short, "number": "", "url": ""})]
        site.save()
        self.lay_out_pages()

    def lay_out_pages(self):
        topic = TopicPage(
            title=self.short, slug="qiushou", topic=self.topic, banner=self.picture, intro=self.optional
        )
        TopicIndexPage.objects.get().add_child(instance=topic)
        cover = self.picture or a_picture()
        issue = MagazineIssuePage(title=self.short, slug="2026-11", number="第1期", cover=cover)
        entry = {"section": "栏目", "title": self.short, "page": 1, "author": self.optional[:40]}
        if self.picture:
            area = {"piece": 1, "left": 0, "top": 0, "width": 100, "height": 50}
            issue.sheets = [("sheet", {"name": self.short, "image": self.picture, "areas": [area]})]
        issue.contents = [("entry", entry | {"summary": self.optional, "body": f"<p>{self.optional}</p>"})]
        MagazineShelfPage.objects.get().add_child(instance=issue)
        contact = StandardPage.objects.get(slug="contact")
        contact.departments = [("department", {"name": "编辑部", "work": self.optional[:100]})]
        for page in (topic, issue, contact):
            page.save_revision().publish()
        if self.little:
            take_down(cover, "版权到期")
        self.topic_page = topic

    def write(self):
        author = an_author(self.short, "lin")
        fields = {
            "kicker": self.optional[:80],
            "summary": self.optional[:300],
            "short_title": self.optional[:40],
            "dateline": self.optional[:60],
            "picture": self.picture,
            "source": None if self.little else a_source(self.short),
            "editor": None if self.little else author,
            "authors": [] if self.little else [author],
            "tags": [] if self.little else ["水稻", "气象"],
            "topics": [self.topic],
            "stations": [self.station],
            "subsections": self.subsections,
            "text": [] if self.little else a_body(self.words, self.picture, self.document),
        }
        self.articles = []
        for n in range(3):
            draft = a_draft(f"{n}{self.words}"[:120], channel=self.channel, **fields)
            # Straight to a list: which times a form takes is another matter than which a page shows.
            draft.published_at = self.time - timedelta(minutes=n)
            self.articles.append(publish(draft))
        changed = self.articles[0]
        changed.subtitle = self.words[:80]
        changed.change_kind, changed.change_reason = "update", self.optional[:200]
        self.articles[0] = publish(changed)
        correct(self.articles[0], "甲", self.optional[:60] or "乙", note="核实后更正")
        add_views(self.articles[0].pk, 7)
        Comment.objects.create(
            article=self.articles[0], name=self.short[:20], text=self.words[:500], state=CommentState.APPROVED
        )
        self.report_live()
        self.letter = a_letter(station=self.station)
        Letter.objects.filter(pk=self.letter.pk).update(
            stage=Stage.PUBLISHED,
            published_at=self.time,
            published_subject=self.short,
            published_text=self.words,
            published_answer=self.words,
        )
        home = HomePage.objects.get()
        home.body = [
            ("top", {"lead": self.articles[1], "channel": self.channel, "flashes": self.other}),
            ("carousel", {"title": "焦点图片", "pinned": self.articles[:2], "count": 3}),
            *(
                ("channel", {"channel": self.channel, "shape": shape, "pinned": self.articles[:1]})
                for shape in ("lead", "columns", "cards", "lines")
            ),
            ("pictures", {"title": "图片新闻", "count": 3}),
            ("stations", {"title": "每日地方", "count": 2}),
            ("topics", {"title": "专题"}),
            ("hot", {"title": "今日热点"}),
            ("magazine", {"title": "杂志"}),
            ("friend_links", {"title": "友情链接"}),
        ]
        home.save_revision().publish()
        self.topic_page.body = [
            ("articles", {"heading": "选编", "articles": self.articles}),
            ("text", f"<p>{self.optional}</p>"),
            ("timeline", {"heading": "时间线", "events": [{"date": self.time.date(), "text": self.short}]}),
            *([("picture", {"image": self.picture, "caption": ""})] if self.picture else []),
        ]
        self.topic_page.save_revision().publish()

    def report_live(self):
        coverage = Coverage(
            title=self.words[:120],
            summary=self.optional[:300],
            channel=self.channel,
            station=None if self.little else self.station,
            picture=self.picture,
            planned_at=self.time,
        )
        coverage = self.coverage = move_coverage(announce_coverage(coverage), CoverageState.LIVE)
        for title in (self.optional[:80], self.words[:80]):
            entry = LiveEntry(coverage=coverage, title=title, signature=self.short[:60])
            whole = a_body(self.words, self.picture, self.document)
            entry.body = [("text", "<p>一条。</p>")] if self.little else whole
            write_entry(entry)
        first, second = coverage.entries.order_by("number")
        correct_entry(first, first.title, first.body, 1, self.optional[:300] or "改了。")
        pin_entry(first, True)
        withdraw_entry(second, self.words[:300])
        coverage.entries.update(shown_at=self.time)

    def pages(self) -> list[str]:
        at = timezone.localtime(self.time) if self.time.year > 1 else self.time
        periods = [f"{at:%Y}/".zfill(5), f"{at.year:04}/{at:%m}/", f"{at.year:04}/{at:%m/%d}/"]
        keys = [article.pk for article in self.articles]
        return [
            *self.addresses,
            *(f"{front}{period}" for front in ("/keji/", "/difang/zhejiang/") for period in ("", *periods)),
            "/keji/?before=0-1", "/keji/xinpian/", "/difang/zhejiang/shehui/", "/yaowen/", "/difang/", "/author/lin/", "/tag/水稻/", "/corrections/", "/search/?q=水稻",
            *(article.get_absolute_url() for article in self.articles if self.time.year > 1),
            *(f"/fragments/{kind}/{key}/" for kind in ("pinyin", "comments") for key in keys),
            *(f"/corrections/{key}/" for key in keys), f"/corrections/{keys[0]}/?before=1", f"/comments/{keys[0]}/", f"/qr/{keys[0]}.svg", f"/poster/{keys[0]}.jpg", "/sw.js", "/offline.html", "/qr/site.svg", "/fragments/hot/", "/fragments/hot/difang/zhejiang/", "/hot/", "/links/",
            "/letters/", "/letters/statistics/", f"/letters/published/{self.letter.pk}/", "/zazhi/2026-11/1/", "/qr/zazhi/2026-11/1.svg", "/zazhi/?before=2027",
            *(f"{self.coverage.get_absolute_url()}{page}" for page in ("", "?before=2", "1.html", "2.html")),
            "/gundong/", "/gundong/jinri/", *(f"/gundong/{period}" for period in periods), "/gundong/?before=0-1",
            "/fragments/newest/", "/fragments/newest/keji/", "/fragments/notices.css",
            "/keji/zhuanlan/", "/difang/zhejiang/zhuanlan/", "/fragments/hot/difang/zhejiang/",
            "/paixu/", "/verify/", "/fragments/ads/home/", f"/zhibo/{self.coverage.pk}/quanwen/",
            *(f"{door}/{article.pk}/{block['id']}/" for article in self.articles for block in article.body.raw_data if block["type"] == "poll" for door in ("/polls", "/fragments/polls")),
            *(f"/keji/2026/1123/{key}/quanwen.html" for key in keys[:1]),
            "/zhibo/", f"/fragments/live/{self.coverage.pk}/", *(f"/corrections/entry/{entry.pk}/" for entry in self.coverage.entries.all()),
            "/zhuanti/?before=0-1", "/404.html", "/nirgendwo/", "/staff/", "/members/", "/members/login/",
            "/rss.xml", "/atom.xml", "/feed.json", "/keji/rss.xml", "/difang/zhejiang/rss.xml", "/keji/xinpian/rss.xml", "/difang/zhejiang/shehui/rss.xml", "/robots.txt", "/sitemap.xml",
            "/news-sitemap.xml", "/sitemaps/sections.xml", f"/sitemaps/{at.year:04}-{at:%m}.xml",
            "/api/v1/hot/", "/api/v1/articles/", f"/api/v1/articles/{keys[0]}/", f"/api/v1/articles/{keys[0]}/text",
        ]  # fmt: skip


def crawled(client, content, *, whole_editions: bool = False):
    """Ask for every page; what each was answered with. In traditional script and in large letters, for all of them or for those with
    the most on them."""
    forget()
    statuses = {}
    for address in content.addresses:
        editions = [address]
        if not address.startswith(("/api", "/sitemap", "/news", "/qr", "/robots")) and (
            whole_editions or address in ("/", "/keji/") or re.fullmatch(r"/keji/.+\.html", address)
        ):
            editions += [f"{edition.prefix}{address}" for edition in EDITIONS]
        for edition in editions:
            answer = client.get(edition)
            statuses[edition] = answer.status_code
            assert answer.status_code in (200, 301, 302, 303, 404, 410), edition
    return statuses


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_pages()


@pytest.fixture
def anew(initial_data, client, monkeypatch, search_index):
    """Each example is a newsroom of its own, which is gone when it ends."""
    monkeypatch.setattr("meiri.newsroom.models.Article.clean", lambda self: None)

    class Anew:
        def __enter__(self):
            self.transaction = transaction.atomic()
            self.transaction.__enter__()
            client.search_index = search_index
            return client

        def __exit__(self, *error):
            transaction.set_rollback(True)
            self.transaction.__exit__(*error)
            forget()

    return Anew()


def examples(count):
    """So many, none of them made smaller where it fails: each is a whole newsroom, and says what it is made of."""
    return settings(
        max_examples=count,
        phases=[Phase.explicit, Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


@examples(6)
@given(words=st.sampled_from(WORDS), time=st.sampled_from(TIMES[:4]), little=st.booleans())
@example(words=UYGHUR, time="1901", little=False)
@example(words=LONG, time="tomorrow", little=False)
def test_every_page_shows_any_content(anew, words, time, little):
    with anew as client:
        content = Content(words, time, little)
        statuses = crawled(client, content, whole_editions=True)
        assert statuses["/"] == statuses["/zh-hant/"] == statuses["/keji/"] == 200
        assert all(statuses[article.get_absolute_url()] == 200 for article in content.articles)


@examples(10)
@given(
    deleted=st.sets(st.sampled_from(DELETED), min_size=1, max_size=4),
    little=st.booleans(),
    withdrawn=st.booleans(),
)
@example(deleted={"media_picture"}, little=False, withdrawn=False)
@example(deleted={"sections_channel"}, little=False, withdrawn=False)
@example(deleted={"newsroom_author", "newsroom_source"}, little=False, withdrawn=False)
@example(deleted={"sections_station", "sections_topic"}, little=False, withdrawn=True)
@example(deleted={"wagtaildocs_document", "fronts_sitesettings"}, little=False, withdrawn=False)
def test_every_page_stands_whatever_was_deleted(anew, deleted, little, withdrawn):
    with anew as client:
        content = Content("冬小麦播种结束", "now", little)
        client.search_index.catch_up()
        if withdrawn:
            withdraw(content.articles[1], "来源失实")
        with connection.cursor() as cursor:
            for table in deleted:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608 one of the above
        statuses = crawled(client, content)
        assert statuses["/"] == statuses["/zh-hant/"] == 200


@examples(3)
@given(private=st.sampled_from(["about", "zhuanti", "zazhi", "qiushou", "2026-11"]))
def test_every_page_stands_where_one_is_private(anew, private):
    with anew as client:
        content = Content("冬小麦播种结束", "now", little=False)
        restriction = PageViewRestriction.objects.create(
            page=Page.objects.get(slug=private), restriction_type=PageViewRestriction.GROUPS
        )
        restriction.groups.add(Group.objects.create(name="内部"))
        assert crawled(client, content)["/"] == 200


def test_every_page_stands_where_a_station_is_of_no_region(anew):
    with anew as client:
        content = Content("冬小麦播种结束", "now", little=True)
        Station.objects.update(region="beyond")
        assert crawled(client, content)["/"] == 200


BROKEN = [
    {"type": "image", "value": None},
    {"type": "image", "value": {"image": "x", "caption": 7}},
    {"type": "gallery", "value": {"pictures": [{"value": None}, 7]}},
    {"type": "video", "value": {}},
    {"type": "of another version", "value": "x"},
    {"type": "table", "value": {"data": [None, ["x"]]}},
    {"type": "text", "value": 7},
]


@examples(4)
@given(blocks=st.lists(st.sampled_from(BROKEN), min_size=1, max_size=3))
@example(blocks=BROKEN)
def test_a_body_that_another_program_wrote_wrong_loses_those_blocks_and_nothing_else(anew, blocks, settings):
    settings.RAISE_BROKEN_PARTS = False
    with anew as client:
        content = Content("冬小麦播种结束", "now", little=True)
        article = content.articles[0]
        table = {"data": [["还在的一格"]], "first_row_is_table_header": False}
        whole = [{"type": "text", "value": "<p>还在的一段。</p>"}, {"type": "table", "value": table}]
        body = [*blocks, *whole]
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE newsroom_article SET body = %s WHERE id = %s", [json.dumps(body), article.pk]
            )
        crawled(client, content)
        page = client.get(article.get_absolute_url()).content.decode()
        assert "还在的一段。" in page
        assert "还在的一格" in page
        assert "</html>" in page


def test_the_kinds_of_pages_are_all_there(anew):
    """The list of addresses above names a page of every kind of view that is stored, and of every kind of laid-out page."""
    with anew:
        content = Content("冬小麦播种结束", "now", little=False)
        paths = {address.partition("?")[0] for address in content.addresses}
        kinds = {type(page.specific) for page in Page.objects.live().filter(depth__gt=1)}
        assert kinds == {
            HomePage, TopicIndexPage, TopicPage, MagazineShelfPage, MagazineIssuePage, StandardPage,
        }  # fmt: skip
        views = {view_of(path) for path in paths}
        assert {view for view in stored_views() if view not in views} == {"bundles.serve"}
        assert Site.objects.get().root_page.url in paths
        assert Article.objects.count() == 3


def view_of(path: str) -> str:
    from django.urls import resolve

    view = resolve(path).func
    return f"{view.__module__.rpartition('.')[2]}.{getattr(view, '__name__', '')}"


def stored_views() -> set[str]:
    """Every view that is a page of its own."""
    from django.urls import get_resolver

    found, waiting = set(), list(get_resolver().url_patterns)
    while waiting:
        pattern = waiting.pop()
        waiting += getattr(pattern, "url_patterns", [])
        view = getattr(pattern, "callback", None)
        if hasattr(view, "page_varies_by"):
            found.add(f"{view.__module__.rpartition('.')[2]}.{view.__name__}")
    return found
