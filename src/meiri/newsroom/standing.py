"""Where readers meet an article now: the stored pages that show it, and what other apps add (how often it was read)."""

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.conf import settings

from meiri.delivery.editions import inner_path
from meiri.delivery.kinds import simplified
from meiri.delivery.page_store import page_store
from meiri.newsroom.models import Article, Proposal, ProposalState

# Pages that are named one by one.
MOST_ADDRESSES = 500
# Each app that knows more of an article's readers registers here: called with the article, it gives sentences for editors.
more_of: list[Callable[[Article], Iterable[str]]] = []

_KINDS = (
    (re.compile(r"/"), "首页"),
    (re.compile(r"/[a-z][a-z0-9-]*/[0-9]{4}/[0-9]{4}/[0-9]+\.html"), "稿件页"),
    (re.compile(r"/difang/.*"), "地方站页"),
    (re.compile(r"/(?:zhuanti|zazhi)/.*"), "专题页"),
    (re.compile(r"\A(?=.*(?:rss|atom|sitemap)).*\.xml|/feed\.json"), "订阅源和站点地图"),
    (re.compile(r"/tag/.*"), "标签页"),
    (re.compile(r"/[a-z][a-z0-9-]*/(?:\?.*)?"), "频道页"),
)
OTHER = "其他页面"


def kind_in_words(address: str) -> str:
    """What editors call the page at `address`."""
    plain = simplified(address)
    return next((name for pattern, name in _KINDS if pattern.fullmatch(plain)), OTHER)


@dataclass(frozen=True)
class ArticleReach:
    """`addresses`: of the stored pages of this node that show the article. `more`: sentences of other apps."""

    addresses: list[str]
    more: list[str] = field(default_factory=list)

    @property
    def counted(self) -> list[tuple[str, int]]:
        """How many pages of each kind, both editions counted."""
        return Counter(map(kind_in_words, self.addresses)).most_common()

    @property
    def in_words(self) -> str:
        pages = "、".join(f"{name} {count} 个" for name, count in self.counted)
        traditional = sum(inner_path(address) is not None for address in self.addresses)
        edition = f"（其中繁体版 {traditional} 个）" if traditional else ""
        return (
            f"出现在 {len(self.addresses)} 个页面{edition}：{pages}。"
            if pages
            else "还没有生成过含有它的页面。"
        )


def standing_of(article: Article) -> ArticleReach:
    """Where readers meet `article`. Two queries, and those of what other apps add."""
    places = [str(place) for place in (*article.stations.all(), *_taken_by(article)) if place]
    more = [f"由{'、'.join(dict.fromkeys(places))}刊发。"] if places else []
    more += [sentence for told in more_of for sentence in told(article)]
    return ArticleReach(addresses_showing(article), more)


def _taken_by(article: Article) -> Iterable:
    taken = Proposal.objects.filter(article=article, state=ProposalState.ACCEPTED)
    return (proposal.place for proposal in taken.select_related("channel", "station"))


def addresses_showing(article: Article) -> list[str]:
    """The stored pages of this node that show the article, its own first; none where the site keeps no pages."""
    if not settings.PAGE_FILES:
        return []
    try:
        return page_store().index.addresses_using([article.content_key])
    except sqlite3.Error:
        return []  # whoever keeps the pages in step says so
