"""What a reader asks for, as text and as what it means.

    科技 创新            both words, anywhere in an article
    "科技创新"           these words side by side; also “科技创新”
    -广告                without
    标题:丰收  title:丰收    in the title; 来源: source:  作者: author:  频道: channel:  地方站: station:
    日期:2026-01..2026-03    published then; also a year, a month, a day; date:

No text is a syntax error: what is no operator is a word.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from meiri.search.folding import fold

LONGEST_QUERY = 200
MOST_TERMS = 16
# The index knows no days beyond these; there is nothing to find there.
EARLIEST, LATEST = date(1750, 1, 1), date(2200, 1, 1)

# The kinds of sections that articles are filed under.
SECTIONS = ("channel", "station", "subsection")
FIELDS = {
    "title": "title", "标题": "title",
    "source": "source", "来源": "source",
    "author": "author", "作者": "author",
    "channel": "channel", "频道": "channel", "栏目": "channel",
    "station": "station", "地方站": "station",
    "subsection": "subsection", "子栏目": "subsection",
    "date": "date", "日期": "date", "时间": "date",
}  # fmt: skip
_TOKEN = re.compile(
    rf'(?P<minus>(?<!\S)-)?(?:(?P<field>{"|".join(FIELDS)}):)?(?:"(?P<phrase>[^"]*)(?:"|$)|(?P<word>[^\s"]+))'
)
_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2}))?(?:[-/.月](\d{1,2}))?[年月日]?")


class QueryTooLong(ValueError):
    """The query has more characters than a search takes."""


@dataclass(frozen=True)
class Term:
    """One thing that must be, or with `without` must not be, in an article. `text` is folded."""

    text: str
    phrase: bool = False
    without: bool = False
    field: str = ""


@dataclass(frozen=True)
class Query:
    """Terms, and where and when to look; `since` and `until` are days, both included. Sections are named by address word
    or name."""

    terms: tuple[Term, ...] = ()
    channel: str = ""
    station: str = ""
    subsection: str = ""
    since: date | None = None
    until: date | None = None
    # Only articles that stand in lists with a picture.
    pictured: bool = False

    @property
    def asks(self) -> bool:
        """Whether there is anything that an article must have, be it only a date."""
        return bool(self.wanted or self.sections or self.since or self.until)

    @property
    def wanted(self) -> list[Term]:
        return [term for term in self.terms if not term.without]

    @property
    def sections(self) -> list[tuple[str, str]]:
        """The kinds and names of the sections that articles must be of."""
        return [(kind, name) for kind in SECTIONS if (name := getattr(self, kind))]

    @property
    def is_dated(self) -> bool:
        return bool(self.since or self.until)

    @property
    def is_plain(self) -> bool:
        """Whether it is words alone: who writes operators wants what they say and nothing near it."""
        return not any(term.phrase or term.field for term in self.terms)

    @property
    def free(self) -> list[Term]:
        """What is looked for in the whole of an article."""
        return [term for term in self.wanted if term.field in ("", "title")]

    def within(
        self,
        channel: str = "",
        station: str = "",
        since: date | None = None,
        until: date | None = None,
        subsection: str = "",
    ) -> "Query":
        """The same, only there and then; what the text itself says of it wins."""
        return replace(
            self,
            channel=self.channel or channel,
            station=self.station or station,
            subsection=self.subsection or subsection,
            since=self.since or since,
            until=self.until or until,
        )


@dataclass
class _Reading:
    terms: list[Term] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None


def parse(text: str) -> Query:
    """The query that `text` says. Raises `QueryTooLong`."""
    text = " ".join(text.replace("\0", " ").split())
    if len(text) > LONGEST_QUERY:
        raise QueryTooLong(f"检索词请控制在 {LONGEST_QUERY} 个字以内。")
    read = _Reading()
    for term in _terms(text):
        if len(read.terms) == MOST_TERMS:
            break
        if term.field == "date" and not term.without and (days := days_of(term.text)):
            read.since, read.until = days
        elif term.field in SECTIONS and not term.without:
            read.places.setdefault(term.field, term.text)
        elif term.field == "date":
            read.terms.append(replace(term, field=""))
        else:
            read.terms.append(term)
    channel, station, subsection = (read.places.get(kind, "") for kind in SECTIONS)
    return Query(tuple(read.terms), channel, station, subsection, read.since, read.until)


def _terms(text: str) -> Iterator[Term]:
    for found in _TOKEN.finditer(fold(text)):
        phrase = found["phrase"]
        words = (found["word"] if phrase is None else phrase).strip()
        # Marks alone ask for nothing.
        if any(character.isalnum() for character in words):
            yield Term(
                words,
                phrase is not None,
                bool(found["minus"]),
                FIELDS[found["field"]] if found["field"] else "",
            )
        elif words and not words.isascii():
            yield Term(words, phrase is not None, bool(found["minus"]))


def days_of(text: str) -> tuple[date | None, date | None] | None:
    """The first and the last day that `2026`, `2026-03`, `2026-03-08` or `2026-01..2026-03` mean, None for an open end;
    None for what is no date."""
    first, between, last = text.partition("..")
    spans = [_span(part) if part else (None, None) for part in ((first, last) if between else (first, first))]
    if None in spans or (not first and not last):
        return None
    since, until = spans[0][0], spans[1][1]  # type: ignore[index]
    return since, until


def _span(text: str) -> tuple[date, date] | None:
    found = _DAY.fullmatch(text)
    if not found:
        return None
    year, month, day = (int(part or 0) for part in found.groups())
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        return None
    if day:
        return first, first
    last = calendar.monthrange(year, month)[1] if month else 31
    return first, date(year, month or 12, last)
