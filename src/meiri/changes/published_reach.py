"""Where readers meet a thing now: the stored pages of this node that show it."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings

from meiri.delivery.editions import EDITIONS, edition_of
from meiri.delivery.kinds import Importance, kind_of, simplified
from meiri.delivery.page_store import page_store
from meiri.delivery.public_addresses import FEEDS, LABELS

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
class PublishedReach:
    """`addresses`: of the stored pages of this node that show a thing, its own first. `more`: sentences of other apps."""

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


def pages_showing(keys: Iterable[str]) -> list[str]:
    """The stored pages of this node that were made of any of `keys`; none where the site keeps no pages."""
    if not settings.PAGE_FILES:
        return []
    try:
        return page_store().index.addresses_using(keys)
    except sqlite3.Error:
        return []  # whoever keeps the pages in step says so
