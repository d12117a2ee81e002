"""Where readers meet an article now: the stored pages that show it, and what other apps add (how often it was read)."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.conf import settings

from meiri.delivery.editions import EDITIONS, edition_of
from meiri.delivery.kinds import Importance, kind_of, simplified
from meiri.delivery.page_store import page_store
from meiri.delivery.public_addresses import FEEDS, LABELS
from meiri.newsroom.models import Article, Proposal, ProposalState

# Pages that are named one by one.
MOST_ADDRESSES = 500
# Each app that knows more of an article's readers registers here: called with the article, it gives sentences for editors.
more_of: list[Callable[[Article], Iterable[str]]] = []

# What editors call the pages that stand in no first part of their own, by how soon they are made again.
_LABELS = {
    Importance.HOME: "首页",
    Importance.ARTICLE: "稿件页",
    Importance.FEED: FEEDS,
    Importance.LAST: FEEDS,
}


def kind_in_words(address: str) -> str:
    """What editors call the page at `address`."""
    plain = simplified(address)
    first = plain.split("/")[1]
    return LABELS.get(first) or _LABELS.get(kind_of(plain).importance, "频道页")


@dataclass(frozen=True)
class ArticleReach:
    """`addresses`: of the stored pages of this node that show the article. `more`: sentences of other apps."""

    addresses: list[str]
    more: list[str] = field(default_factory=list)

    @property
    def counted(self) -> list[tuple[str, int]]:
        """How many pages of each kind, all editions counted."""
        return Counter(map(kind_in_words, self.addresses)).most_common()

    @property
    def in_words(self) -> str:
        pages = "、".join(f"{name} {count} 个" for name, count in self.counted)
        counts = [
            f"{one.name} {count} 个"
            for one in EDITIONS
            if (count := sum(edition_of(address) is one for address in self.addresses))
        ]
        edition = f"（其中{'、'.join(counts)}）" if counts else ""
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
