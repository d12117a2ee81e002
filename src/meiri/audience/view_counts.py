"""Count views: each reader once in half an hour, exactly, without keeping who it was.

A view is first written to the log of this process (`view_log`); the worker counts it into the database (`folding`).
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from meiri.audience.models import ArticleViews, DayViews, HourViews, QuarterViews, ViewsHead
from meiri.audience.reader_number import reader_number
from meiri.audience.readers import browser_of, is_reader
from meiri.audience.view_log import View, the_log
from meiri.delivery.rsgi import Headers
from meiri.visitors.address import visitor_of
from meiri.visitors.node_salts import salt

# One reader of one article counts once in a window of so many seconds.
WINDOW = 30 * 60
QUARTER = 15 * 60
HOUR = 60 * 60
KEPT: Sequence[tuple[type[QuarterViews] | type[HourViews] | type[DayViews], timedelta]] = (
    (QuarterViews, timedelta(days=1)),
    (HourViews, timedelta(days=32)),
    (DayViews, timedelta(days=400)),
)
STEP = 5_000
# In the log of views an advertisement stands under its key and this: no article has a number so high.
OF_ADVERTISEMENT = 1 << 62
HEAD = 1


def count_view(article_id: int, headers: Headers, peer: str) -> bool:
    """Write to the log that a reader sees an article, with one small write to a local file. Whether it was a reader.

    `peer`: the address at the other end of the connection. Raises `OSError` where the log takes no more.
    """
    if not is_reader(headers):
        return False
    now = time.time_ns() // 1000
    forwarded = [value for name, value in headers.items() if name.lower() == "x-forwarded-for"]
    key = salt(WINDOW, now // 1_000_000 // WINDOW)
    reader = reader_number(article_id, visitor_of(forwarded, peer), browser_of(headers), key)
    the_log().append(View(article_id, now, reader))
    return True


@transaction.atomic
def add_views(article_id: int, views: int = 1, at: datetime | None = None) -> None:
    """Add `views` of the moment `at`, by default the present one."""
    moment = int((at or timezone.now()).timestamp())
    views_then = {(article_id, moment // QUARTER * QUARTER): views}
    add_views_of_all(views_then, views_then, next_change())


def add_views_of_all(
    views: Mapping[tuple[int, int], int], for_lists: Mapping[tuple[int, int], int], changed: int
) -> None:
    """Add views, by article and the quarter of an hour (its first second since 1970), inside the caller's transaction.

    `for_lists`: those of them that hot lists are made from. `changed`: what `next_change` gave in it. Each statement adds in the database, so that none is lost between writers.
    """
    articles: dict[int, int] = {}
    stretches: dict[type, dict[tuple, int]] = {model: {} for model, _ in KEPT}
    for (article, _), count in sorted(views.items()):
        _add(articles, article, count)
    for (article, quarter), count in sorted(for_lists.items()):
        _add(stretches[QuarterViews], (article, _moment(quarter)), count)
        _add(stretches[HourViews], (article, _moment(quarter // HOUR * HOUR)), count)
        _add(stretches[DayViews], (article, _day(quarter)), count)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO audience_articleviews (article_id, total, imported, changed) VALUES (%s, %s, 0, %s)"
            " ON CONFLICT (article_id) DO UPDATE SET total = audience_articleviews.total + excluded.total,"
            " changed = excluded.changed",
            [(article, count, changed) for article, count in articles.items()],
        )
        for model, counts in stretches.items():
            table = model._meta.db_table  # type: ignore[attr-defined]
            cursor.executemany(
                f"INSERT INTO {table} (article_id, start, count) VALUES (%s, %s, %s)"  # noqa: S608
                f" ON CONFLICT (article_id, start) DO UPDATE SET count = {table}.count + excluded.count",
                [(*key, count) for key, count in counts.items()],
            )


def _add(counts: dict, key, count: int) -> None:
    counts[key] = counts.get(key, 0) + count


def _moment(seconds: int):
    """A moment as the database keeps it."""
    return connection.ops.adapt_datetimefield_value(datetime.fromtimestamp(seconds, UTC))


def _day(seconds: int):
    return connection.ops.adapt_datefield_value(day_of_second(seconds))


def day_of(moment: datetime) -> date:
    """The day in Beijing."""
    return timezone.localdate(moment, timezone.get_default_timezone())


def day_of_second(seconds: int) -> date:
    """The day in Beijing of a moment in seconds since 1970."""
    return day_of(datetime.fromtimestamp(seconds, UTC))


def read_in_words(article) -> list[str]:
    """How often an article was read, as whoever withdraws it is told."""
    views = views_of([article.pk]).get(article.pk, 0)
    return [f"读过 {views:,} 次。"] if views else []


def next_change() -> int:
    """The number for a change of `ArticleViews` in this transaction. Others wait for it from here on."""
    head, _ = ViewsHead.objects.select_for_update().get_or_create(pk=HEAD)
    head.changed += 1
    head.save()
    return head.changed


@transaction.atomic
def set_imported(article_id: int, views: int) -> None:
    """Take over the views that an article had on the site it came from. Importing again replaces them."""
    set_all_imported([(article_id, views)])


@transaction.atomic
def set_all_imported(views: Sequence[tuple[int, int]]) -> None:
    """As `set_imported`, for many articles: (key, views) of each."""
    if not views:
        return
    change = next_change()
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO audience_articleviews (article_id, total, imported, changed) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (article_id) DO UPDATE SET imported = excluded.imported, changed = excluded.changed,"
            " total = audience_articleviews.total - audience_articleviews.imported + excluded.imported",
            [(article_id, number, number, change) for article_id, number in views],
        )


def views_of(ids: Iterable[int]) -> dict[int, int]:
    """The views of each article among `ids` that was ever read. One query."""
    return dict(ArticleViews.objects.filter(pk__in=ids).values_list("article_id", "total"))


def views_between(article_id: int, start: datetime, end: datetime) -> int:
    """How many views were counted in the quarters of an hour that `start` to `end` touches."""
    begun = start.replace(minute=start.minute // 15 * 15, second=0, microsecond=0)
    found = QuarterViews.objects.filter(article=article_id, start__gte=begun, start__lte=end)
    return found.aggregate(views=Sum("count", default=0))["views"]


def forget_old_views() -> None:
    """Delete the counts of stretches that no list asks for any more, a bounded step at a time. Run by the clock."""
    now = timezone.now()
    for model, kept in KEPT:
        before = day_of(now - kept) if model is DayViews else now - kept
        old = model._default_manager.filter(start__lt=before)
        while old.filter(pk__in=list(old.values_list("pk", flat=True)[:STEP])).delete()[0] == STEP:
            pass
