"""What the processes of test_concurrency.py do: found, read ARTICLE READERS FIRST [PAUSE], work, count ARTICLE."""

import sys
import time

import django

django.setup()

from django.utils import timezone  # noqa: E402

from meiri.audience import aggregation, view_counts  # noqa: E402
from meiri.audience.aggregation import aggregate_views, share_salts  # noqa: E402
from meiri.audience.counts_writer import keep_counts  # noqa: E402
from meiri.audience.fastpath import respond  # noqa: E402
from meiri.audience.models import HourViews  # noqa: E402
from meiri.audience.view_counts import views_of  # noqa: E402
from meiri.newsroom.models import Article  # noqa: E402
from meiri.sections.models import Channel  # noqa: E402
from tests.audience.asking import Asked, view  # noqa: E402

# A window that does not end while a test runs.
view_counts.WINDOW = aggregation.WINDOW = 10**9


def found():
    channel = Channel.objects.create(name="科技前沿", slug="keji")
    print(Article.objects.create(title="一条", channel=channel, live=True, published_at=timezone.now()).pk)


def read(article, readers, first, pause="0"):
    """Each reader's number is printed once its view is answered."""
    for n in range(int(first), int(first) + int(readers)):
        answer = view(int(article), client=f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}:1")
        print(n if answer.status == 202 else f"refused {n}", flush=True)
        time.sleep(float(pause))


def work():
    while True:
        share_salts()
        print(aggregate_views(), flush=True)
        keep_counts()


def count(article):
    while aggregate_views():
        pass
    keep_counts()
    hours = HourViews.objects.filter(article=article).values_list("count", flat=True)
    told = respond(Asked("/api/v1/counts/", query_string=f"ids={article}"))
    print(views_of([int(article)])[int(article)], sum(hours), told.body.decode())


command, *arguments = sys.argv[1:]
{"found": found, "read": read, "work": work, "count": count}[command](*arguments)
