"""Count what the log of views holds into the database, each view exactly once.

A batch is one transaction: the views that are new, the sums they add to, and how far the file was read. Whoever dies
in between has counted nothing, and whoever comes after begins at the same place.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from meiri.audience import view_log
from meiri.audience.models import AggregatedLog, CountedView
from meiri.audience.reader_number import (
    FREE_OF_ADDRESS,
    FREE_OF_NETWORK,
    MOST_OF_ADDRESS,
    MOST_OF_NETWORK,
    adds_to_lists,
    of_address,
    of_network,
)
from meiri.audience.view_counts import (
    OF_ADVERTISEMENT,
    QUARTER,
    WINDOW,
    add_views_of_all,
    day_of_second,
    next_change,
)
from meiri.audience.view_log import View
from meiri.fronts.advertisements import add_to_day
from meiri.newsroom.models import Article
from meiri.visitors.node_salts import share

Value = TypeVar("Value")
logger = logging.getLogger(__name__)

# Views in one transaction, and transactions in one run of the clock.
BATCH = 8_000
MOST_BATCHES = 20
# Rows in one statement: three values each, below SQLite's limit.
ROWS = 1_000
# Counted readers are known a while longer than their window lasts, for views that are counted late.
LATENESS = timedelta(minutes=30)
FORGOTTEN = 10_000


class AggregatedMeanwhile(Exception):
    """Another process counted the same records."""


def aggregate_views() -> int:
    """Count the views in this node's log, at most `BATCH` × `MOST_BATCHES` of them. How many records were read.

    Run by the clock, each second. Files that are counted and ended are deleted.
    """
    read = batches = 0
    for path in view_log.log_files(Path(settings.HOME, view_log.FOLDER)):
        while batches < MOST_BATCHES:
            batches += 1
            found = aggregate_file(path)
            read += found
            if found < BATCH:
                break
    if read:
        forget_counted_views()
    return read


def aggregate_file(path: Path, most: int = BATCH) -> int:
    """Count at most `most` records of one file, and delete it where it has ended. How many records were read."""
    start = AggregatedLog.objects.filter(pk=path.name).values_list("end", flat=True).first() or 0
    records = view_log.read_records(path, start, most)
    if records.end > start:
        if records.damaged:
            logger.warning("%s: %s bytes are no records and were passed over", path, records.damaged)
        try:
            _count(path.name, start, records)
        except AggregatedMeanwhile:
            return 0
    if len(records.views) < most and view_log.delete_if_ended(path, records.end):
        # Where the process dies before this, a row stays that nobody asks for: no other file gets its name.
        AggregatedLog.objects.filter(pk=path.name).delete()
    return len(records.views)


@transaction.atomic
def _count(name: str, start: int, records: view_log.Records) -> None:
    # One folding process at a time, on all nodes: locks below are taken in one order.
    changed = next_change()
    AggregatedLog.objects.get_or_create(pk=name)
    if not AggregatedLog.objects.filter(pk=name, end=start).update(end=records.end):
        raise AggregatedMeanwhile(name)
    of_articles = [view for view in records.views if view.article < OF_ADVERTISEMENT]
    of_advertisements = [view for view in records.views if view.article >= OF_ADVERTISEMENT]
    views = _within_bounds(_of_live_articles(of_articles))
    now = int(timezone.now().timestamp())
    sums: Counter[tuple[int, int]] = Counter()
    for_lists: Counter[tuple[int, int]] = Counter()
    for view, listed in views:
        # A clock that was ahead must not fill hours that are still to come.
        stretch = view.article, min(view.microseconds // 1_000_000, now) // QUARTER * QUARTER
        sums[stretch] += 1
        for_lists[stretch] += listed
    if sums:
        add_views_of_all(sums, +for_lists, changed)
    _count_advertisements(of_advertisements, now)


def _count_advertisements(views: Sequence[View], now: int) -> None:
    """Each reader of an advertisement once in half an hour, within the bounds of an address and a network, as for articles."""
    shown = Counter(
        (view.article - OF_ADVERTISEMENT, day_of_second(min(view.microseconds // 1_000_000, now)))
        for view, _ in (_within_bounds(views) if views else ())
    )
    for (advertisement, day), count in sorted(shown.items()):
        add_to_day(advertisement, day, shown=count)


def _of_live_articles(views: Sequence[View]) -> list[View]:
    ids = {v.article for v in views}
    live: set[int] = set()
    for some in _parts(ids):
        live.update(Article.objects.live().filter(pk__in=some).values_list("pk", flat=True))
    return [v for v in views if v.article in live]


def _within_bounds(views: Sequence[View]) -> list[tuple[View, bool]]:
    """The views that count, each with whether hot lists take it too: of one address and one network only so many do."""
    around = [(of_address, MOST_OF_ADDRESS, FREE_OF_ADDRESS), (of_network, MOST_OF_NETWORK, FREE_OF_NETWORK)]
    known = _known({of(view.reader) for view in views for of, _, _ in around})
    room = [v for v in views if all(known[of(v.reader)] < most for of, most, _ in around)]
    found: list[tuple[View, bool]] = []
    for view in sorted(_new(room), key=lambda view: view.microseconds):
        for of, _, _ in around:
            known[of(view.reader)] += 1
        counts = [(known[of(view.reader)], most, free) for of, most, free in around]
        if all(nth <= most for nth, most, _ in counts):
            found.append((view, all(adds_to_lists(nth, free) for nth, _, free in counts)))
    return found


def _known(ranges: set[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """How many readers in each range of numbers were counted."""
    found: dict[tuple[int, int], int] = {}
    for some in _parts(sorted(ranges)):
        asked = ", ".join(["(%s, %s)"] * len(some))
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH asked (least, greatest) AS (VALUES {asked}) SELECT least, greatest, (SELECT COUNT(*)"  # noqa: S608
                " FROM audience_countedview WHERE reader BETWEEN least AND greatest) FROM asked",
                [bound for one in some for bound in one],
            )
            found |= {(least, greatest): number for least, greatest, number in cursor.fetchall()}
    return found


def _new(views: Iterable[View]) -> list[View]:
    """The first view of each reader, article and window among those not counted yet; they are noted as counted."""
    firsts: dict[int, View] = {}
    for view in views:
        firsts.setdefault(view.reader, view)
    new: list[View] = []
    until = {window: _until(window) for window in {_window(v) for v in firsts.values()}}
    for some in _parts(sorted(firsts)):
        rows = [(reader, until[_window(firsts[reader])]) for reader in some]
        places = ", ".join(["(%s, %s)"] * len(rows))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO audience_countedview (reader, until) VALUES {places}"  # noqa: S608
                " ON CONFLICT (reader) DO NOTHING RETURNING reader",
                [value for row in rows for value in row],
            )
            new += [firsts[reader] for (reader,) in cursor.fetchall()]
    return new


def _window(view: View) -> int:
    return view.microseconds // 1_000_000 // WINDOW


def _until(window: int):
    """When readers of a window may be forgotten, as the database keeps it: not while some may be counted late."""
    end = datetime.fromtimestamp((window + 1) * WINDOW, UTC)
    return connection.ops.adapt_datetimefield_value(max(end, timezone.now()) + LATENESS)


def _parts(values: Iterable[Value]) -> Iterable[list[Value]]:
    rest = iter(values)
    while part := list(islice(rest, ROWS)):
        yield part


def forget_counted_views() -> None:
    """Forget readers whose windows ended, at most `FORGOTTEN` of them, so that no writer waits long. Run after each counting, and
    by the clock where nobody reads any more."""
    old = CountedView.objects.filter(until__lte=timezone.now())
    if old.exists():
        CountedView.objects.filter(pk__in=old.order_by("until").values("pk")[:FORGOTTEN]).delete()


def share_salts() -> None:
    """Give all nodes the same salts for telling readers apart. Run by the clock, each minute."""
    share(WINDOW, timezone.now().timestamp())
