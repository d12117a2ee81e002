"""Count the log of searches into the database: in how many networks readers searched for the same words, hour by hour.

A file is counted in one transaction and deleted afterwards. Whoever dies in between counts it again and finds every mark known.
"""

import logging
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from meiri.audience.models import CountedSearch, SearchCount, SearchedWords
from meiri.audience.search_log import DAY, Search, ended_files, number_of, read_searches
from meiri.search.query import QueryTooLong, parse

logger = logging.getLogger(__name__)

# So many networks must have searched for words on one day before the words themselves are kept.
FEWEST = 5
# Searches are remembered for so long.
KEPT = timedelta(hours=48)
HOUR = 60 * 60
# Bounds of the tables: beyond the first no search is counted until the day is over, of the second the rarest go.
MOST_MARKS, MOST_COUNTS = 1_000_000, 100_000
ROWS, FILES, STEP = 500, 20, 10_000


def count_searches() -> int:
    """Count the files of this node whose minute is over. How many searches were new. Run by the clock."""
    found = 0
    for path in ended_files(time.time())[:FILES]:
        found += count_file(path)
        path.unlink(missing_ok=True)
    return found


def count_file(path: Path) -> int:
    searches = {search.mark: search for search in read_searches(path)}
    now = int(time.time())
    with transaction.atomic():
        new = [] if CountedSearch.objects.count() >= MOST_MARKS else _new(list(searches.values()))
        counts: Counter[tuple[int, int]] = Counter()
        words: dict[int, str] = {}
        for search in new:
            query = _number(search.words)
            if query is not None:
                # A clock that was ahead must not fill hours that are still to come.
                counts[query, min(search.second, now) // HOUR * HOUR] += 1
                words.setdefault(query, search.words)
        _add(counts)
        _keep_words(words, now)
    return len(new)


def _number(words: str) -> int | None:
    try:
        return number_of(parse(words))
    except QueryTooLong:
        return None


def _new(searches: Sequence[Search]) -> list[Search]:
    """Those that were not counted yet; they are from now on, to the end of their day."""
    found: list[Search] = []
    rest = iter(searches)
    while part := list(islice(rest, ROWS)):
        known = set(CountedSearch.objects.filter(pk__in=[s.mark for s in part]).values_list("pk", flat=True))
        new = [search for search in part if search.mark not in known]
        CountedSearch.objects.bulk_create(
            [
                CountedSearch(
                    mark=s.mark, until=datetime.fromtimestamp((s.second // DAY + 1) * DAY + 2 * HOUR, UTC)
                )
                for s in new
            ],
            ignore_conflicts=True,
        )
        found += new
    return found


def _add(counts: Counter[tuple[int, int]]) -> None:
    rest = iter(sorted(counts.items()))
    while part := list(islice(rest, ROWS)):
        values = [
            value
            for (query, start), count in part
            for value in (
                query,
                connection.ops.adapt_datetimefield_value(datetime.fromtimestamp(start, UTC)),
                count,
            )
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO audience_searchcount (query, start, count) VALUES "  # noqa: S608
                + ", ".join(["(%s, %s, %s)"] * len(part))
                + " ON CONFLICT (query, start) DO UPDATE SET count = audience_searchcount.count + excluded.count",
                values,
            )


def _keep_words(words: dict[int, str], now: int) -> None:
    """Keep the words of those searches that enough networks have made by now."""
    today = datetime.fromtimestamp(now // DAY * DAY, UTC)
    rest = iter(words)
    while part := list(islice(rest, ROWS)):
        sums: Counter[int] = Counter()
        rows = SearchCount.objects.filter(query__in=part, start__gte=today)
        for query, count in rows.values_list("query", "count"):
            sums[query] += count
        SearchedWords.objects.bulk_create(
            [
                SearchedWords(query=query, words=words[query], at=timezone.now())
                for query in part
                if sums[query] >= FEWEST
            ],
            update_conflicts=True,
            unique_fields=["query"],
            update_fields=["at"],
        )


def forget_searches() -> int:
    """Delete what is remembered no longer, a bounded step at a time. How many counts. Run by the clock."""
    now = timezone.now()
    over = CountedSearch.objects.filter(until__lte=now).order_by("until").values("pk")[:STEP]
    CountedSearch.objects.filter(pk__in=over).delete()
    SearchedWords.objects.filter(at__lt=now - KEPT).delete()
    old = SearchCount.objects.filter(start__lt=now - KEPT).order_by("start").values("pk")[:STEP]
    deleted = SearchCount.objects.filter(pk__in=old).delete()[0]
    excess = min(SearchCount.objects.count() - MOST_COUNTS, STEP)
    if excess > 0:
        rarest = SearchCount.objects.order_by("count", "start").values("pk")[:excess]
        deleted += SearchCount.objects.filter(pk__in=rarest).delete()[0]
    return deleted
