"""Archives by date: what a channel or station published on a day, and calendars that lead there."""

import calendar
from datetime import date

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from meiri.delivery.keys import uses
from meiri.newsroom.keyset import Cursor
from meiri.newsroom.models import Article
from meiri.newsroom.river import Place, days_with_articles
from meiri.sections.models import Channel, Station
from meiri.web.breadcrumbs import breadcrumbs

DAY_PAGE = 60


def channel_year(request, slug, year):
    return calendar_page(request, *a_channel(slug), date_or_404(year, 1, 1), months=range(1, 13))


def channel_month(request, slug, year, month):
    return calendar_page(request, *a_channel(slug), date_or_404(year, month, 1), months=[int(month)])


def channel_day(request, slug, year, month, day):
    return day_page(request, *a_channel(slug), date_or_404(year, month, day))


def station_year(request, slug, year):
    return calendar_page(request, *a_station(slug), date_or_404(year, 1, 1), months=range(1, 13))


def station_month(request, slug, year, month):
    return calendar_page(request, *a_station(slug), date_or_404(year, month, 1), months=[int(month)])


def station_day(request, slug, year, month, day):
    return day_page(request, *a_station(slug), date_or_404(year, month, day))


def a_channel(slug):
    channel = get_object_or_404(Channel, slug=slug)
    return channel, Place.channel(channel)


def a_station(slug):
    station = get_object_or_404(Station, slug=slug)
    return station, Place.station(station)


def date_or_404(year, month, day) -> date:
    try:
        wanted = date(int(year), int(month), int(day))
    except ValueError:
        raise Http404 from None
    if wanted > timezone.localdate():
        raise Http404
    return wanted


def calendar_page(request, section, place, first, months):
    uses(section.content_key)
    last = date(first.year, list(months)[-1], 1)
    last = last.replace(day=calendar.monthrange(last.year, last.month)[1])
    counts = days_with_articles(place, first, last)
    sheets = [(month, weeks(first.year, month, counts)) for month in months]
    context = {
        "section": section,
        "year": first.year,
        "month": first.month if len(sheets) == 1 else None,
        "sheets": sheets,
        "total": sum(counts.values()),
        "this_year": timezone.localdate().year,
        "crumbs": breadcrumbs([section, (f"{first.year}年", f"{section.get_absolute_url()}{first.year}/")]),
    }
    return render(request, "web/calendar.html", context)


def weeks(year: int, month: int, counts: dict[date, int]) -> list[list[tuple[date | None, int]]]:
    """The weeks of a month, Monday first: days with their number of articles, None outside the month."""
    return [
        [(d if d.month == month else None, counts.get(d, 0)) for d in week]
        for week in calendar.Calendar().monthdatescalendar(year, month)
    ]


def day_page(request, section, place, day):
    uses(section.content_key)
    before = request.GET.get("before")
    cursor = Cursor.parse(before) if before else None
    if before and cursor is None:
        raise Http404
    articles = Article.objects.on_day(place, day, DAY_PAGE + 1, cursor)
    older = str(articles[DAY_PAGE - 1].cursor) if len(articles) > DAY_PAGE else ""
    month = f"{section.get_absolute_url()}{day:%Y/%m}/"
    context = {
        "section": section,
        "day": day,
        "articles": articles[:DAY_PAGE],
        "older": older,
        "is_today": day == timezone.localdate(),
        "crumbs": breadcrumbs(
            [section, (f"{day.year}年{day.month}月", month), (f"{day.day}日", request.path)]
        ),
    }
    return render(request, "web/day.html", context)
