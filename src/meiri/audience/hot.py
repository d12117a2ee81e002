"""The hot list (今日热点): what is read most in an hour, a day or a week, where a fresh reading weighs more than an old
one; and what editors put on it or keep off it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from meiri.audience.models import DayViews, HotRule, HourViews, QuarterViews
from meiri.audience.view_counts import day_of
from meiri.delivery.keys import EVERYWHERE
from meiri.journal.cache import InvalidatingCache
from meiri.journal.content_keys import HOT, RIVER
from meiri.newsroom.cards import Card
from meiri.newsroom.models import Article
from meiri.newsroom.river import Listing, Place

LENGTH = 10
# The most read of each stretch of time compete. Nobody is among the ten of all who is not among these of some.
HEADS = 200
# More than are shown, because some may be withdrawn by now, or kept off.
CONTENDERS = 40
# For so long a process keeps which articles compete; those that are withdrawn or kept off leave the list at once.
KEPT_SECONDS = 20
PINNED = "编辑推荐"
SITE = Place.site()
# Of a station its newest compete, and whatever of it competes on the whole site's list.
NEWEST_OF_STATION = 200
# Stations whose lists a process keeps.
KEPT_STATIONS = 64

Start = datetime | date


@dataclass(frozen=True)
class Window:
    """The time a list looks back on: so many stretches, the last of which is the present one.

    A reading loses half its weight in `half_life` stretches.
    """

    name: str
    heading: str
    words: str
    stretch_words: str
    views: type[QuarterViews] | type[HourViews] | type[DayViews]
    stretch: timedelta
    stretches: int
    half_life: int

    def starts(self, now: datetime) -> list[Start]:
        """Where each stretch begins, the present one first."""
        if self.views is DayViews:
            return [day_of(now) - n * self.stretch for n in range(self.stretches)]
        seconds = int(self.stretch.total_seconds())
        present = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
        return [present - n * self.stretch for n in range(self.stretches)]


WINDOWS = {
    w.name: w
    for w in (
        Window("day", "最近一天", "24 小时", "一小时前", HourViews, timedelta(hours=1), 24, 6),
        Window("hour", "最近一小时", "1 小时", "一刻钟前", QuarterViews, timedelta(minutes=15), 4, 2),
        Window("week", "最近一周", "7 天", "一天前", DayViews, timedelta(days=1), 7, 2),
    )
}
DAY = WINDOWS["day"]


@dataclass(frozen=True)
class HotEntry:
    """One line of a list. `why` is in words; `views` are those of its window; `rose` in the last stretch of it."""

    number: int
    article: Card
    why: str
    views: int
    rose: bool
    pinned: bool = False


@dataclass(frozen=True)
class Readership:
    """How an article was read in a window: its views, where that ranks it, and whether it rose."""

    views: int
    rank: int
    rose: bool


@dataclass(frozen=True)
class Contest:
    """Which articles compete for the places of a list, by their keys: how each is read, the hottest first; those that
    editors put at a place; those that they keep off; the newest, which fill what is left."""

    read: dict[int, Readership]
    pins: dict[int, int]
    off: frozenset[int]
    newest: tuple[int, ...]


# By the window and the stretch of `KEPT_SECONDS`; editors' rules are in the journal.
_contests: InvalidatingCache[tuple[str, int, Place], Contest] = InvalidatingCache(
    2 * len(WINDOWS) + KEPT_STATIONS, EVERYWHERE | {HOT, RIVER}
)


def hot_list(window: str = "day", place: Place = SITE) -> list[HotEntry]:
    """The ten hottest articles of the last `hour`, `day` or `week` at `place`, filled up with its newest. Readings are those of
    some seconds ago; the articles are as they are now."""
    now = timezone.now()
    stretch = int(now.timestamp()) // KEPT_SECONDS
    contest = _contests.one((window, stretch, place), lambda: (contest_of(WINDOWS[window], now, place), ()))
    return entries_of(contest, WINDOWS[window], now)


def make_hot_list(window: Window = DAY) -> list[HotEntry]:
    """The list as of now. Six queries, one more where cards are not at hand, each of a bounded number of rows."""
    now = timezone.now()
    return entries_of(contest_of(window, now), window, now)


def contest_of(window: Window, now: datetime, place: Place = SITE) -> Contest:
    """Who competes at `now` for the list of `place`. What editors put on the site's list they put on no station's; what they keep
    off stays off all."""
    within = None if place == SITE else candidates(window, now, place)
    read = readings(window, now, within)
    newest = Listing.objects.at(place).newest().values_list("article_id", flat=True)[: 3 * LENGTH]
    newest = [i for i in newest if i not in read]
    rules = _rules([*read, *newest])
    can_pin = window is DAY and place == SITE
    pins = {r.article_id: r.place or LENGTH for r in rules if r.deed == HotRule.Deed.PIN and can_pin}
    off = frozenset(r.article_id for r in rules if r.deed == HotRule.Deed.KEEP_OFF)
    return Contest(read, pins, off, tuple(newest))


def entries_of(contest: Contest, window: Window, now: datetime) -> list[HotEntry]:
    """The lines of a list: of those that compete, the published ones."""
    read, pins = contest.read, contest.pins
    others = [i for i in (*read, *contest.newest) if i not in pins and i not in contest.off]
    cards = Article.objects.in_order([*pins, *others])
    pinned = [c for c in cards if c.pk in pins]
    line = [c for c in cards if c.pk not in pins][: LENGTH - len(pinned)]
    for card in sorted(pinned, key=lambda c: pins[c.pk]):
        line.insert(pins[card.pk] - 1, card)
    return [_entry(n, c, read.get(c.pk), c.pk in pins, window, now) for n, c in enumerate(line, start=1)]


def candidates(window: Window, now: datetime, place: Place) -> list[int]:
    """The articles of a station that may be on its list: its newest, and those of it that are read most on the whole site. Three
    queries, each of a bounded number of rows."""
    heads = {article for article, _, _ in _heads(window, window.starts(now))}
    listed = Listing.objects.at(place)
    newest = listed.newest().values_list("article_id", flat=True)[:NEWEST_OF_STATION]
    return list({*newest, *listed.filter(article__in=heads).values_list("article_id", flat=True)})


def readings(window: Window, now: datetime, within: Sequence[int] | None = None) -> dict[int, Readership]:
    """The articles read most, hottest first; of those `within` alone where it is said. Two queries: the heads of each stretch, or
    the readings of these, then all of the contenders."""
    starts = window.starts(now)
    ages = {start: age for age, start in enumerate(starts)}
    heads = _heads(window, starts) if within is None else _rows_of(window, starts, within)
    contenders = sorted(_scores(window, heads, ages).items(), key=_hottest)[:CONTENDERS]
    rows = _rows_of(window, starts, [article for article, _ in contenders])
    scores = sorted(_scores(window, rows, ages).items(), key=_hottest)
    before = sorted(
        _scores(window, rows, {start: age - 1 for start, age in ages.items() if age}).items(), key=_hottest
    )
    ranks_before = {article: rank for rank, (article, _) in enumerate(before)}
    views: dict[int, int] = {}
    for article, _, count in rows:
        views[article] = views.get(article, 0) + count
    return {
        article: Readership(views[article], rank, rank < ranks_before.get(article, -1))
        for rank, (article, _) in enumerate(scores)
    }


def _rows_of(
    window: Window, starts: Sequence[Start], articles: Sequence[int]
) -> list[tuple[int, Start, int]]:
    """The readings of these articles in each stretch."""
    rows = window.views._default_manager.filter(article__in=articles, start__gte=starts[-1])
    return list(rows.values_list("article_id", "start", "count"))


def _heads(window: Window, starts: Sequence[Start]) -> list[tuple[int, Start, int]]:
    """The most read articles of each stretch: article, start, views. One query, a range of an index for each."""
    table, adapt = window.views._meta.db_table, _adapt(window)
    heads = " UNION ALL ".join(
        f"SELECT article_id, {n}, count FROM (SELECT article_id, count FROM {table} WHERE start = %s"  # noqa: S608
        f" ORDER BY count DESC, article_id LIMIT {HEADS}) AS head{n}"
        for n in range(len(starts))
    )
    with connection.cursor() as cursor:
        cursor.execute(heads, [adapt(start) for start in starts])
        return [(article, starts[n], count) for article, n, count in cursor.fetchall()]


def _adapt(window: Window):
    operations = connection.ops
    days = window.views is DayViews
    return operations.adapt_datefield_value if days else operations.adapt_datetimefield_value


def _scores(
    window: Window, rows: Iterable[tuple[int, Start, int]], ages: dict[Start, int]
) -> dict[int, float]:
    """The views of each article, each by the weight that its age leaves it."""
    scores: dict[int, float] = {}
    for article, start, count in rows:
        if start in ages:
            scores[article] = scores.get(article, 0.0) + count * 0.5 ** (ages[start] / window.half_life)
    return scores


def _hottest(scored: tuple[int, float]) -> tuple[float, int]:
    """What hot lists are sorted by: of two that were read as much, the newer article comes first."""
    article, score = scored
    return -score, -article


def _rules(articles: Iterable[int]) -> list[HotRule]:
    """Every pin in force, and what else is in force for one of `articles`."""
    found = HotRule.objects.in_force().filter(Q(deed=HotRule.Deed.PIN) | Q(article__in=list(articles)))
    return list(found.order_by("place", "pk")[: LENGTH + CONTENDERS + 3 * LENGTH])


def _entry(
    number: int, card: Card, read: Readership | None, pinned: bool, window: Window, now: datetime
) -> HotEntry:
    views = read.views if read else 0
    if pinned:
        why = PINNED
    else:
        reason = f"{window.words} {in_words(views)}次" if views else "最新"
        why = f"{reason}，{ago(card.published_at, now)}发布"
    return HotEntry(number, card, why, views, bool(read and read.rose and not pinned), pinned)


def in_words(number: int) -> str:
    """A number as a headline writes it: 9,876 , 2.1 万, 1.3 亿."""
    for size, word in ((100_000_000, "亿"), (10_000, "万")):
        if number >= size:
            return f"{number / size:.1f}".removesuffix(".0") + f" {word}"
    return f"{number:,} "


def ago(moment: datetime, now: datetime) -> str:
    """How long ago `moment` was, as it is said: 刚刚, 5 小时前; after a month, its date in Beijing."""
    seconds = (now - moment).total_seconds()
    if seconds < 60:
        return "刚刚"
    for size, end, word in ((60, 3600, "分钟"), (3600, 86400, "小时"), (86400, 30 * 86400, "天")):
        if seconds < end:
            return f"{int(seconds // size)} {word}前"
    day = day_of(moment)
    return f"{day.year}年{day.month}月{day.day}日"
