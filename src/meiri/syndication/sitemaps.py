"""Sitemaps: an index, one map a month (in parts where it is large), the sections and pages, the news of two days.

No map counts or skips rows: the index reads the days' counts, a map reads one range of the river's index. What was read
stays at hand until it changes: a publication makes one day and one year be read again, however large the archive.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Container, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from xml.sax.saxutils import escape

from django.conf import settings
from django.db.models import F, Q
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from wagtail.models import Page

from meiri.delivery.keys import EVERYWHERE, uses
from meiri.delivery.omissions import optional
from meiri.delivery.rendering import page
from meiri.fronts.models import MagazineIssuePage
from meiri.fronts.page_sheets import count_sheets
from meiri.identity import site_name
from meiri.journal.cache import InvalidatingCache
from meiri.journal.content_keys import FRONTS, MAGAZINE, NAV, RIVER, archive_key, periods
from meiri.newsroom.cards import Card
from meiri.newsroom.clock import local, zoned
from meiri.newsroom.models import Article, DayCount, Listing, day_bounds
from meiri.newsroom.river import Place
from meiri.sections.models import Channel, Station, Subsection
from meiri.syndication.article_html import printable

# The protocol (sitemaps.org) allows 50,000 in one map; smaller ones answer sooner. A month with more is cut into parts
# of half as many, so that parts that come out uneven, or grow while they are read, stay below it.
MOST = 20_000
PART = MOST // 2
MOST_PARTS = 10_000
NEWS_AGE = timedelta(hours=48)
MOST_NEWS = 1000
MOST_SUBSECTIONS = 5_000
# Issues of the magazine whose pieces are told.
MOST_ISSUES = 120
MAX_AGE = 600

# The addresses of the maps of a year; the entries of a day: of the running month, and of one that is corrected.
_years: InvalidatingCache[int, list[str]] = InvalidatingCache(200, EVERYWHERE)
_days: InvalidatingCache[date, str] = InvalidatingCache(62, EVERYWHERE)

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


@page
@require_safe
@cache_control(public=True, max_age=MAX_AGE)
def index(request):
    """/sitemap.xml: where the maps are. Two queries, and one for the years that are not at hand, over one row a day."""
    uses(RIVER)
    days = (
        DayCount.objects.at(Place.site()).filter(articles__gt=0).order_by("day").values_list("day", flat=True)
    )
    addresses = ["/sitemaps/sections.xml"]
    if newest := days.last():
        years = list(range(newest.year, days.first().year - 1, -1))
        found = _years.get(years, read_years)
        addresses += [address for year in years for address in found[year]]
    maps = "".join(f"<sitemap><loc>{settings.BASE_URL}{address}</loc></sitemap>\n" for address in addresses)
    return xml(f'<sitemapindex xmlns="{SITEMAP}">\n{maps}</sitemapindex>\n')


def read_years(years: list[int]) -> dict[int, tuple[list[str], list[str]]]:
    """The addresses of the maps of each year, newest month first, and the key of the year. One query."""
    articles: Counter[date] = Counter()
    days = DayCount.objects.at(Place.site()).filter(
        day__gte=date(min(years), 1, 1), day__lte=date(max(years), 12, 31)
    )
    for day, count in days.values_list("day", "articles"):
        articles[day.replace(day=1)] += count
    found: dict[int, tuple[list[str], list[str]]] = {y: ([], [archive_key(RIVER, str(y))]) for y in years}
    for month in sorted(articles, reverse=True):
        if articles[month] and month.year in found:
            found[month.year][0].extend(parts_of(month, articles[month]))
    return found


def parts_of(month: date, articles: int) -> list[str]:
    """The addresses of a month's maps. Each says how many there are, so that it stays whole while the month grows."""
    if articles <= MOST:
        return [f"/sitemaps/{month:%Y-%m}.xml"]
    # An odd number: keys that all are even would otherwise fall into half of the parts.
    parts = (articles // PART + 1) | 1
    return [f"/sitemaps/{month:%Y-%m}-{part}of{parts}.xml" for part in range(1, parts + 1)]


@page
@require_safe
@cache_control(public=True, max_age=MAX_AGE)
def month(request, year: str, month: str, part: str = "1", parts: str = "1"):
    """/sitemaps/2026-11.xml, /sitemaps/2026-11-2of3.xml: what was published in a month.

    Two queries, one where all days are at hand.
    """
    if not 1 <= int(part) <= int(parts) <= MOST_PARTS:
        raise Http404
    try:
        first = date(int(year), int(month), 1)
    except ValueError:
        raise Http404 from None
    uses(archive_key(RIVER, periods(first)[1]))
    last = first.replace(day=monthrange(first.year, first.month)[1])
    counts = DayCount.objects.at(Place.site()).filter(day__gte=first, day__lte=last, articles__gt=0)
    days = dict(counts.order_by("-day").values_list("day", "articles"))
    if parts == "1" and sum(days.values()) <= MOST:
        found = _days.get(list(days), read_days)
        entries = "".join(found[day] for day in days)
    else:
        listings = listed(first, last).annotate(part=F("article_id") % int(parts)).filter(part=int(part) - 1)
        entries = "".join(text for _, text in article_entries(listings))
    if not entries:
        raise Http404
    return xml(urlset(entries))


def read_days(days: list[date]) -> dict[date, tuple[str, list[str]]]:
    """The entries of each day and its key. One query."""
    found: dict[date, list[str]] = {day: [] for day in days}
    for day, text in article_entries(listed(min(days), max(days))):
        if day in found:
            found[day].append(text)
    return {day: ("".join(texts), [archive_key(RIVER, periods(day)[2])]) for day, texts in found.items()}


def listed(first: date, last: date):
    """What the site listed from `first` to `last`."""
    return Listing.objects.at(Place.site()).between(day_bounds(first)[0], day_bounds(last)[1])


def article_entries(listings) -> Iterator[tuple[date, str]]:
    """The day and the entry of each, newest first, at most `MOST`. One query."""
    folder = cache(_folder)
    rows = (
        listings.filter(article__channel__slug__gt="")
        .newest()
        .values_list("article_id", "published_at", "article__channel__slug", "article__last_published_at")
    )
    for key, published_at, slug, changed_at in rows[:MOST]:
        day = local(published_at).date()
        changed = max(published_at, changed_at) if changed_at else published_at
        text = ""
        with optional(f"稿件 {key}"):
            text = entry(f"{folder(slug, day)}{key}.html", changed)
        yield day, text


def _folder(slug: str, day: date) -> str:
    """The address of an article of that channel and day, up to its key: looking each up would take longest of all."""
    return reverse("article", args=[slug, f"{day:%Y}", f"{day:%m%d}", 0]).removesuffix("0.html")


@page
@require_safe
@cache_control(public=True, max_age=MAX_AGE)
def sections(request):
    """/sitemaps/sections.xml: the fronts of channels, stations and their sub-columns, and the pages that editors lay out."""
    uses(FRONTS, NAV)
    fronts = [reverse("station-index")]
    fronts += [
        section.get_absolute_url() for section in (*Channel.objects.visible(), *Station.objects.visible())
    ]
    below = Subsection.objects.visible().filter(Q(channel__visible=True) | Q(station__visible=True))
    fronts += [
        one.get_absolute_url() for one in below.select_related("channel", "station")[:MOST_SUBSECTIONS]
    ]
    pages = list(Page.objects.live().public().filter(depth__gt=1).order_by("path")[: MOST - len(fronts)])
    entries = [entry(address) for address in fronts]
    for laid_out in pages:
        with optional(f"页面“{laid_out.title}”"):
            if parts := laid_out.get_url_parts():
                entries.append(entry(parts[2], laid_out.last_published_at))
    entries += pieces_of_issues({laid_out.pk for laid_out in pages})
    return xml(urlset("".join(entries)))


def pieces_of_issues(public: Container[int]) -> list[str]:
    """The entries of the pieces of the newest issues of the magazine, of those among the pages `public` (keys), and of their pages of
    paper. Two queries at most."""
    uses(MAGAZINE)
    newest = MagazineIssuePage.objects.live().defer("words").order_by("-slug")[:MOST_ISSUES]
    issues = [issue for issue in newest if issue.pk in public]
    sheets = count_sheets(issues)
    found = []
    for issue in issues:
        address, changed = f"/zazhi/{issue.slug}/", issue.last_published_at
        found += [entry(f"{address}{n}/", changed) for n in range(1, len(issue.contents) + 1)]
        found += [entry(f"{address}banmian/{n}/", changed) for n in range(1, sheets[issue.pk] + 1)]
    return found


@require_safe
@cache_control(public=True, max_age=60)
def news(request):
    """/news-sitemap.xml: the articles of the last 48 hours, at most 1000. Two queries."""
    now = timezone.now()
    recent = Listing.objects.at(Place.site()).between(now - NEWS_AGE, now).newest()
    articles = Article.objects.in_order(list(recent.values_list("article_id", flat=True)[:MOST_NEWS]))
    return xml(urlset("".join(map(news_entry, articles)), f' xmlns:news="{NEWS}"'))


def news_entry(article: Card) -> str:
    published = zoned(article.published_at).isoformat(timespec="seconds")
    return (
        f"<url><loc>{escape(article.full_url)}</loc><news:news><news:publication>"
        f"<news:name>{escape(site_name())}</news:name><news:language>zh-cn</news:language>"
        f"</news:publication><news:publication_date>{published}</news:publication_date>"
        f"<news:title>{escape(printable(article.title))}</news:title></news:news></url>\n"
    )


def entry(address: str, changed: datetime | None = None) -> str:
    time = f"<lastmod>{zoned(changed).isoformat(timespec='seconds')}</lastmod>" if changed else ""
    return f"<url><loc>{escape(settings.BASE_URL + address)}</loc>{time}</url>\n"


def urlset(entries: str, namespaces: str = "") -> str:
    return f'<urlset xmlns="{SITEMAP}"{namespaces}>\n{entries}</urlset>\n'


def xml(text: str) -> HttpResponse:
    return HttpResponse(
        f'<?xml version="1.0" encoding="UTF-8"?>\n{text}', content_type="application/xml; charset=utf-8"
    )
