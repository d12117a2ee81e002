"""Sitemaps: an index, one map a month (in parts where it is large), the sections and pages, the news of two days.

No map counts or skips rows: the index reads the days' counts, a map reads one range of the river's index.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from xml.sax.saxutils import escape

from django.conf import settings
from django.db.models import F, Sum
from django.db.models.functions import TruncMonth
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from wagtail.models import Page

from meiri.newsroom.cards import Card
from meiri.newsroom.models import Article, DayCount, Listing, day_bounds
from meiri.newsroom.river import Place
from meiri.sections.models import Channel, Station
from meiri.syndication.bodies import printable
from meiri.syndication.freshness import ARTICLES, SECTIONS, fresh

# The protocol (sitemaps.org) allows 50,000 in one map; smaller ones answer sooner. A month with more is cut into parts
# of half as many, so that parts that come out uneven, or grow while they are read, stay below it.
MOST = 20_000
PART = MOST // 2
MOST_PARTS = 10_000
NEWS_AGE = timedelta(hours=48)
MOST_NEWS = 1000
MAX_AGE = 600

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


@fresh(ARTICLES, MAX_AGE)
def index(request):
    """/sitemap.xml: where the maps are. One query over one row a day."""
    days = DayCount.objects.at(Place.site()).filter(articles__gt=0)
    months = days.annotate(month=TruncMonth("day")).values_list("month").annotate(Sum("articles"))
    addresses = ["/sitemaps/sections.xml"]
    for month, articles in months.order_by("-month"):
        addresses += parts_of(month, articles)
    maps = "".join(f"<sitemap><loc>{settings.BASE_URL}{address}</loc></sitemap>\n" for address in addresses)
    return xml(f'<sitemapindex xmlns="{SITEMAP}">\n{maps}</sitemapindex>\n')


def parts_of(month: date, articles: int) -> list[str]:
    """The addresses of a month's maps. Each says how many there are, so that it stays whole while the month grows."""
    if articles <= MOST:
        return [f"/sitemaps/{month:%Y-%m}.xml"]
    # An odd number: keys that all are even would otherwise fall into half of the parts.
    parts = (articles // PART + 1) | 1
    return [f"/sitemaps/{month:%Y-%m}-{part}of{parts}.xml" for part in range(1, parts + 1)]


@fresh(ARTICLES, MAX_AGE)
def month(request, year: str, month: str, part: str = "1", parts: str = "1"):
    """/sitemaps/2026-11.xml, /sitemaps/2026-11-2of3.xml: what was published in a month. One query."""
    if not 1 <= int(part) <= int(parts) <= MOST_PARTS:
        raise Http404
    try:
        first = date(int(year), int(month), 1)
    except ValueError:
        raise Http404 from None
    last = first.replace(day=monthrange(first.year, first.month)[1])
    listings = Listing.objects.at(Place.site()).between(day_bounds(first)[0], day_bounds(last)[1])
    if parts != "1":
        listings = listings.annotate(part=F("article_id") % int(parts)).filter(part=int(part) - 1)
    rows = listings.newest().values_list(
        "article_id", "published_at", "article__channel__slug", "article__last_published_at"
    )[:MOST]
    entries = "".join(article_entries(rows))
    if not entries:
        raise Http404
    return xml(urlset(entries))


def article_entries(rows: Iterable[tuple[int, datetime, str, datetime | None]]) -> Iterator[str]:
    folder = cache(_folder)
    for key, published_at, slug, changed_at in rows:
        published = timezone.localtime(published_at)
        changed = max(published, timezone.localtime(changed_at)) if changed_at else published
        yield entry(f"{folder(slug, published.date())}{key}.html", changed)


def _folder(slug: str, day: date) -> str:
    """The address of an article of that channel and day, up to its key: looking each up would take longest of all."""
    return reverse("article", args=[slug, f"{day:%Y}", f"{day:%m%d}", 0]).removesuffix("0.html")


@fresh(SECTIONS, MAX_AGE)
def sections(request):
    """/sitemaps/sections.xml: the fronts of channels and stations, and the pages that editors lay out."""
    fronts = [reverse("station-index")]
    fronts += [
        section.get_absolute_url() for section in (*Channel.objects.visible(), *Station.objects.visible())
    ]
    pages = Page.objects.live().public().filter(depth__gt=1).order_by("path")[: MOST - len(fronts)]
    entries = [entry(address) for address in fronts]
    entries += [entry(parts[2], page.last_published_at) for page in pages if (parts := page.get_url_parts())]
    return xml(urlset("".join(entries)))


@require_safe
@cache_control(public=True, max_age=60)
def news(request):
    """/news-sitemap.xml: the articles of the last 48 hours, at most 1000. Two queries."""
    now = timezone.now()
    recent = Listing.objects.at(Place.site()).between(now - NEWS_AGE, now).newest()
    articles = Article.objects.in_order(list(recent.values_list("article_id", flat=True)[:MOST_NEWS]))
    return xml(urlset("".join(map(news_entry, articles)), f' xmlns:news="{NEWS}"'))


def news_entry(article: Card) -> str:
    published = timezone.localtime(article.published_at).isoformat(timespec="seconds")
    return (
        f"<url><loc>{escape(article.full_url)}</loc><news:news><news:publication>"
        f"<news:name>{escape(settings.WAGTAIL_SITE_NAME)}</news:name><news:language>zh-cn</news:language>"
        f"</news:publication><news:publication_date>{published}</news:publication_date>"
        f"<news:title>{escape(printable(article.title))}</news:title></news:news></url>\n"
    )


def entry(address: str, changed: datetime | None = None) -> str:
    time = (
        f"<lastmod>{timezone.localtime(changed).isoformat(timespec='seconds')}</lastmod>" if changed else ""
    )
    return f"<url><loc>{escape(settings.BASE_URL + address)}</loc>{time}</url>\n"


def urlset(entries: str, namespaces: str = "") -> str:
    return f'<urlset xmlns="{SITEMAP}"{namespaces}>\n{entries}</urlset>\n'


def xml(text: str) -> HttpResponse:
    return HttpResponse(
        f'<?xml version="1.0" encoding="UTF-8"?>\n{text}', content_type="application/xml; charset=utf-8"
    )
