"""What the processes of test_generate.py do: generate N (saying each batch), state."""

import sys

import django

django.setup()

from meiri.journal.verification import verify_chain  # noqa: E402
from meiri.newsroom.models import Article, Byline, DayCount, Listing  # noqa: E402
from meiri.newsroom.place_kinds import PlaceKind  # noqa: E402
from meiri.sample import generating  # noqa: E402


def generate(count):
    generating.generate(int(count), lambda size: print(f"{size} done", flush=True))


def state():
    """Articles, those listed on the site, those counted by day, those signed, and whether the chain holds."""
    site = Listing.objects.filter(place_kind=PlaceKind.SITE)
    counts = DayCount.objects.filter(place_kind=PlaceKind.SITE).values_list("articles", flat=True)
    signed = Byline.objects.values("article").distinct().count()
    print(Article.objects.count(), site.count(), sum(counts), signed, verify_chain().broken is None)


command, *arguments = sys.argv[1:]
{"generate": generate, "state": state}[command](*arguments)
