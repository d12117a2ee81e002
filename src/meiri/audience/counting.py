"""Count views: each reader once in half an hour, exactly, without keeping who it was."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from meiri.audience.models import ArticleViews, HourViews
from meiri.audience.readers import is_reader
from meiri.newsroom.models import Article
from meiri.visitors.counting import times

ONE_READING = timedelta(minutes=30)
HOURS_KEPT = timedelta(days=32)
_LARGEST_ID = 2**63 - 1


def count_view(article_id: int, request) -> int:
    """Count that a reader saw an article, unless the same reader did in this half hour. The total thereafter.

    Raises `Article.DoesNotExist` for one that is not published.
    """
    if not 0 < article_id <= _LARGEST_ID or not Article.objects.live().filter(pk=article_id).exists():
        raise Article.DoesNotExist
    if is_reader(request):
        with transaction.atomic():
            if times(request, f"read {article_id}", ONE_READING, by_browser=True) == 1:
                add(article_id)
    return views_of([article_id]).get(article_id, 0)


@transaction.atomic
def add(article_id: int, views: int = 1) -> None:
    """Add `views` of the present hour. Each statement adds in the database, so that none is lost between writers."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audience_articleviews (article_id, total, imported) VALUES (%s, %s, 0)"
            " ON CONFLICT (article_id) DO UPDATE SET total = audience_articleviews.total + excluded.total",
            [article_id, views],
        )
        cursor.execute(
            "INSERT INTO audience_hourviews (article_id, hour, count) VALUES (%s, %s, %s)"
            " ON CONFLICT (article_id, hour) DO UPDATE SET count = audience_hourviews.count + excluded.count",
            [article_id, connection.ops.adapt_datetimefield_value(hour), views],
        )


def set_imported(article_id: int, views: int) -> None:
    """Take over the views that an article had on the site it came from. Importing again replaces them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audience_articleviews (article_id, total, imported) VALUES (%s, %s, %s)"
            " ON CONFLICT (article_id) DO UPDATE SET imported = excluded.imported,"
            " total = audience_articleviews.total - audience_articleviews.imported + excluded.imported",
            [article_id, views, views],
        )


def views_of(ids: Sequence[int]) -> dict[int, int]:
    """The views of each article among `ids` that was ever read. One query."""
    return dict(ArticleViews.objects.filter(pk__in=ids).values_list("article_id", "total"))


def forget_old_hours() -> None:
    """Delete the hourly counts that no list asks for any more. Run by the clock."""
    HourViews.objects.filter(hour__lt=timezone.now() - HOURS_KEPT).delete()
