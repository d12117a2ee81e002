"""What the processes of test_concurrency.py do: found, read ARTICLE READERS FIRST, count ARTICLE."""

import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.utils import timezone  # noqa: E402

from meiri.audience.counting import count_view  # noqa: E402
from meiri.audience.models import ArticleViews, HourViews  # noqa: E402
from meiri.newsroom.models import Article  # noqa: E402
from meiri.sections.models import Channel  # noqa: E402


def found():
    call_command("migrate", verbosity=0)
    channel = Channel.objects.create(name="科技前沿", slug="keji")
    print(Article.objects.create(title="一条", channel=channel, live=True, published_at=timezone.now()).pk)


def read(article, readers, first):
    for n in range(int(first), int(first) + int(readers)):
        request = RequestFactory().post("/", headers={"User-Agent": "Firefox"}, REMOTE_ADDR=f"10.0.0.{n}")
        count_view(int(article), request)


def count(article):
    hours = HourViews.objects.filter(article=article).values_list("count", flat=True)
    print(ArticleViews.objects.get(article=article).total, sum(hours))


command, *arguments = sys.argv[1:]
{"found": found, "read": read, "count": count}[command](*arguments)
