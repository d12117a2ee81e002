"""What waits for somebody (等我处理): each app registers the kinds of things that its people handle.

All counts cost one query together, and each section that is shown one more for its rows, whatever waits.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

# Above it nobody counts on.
MOST_COUNTED = 99


@dataclass(frozen=True)
class InboxItem:
    """One thing that waits: what it is called, where it is handled, what is to be done, and since when it waits."""

    title: str
    address: str
    note: str = ""
    since: datetime | None = None


class InboxSection(ABC):
    """One kind of thing that waits for people. Subclasses say which, and for whom."""

    heading = ""
    # A lower one stands before others.
    order = 100

    @abstractmethod
    def waiting(self, user) -> QuerySet | None:
        """What waits for `user`, longest waiting first, with what `item` needs; None where such things are none of theirs.

        It is asked on each opening of the first screen: by indexes, and without a query of its own but those of the policy.
        """

    @abstractmethod
    def item(self, row) -> InboxItem | None:
        """How a row of `waiting` is shown; None where what it is about is gone."""

    def address(self) -> str:
        """Of the whole list; empty where there is no other."""
        return ""


@dataclass(frozen=True)
class Waiting:
    """What waits for one person in a section."""

    section: InboxSection
    rows: QuerySet
    count: int

    @property
    def count_in_words(self) -> str:
        return f"{MOST_COUNTED}+" if self.count > MOST_COUNTED else str(self.count)

    def first(self, number: int) -> list[InboxItem]:
        """The `number` that wait longest. One query, and those of what the section prefetches."""
        return [item for row in self.rows[:number] if (item := self.section.item(row))]


_sections: list[InboxSection] = []


def register_inbox(section: InboxSection) -> None:
    """Register a section; once, when the app is ready."""
    _sections[:] = [known for known in _sections if type(known) is not type(section)] + [section]
    _sections.sort(key=lambda section: section.order)


def inbox_of(user) -> list[Waiting]:
    """The sections that concern `user`, with how much waits in each. One query beside those of the policy and of
    the reviews that there are."""
    found = [(section, rows) for section in _sections if (rows := section.waiting(user)) is not None]
    counts = count_together([rows for _, rows in found])
    return [Waiting(section, rows, count) for (section, rows), count in zip(found, counts, strict=True)]


def count_together(querysets: list[QuerySet]) -> list[int]:
    """How many rows each has, counted up to one more than `MOST_COUNTED`. One query for all of them."""
    counts = [0] * len(querysets)
    parts: list[str] = []
    params: list[Any] = []
    counted: list[int] = []
    for number, rows in enumerate(querysets):
        few = rows.order_by().values("pk")[: MOST_COUNTED + 1]
        try:
            sql, own = few.query.sql_with_params()
        except EmptyResultSet:
            continue
        # Django made each part, and holds its values apart.
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) few)")  # noqa: S608
        params += own
        counted.append(number)
    if not parts:
        return counts
    with connections[querysets[0].db].cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        row: Any = cursor.fetchone()
    for number, count in zip(counted, row, strict=True):
        counts[number] = count
    return counts
