"""A history of views of the sample's articles, so that hot lists and their reasons look as they do on a site that is read."""

import random
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from meiri.audience.models import DayViews
from meiri.audience.view_counts import QUARTER, add_views_of_all, next_change
from meiri.newsroom.models import Article

DAYS = 7
# By the hour of the day in Beijing: when people read.
BY_HOUR = (2, 1, 1, 1, 1, 2, 5, 9, 11, 9, 8, 8, 11, 10, 7, 7, 7, 8, 10, 11, 12, 11, 8, 4)


@transaction.atomic
def load_reading_history(views: dict[int, int]) -> None:
    """Spread the views of articles, by their keys, over the last days: most soon after publication, more in the evening than at
    night. Only where nothing was read yet."""
    if DayViews.objects.exists():
        return
    now = timezone.now()
    rows: dict[tuple[int, int], int] = {}
    since = now - timedelta(days=DAYS)
    articles = Article.objects.live().filter(pk__in=views).values_list("pk", "published_at")
    for article, published_at in articles.order_by("pk"):
        chance, weights = random.Random(article), {}
        hours = max(1, int((now - max(published_at, since)).total_seconds() // 3600))
        for ago in range(hours):
            moment = now - timedelta(hours=ago)
            age = (moment - published_at).total_seconds() / 3600
            local_hour = timezone.localtime(moment).hour
            weights[int(moment.timestamp()) // QUARTER * QUARTER] = (
                0.5 ** (age / 20) * BY_HOUR[local_hour] * chance.uniform(0.7, 1.3)
            )
        total = sum(weights.values())
        for quarter, weight in weights.items():
            if count := round(views[article] * 0.8 * weight / total):
                rows[article, quarter] = count
    # The totals are those that came with the articles.
    add_views_of_all({}, rows, next_change())
