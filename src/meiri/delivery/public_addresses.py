"""The table of public addresses, by their first part: who answers there, what is stored of it, who may come.

A new first part is entered here. The words that no channel may have, what has no editions and what is closed
to crawlers are made of this table; the patterns of URLs, the kinds of pages (`kinds.py`) and nginx are tested against it. All other
first parts are those of channels, or of pages that editors lay out.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PublicAddress:
    """The addresses that begin with `/first`.

    `example`: one of them; of those whose pages are stored, a page. `kind`: the kind of the page there, by the word that its
    surrogate keys begin with. `is_stored`: there are pages that are kept as files. `has_edition`: they have editions.
    `is_crawled`: robots.txt lets crawlers in. `is_laid_out`: editors lay out the page. `is_reserved`: no
    channel, and no page directly below the home page, may be called `word`. `label`: what editors call the pages there.
    """

    first: str
    owner: str
    example: str
    kind: str
    is_stored: bool = False
    has_edition: bool = True
    is_crawled: bool = True
    is_laid_out: bool = False
    is_reserved: bool = True
    label: str = "其他页面"

    @property
    def word(self) -> str:
        """The first part without what a file's name ends with."""
        return self.first.partition(".")[0]


def _stored(first: str, owner: str, example: str, kind: str, **more: Any) -> PublicAddress:
    return PublicAddress(first, owner, example, kind, is_stored=True, **more)


def _unstored(first: str, owner: str, example: str, **more: Any) -> PublicAddress:
    return PublicAddress(first, owner, example, "", **more)


FEEDS = "订阅源和站点地图"

PUBLIC_ADDRESSES = (
    _unstored(".well-known", "web", "/.well-known/security.txt", has_edition=False, is_reserved=False),
    _stored("404.html", "web", "/404.html", "page", is_reserved=False),
    _stored("about", "fronts", "/about/", "front", is_laid_out=True),
    _unstored("admin", "newsroom", "/admin/", has_edition=False, is_crawled=False),
    _unstored("api", "syndication", "/api/v1/docs", has_edition=False, is_crawled=False),
    _stored("assets", "web", "/assets/site.css", "assets", has_edition=False),
    _stored("atom.xml", "syndication", "/atom.xml", "feeds", label=FEEDS),
    _stored("author", "web", "/author/lin/", "page", label="作者页"),
    _unstored("card", "web", "/card/22.jpg", has_edition=False, is_crawled=False),
    _unstored("comments", "comments", "/comments/22/"),
    _stored("corrections", "web", "/corrections/", "front"),
    _stored("difang", "web", "/difang/zhejiang/", "station", label="地方站页"),
    _unstored("documents", "web", "/documents/22/a.pdf", has_edition=False),
    _unstored("favicon.ico", "web", "/favicon.ico", is_reserved=False),
    _stored("feed.json", "syndication", "/feed.json", "feeds", label=FEEDS),
    _stored("fragments", "web", "/fragments/hot/", "page", is_crawled=False),
    _unstored("guanggao", "audience", "/guanggao/22/", has_edition=False, is_crawled=False),
    _stored("gundong", "web", "/gundong/", "front"),
    _unstored("healthz", "web", "/healthz", has_edition=False),
    _stored("hot", "audience", "/hot/", "front", label="热点榜"),
    _unstored("icons", "web", "/icons/192.png", has_edition=False),
    _unstored("issues", "web", "/issues/2026-11.pdf", has_edition=False, is_crawled=False),
    _stored("letters", "letters", "/letters/", "front"),
    _stored("links", "fronts", "/links/", "front"),
    _unstored("manifest.webmanifest", "web", "/manifest.webmanifest", has_edition=False, is_reserved=False),
    _unstored("media", "web", "/media/a.jpg", has_edition=False, label="图片和文件"),
    _unstored("members", "members", "/members/", is_crawled=False),
    _unstored("metrics", "conf", "/metrics", has_edition=False),
    _unstored("minors", "web", "/minors/"),
    _unstored("news-sitemap.xml", "syndication", "/news-sitemap.xml", has_edition=False, is_reserved=False),
    _stored("offline.html", "web", "/offline.html", "page", has_edition=False, is_reserved=False),
    _unstored("opensearch.xml", "web", "/opensearch.xml", has_edition=False, is_reserved=False),
    _stored("paixu", "web", "/paixu/", "front"),
    _unstored("player", "web", "/player/bilibili/BV1xx411c7mD/", has_edition=False, is_crawled=False),
    _unstored("polls", "polls", "/polls/22/b8c9d5d2-7f0a-4f0e-9a51-6b0f2a6f1c11/", is_crawled=False),
    _stored("poster", "web", "/poster/22.jpg", "posters", has_edition=False, is_crawled=False),
    _stored("qr", "web", "/qr/22.svg", "codes", has_edition=False),
    _unstored("readyz", "web", "/readyz", has_edition=False),
    _unstored("reports", "reports", "/reports/barrier/", is_crawled=False),
    _stored("robots.txt", "syndication", "/robots.txt", "maps", has_edition=False),
    _stored("rss.xml", "syndication", "/rss.xml", "feeds", label=FEEDS),
    _unstored("search", "web", "/search/", is_crawled=False),
    _stored("sitemap.xml", "syndication", "/sitemap.xml", "maps", has_edition=False, label=FEEDS),
    _stored("sitemaps", "syndication", "/sitemaps/2026-11.xml", "maps", has_edition=False, label=FEEDS),
    _unstored(
        "speculation-rules.json", "web", "/speculation-rules.json", has_edition=False, is_reserved=False
    ),
    _unstored("staff", "staff", "/staff/"),
    _unstored("static", "web", "/static/a.css", has_edition=False),
    _stored("sw.js", "web", "/sw.js", "assets", has_edition=False, is_reserved=False),
    _stored("tag", "web", "/tag/shuidao/", "tags", label="标签页"),
    _stored("verify", "web", "/verify/", "front"),
    _unstored("weichengnian", "delivery", "/weichengnian/", has_edition=False),
    _stored("zazhi", "fronts", "/zazhi/", "front", is_laid_out=True, label="专题页"),
    _unstored("zh-hant", "delivery", "/zh-hant/", has_edition=False),
    _unstored("zhangbei", "delivery", "/zhangbei/", has_edition=False),
    _stored("zhibo", "web", "/zhibo/", "front", label="直播页"),
    _stored("zhuanti", "fronts", "/zhuanti/", "front", is_laid_out=True, label="专题页"),
)

# First parts that lead elsewhere: no channel can take them. Those of them that are pages which editors lay out.
RESERVED_ADDRESSES = frozenset(one.word for one in PUBLIC_ADDRESSES if one.is_reserved)
LAID_OUT_ADDRESSES = frozenset(one.word for one in PUBLIC_ADDRESSES if one.is_laid_out)
# First parts of addresses that are the same for everybody, whichever edition they read.
WITHOUT_EDITION = frozenset(one.first for one in PUBLIC_ADDRESSES if not one.has_edition)
# What crawlers are asked to leave alone: pages made for one person, answers without end, and what only scripts ask for.
CLOSED = tuple(f"/{one.first}/" for one in PUBLIC_ADDRESSES if not one.is_crawled)
# What editors call the pages there.
LABELS = {one.first: one.label for one in PUBLIC_ADDRESSES}
