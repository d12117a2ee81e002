"""What stands around every page: masthead, navigation, stations, footer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import TypeVar

from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from lunardate import LunarDate
from markupsafe import Markup

from meiri.delivery.keys import uses
from meiri.delivery.omissions import Omission, collecting_omissions, omit_again, optional
from meiri.fronts.events import SettingsChanged
from meiri.fronts.models import FriendLink, SiteSettings
from meiri.identity import Identity
from meiri.journal.content_keys import FOOTER, NAV, TODAY
from meiri.journal.events import JournalEvent
from meiri.journal.log import has_entries_since, last_sequence
from meiri.journal.row_events import row_events
from meiri.newsroom.blocks import blocks_of
from meiri.proofing.models import RegisteredName, registered_names
from meiri.sections.models import Channel, NavigationItem, NavigationRow, Region, Station, Topic
from meiri.web.headlines import NO_NAMES, WholeNames

SHOWN_FRIEND_LINKS = 20

Row = TypeVar("Row")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True)
class OtherSite(Link):
    """A friend link: its clicks are counted under its number."""

    number: int
    group: str = ""
    logo: str = ""


@dataclass(frozen=True, eq=False)
class PageFrame:
    """One state of the parts that all pages share. It holds values only, no rows: it outlives its transaction."""

    identity: Identity
    rows: tuple[tuple[Link, ...], ...]
    stations: tuple[Link, ...]
    regions: tuple[tuple[str, tuple[Link, ...]], ...]
    settings: SiteSettings
    telephones: tuple[tuple[str, str], ...]
    licences: tuple[tuple[str, str, str], ...]
    friend_links: tuple[OtherSite, ...]
    # Registered names, which no headline breaks.
    names: WholeNames = NO_NAMES
    # What could not be read.
    omissions: tuple[Omission, ...] = ()
    # Parts as they were drawn, by what they differ in.
    drawn: dict[tuple, Markup] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        return self.identity.name

    def navigation(self, path: str) -> Markup:
        """Both rows of channels and the stations, where that of `path` is marked as current."""
        current = path if any(path == link.url for row in (*self.rows, self.stations) for link in row) else ""
        return self._draw("navigation", (current,), path=current)

    def footer(self, path: str, station: Station | None) -> Markup:
        """The records at a page's end: on a station's pages with its own, on the home page without friend links."""
        return self._draw("footer", (path == "/", station and station.pk), is_home=path == "/", place=station)

    def _draw(self, part: str, differs: tuple, **context) -> Markup:
        found = self.drawn.get((part, *differs))
        if found is None:
            text = render_to_string(f"web/components/{part}.html", {"site": self, **context})
            found = self.drawn[part, *differs] = Markup(text)  # noqa: S704 it was escaped as it was rendered
        return found

    @property
    def today(self):
        uses(TODAY)
        return today_lines(timezone.localdate())


@dataclass(frozen=True)
class CachedFrame:
    """The frame of a database as it was when its journal had come to `sequence`."""

    database: str
    sequence: int
    frame: PageFrame


_kept: CachedFrame | None = None


def current_frame() -> PageFrame:
    """The frame as it is now. Costs one small query while the journal stands still, two where it went on."""
    global _kept
    uses(NAV, FOOTER)
    database, sequence = str(connection.settings_dict["NAME"]), last_sequence()
    kept = _kept  # other threads may keep another one meanwhile
    if kept is None or kept.database != database or changed_since(kept.sequence, sequence):
        kept = _kept = CachedFrame(database, sequence, read_frame())
    elif kept.sequence != sequence:
        _kept = CachedFrame(database, sequence, kept.frame)
    omit_again(kept.frame.omissions)
    return kept.frame


def changed_since(kept: int, sequence: int) -> bool:
    """Whether the journal between `kept` and `sequence` holds a change of the frame; yes where it went back."""
    events: list[type[JournalEvent]] = [
        SettingsChanged,
        *row_events(Channel, Station, Topic, NavigationItem, FriendLink, RegisteredName),
    ]
    return sequence < kept or (sequence > kept and has_entries_since(kept, events))


def names_kept_whole() -> WholeNames:
    """The registered names as the newest frame has them: every page asks for its frame before its headlines. No query."""
    return _kept.frame.names if _kept else NO_NAMES


def forget_frame() -> None:
    """Forget what is kept; for a database that was replaced."""
    global _kept
    _kept = None


def read_frame() -> PageFrame:
    """The frame as the database has it; an entry that can't be read is left out."""
    with collecting_omissions() as omissions:
        items = list(NavigationItem.objects.visible().select_related("channel"))
        links = made_or_omitted("导航条目", items, lambda item: (item.row, Link(item.text, item.url)))
        stations = list(Station.objects.visible())
        order = list(Region.values)
        grouped = groupby(
            sorted((s for s in stations if s.region in order), key=lambda s: order.index(s.region)),
            key=lambda s: s.region,
        )
        site = SiteSettings.load()
        links_of_friends = FriendLink.objects.shown()[:SHOWN_FRIEND_LINKS]
        frame = PageFrame(
            identity=site.identity,
            rows=tuple(tuple(link for row, link in links if row == wanted) for wanted in NavigationRow),
            stations=tuple(Link(s.name, s.get_absolute_url()) for s in stations),
            regions=tuple(
                (str(Region(region).label), tuple(Link(s.name, s.get_absolute_url()) for s in group))
                for region, group in grouped
            ),
            settings=site,
            telephones=made_or_omitted(
                "电话", blocks_of(site.telephones, "电话"), lambda b: (b.value["label"], b.value["number"])
            ),
            licences=made_or_omitted(
                "许可证",
                blocks_of(site.licences, "许可证"),
                lambda b: (b.value["name"], b.value["number"], b.value["url"]),
            ),
            friend_links=made_or_omitted(
                "友情链接", links_of_friends, lambda x: OtherSite(x.name, x.url, x.pk, x.group, x.logo_url)
            ),
            names=WholeNames(registered_names()),
        )
    return replace(frame, omissions=tuple(omissions))


def made_or_omitted(part: str, rows: Iterable[Row], made_of: Callable[[Row], Made]) -> tuple[Made, ...]:
    """What `made_of` makes of each row; rows of which nothing can be made are left out."""
    made = []
    for row in rows:
        with optional(part):
            made.append(made_of(row))
    return tuple(made)


WEEKDAYS = "一二三四五六日"
LUNAR_MONTHS = "正二三四五六七八九十冬腊"
LUNAR_TENS = ("初", "十", "廿", "三")
DIGITS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Today:
    date: date
    civil: str
    weekday: str
    lunar: str


def today_lines(day: date) -> Today:
    """The date line of the masthead: 2026年11月23日, 星期一, 农历十月十五."""
    lunar = LunarDate.from_solar_date(day.year, day.month, day.day)
    month = ("闰" if lunar.is_leap_month else "") + LUNAR_MONTHS[lunar.month - 1] + "月"
    tens, ones = divmod(lunar.day - 1, 10)
    name = {20: "二十", 30: "三十"}.get(lunar.day) or LUNAR_TENS[tens] + DIGITS[ones]
    return Today(
        day, f"{day.year}年{day.month}月{day.day}日", f"星期{WEEKDAYS[day.weekday()]}", f"农历{month}{name}"
    )


def page_frame(request):
    """Context processor: `site` for every reader's page, read when a template first asks for it."""
    return {"site": SimpleLazyObject(current_frame)}
