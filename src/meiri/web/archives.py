"""Archives by date: what a channel or station published on a day, and calendars that lead there."""

import calendar
from collections import Counter
from datetime import date, timedelta

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from meiri.delivery.keys import uses
from meiri.delivery.rendering import page
from meiri.fronts.pages import position_in
from meiri.journal.content_keys import TODAY, archive_key, periods
from meiri.newsroom.models import Article
from meiri.newsroom.river import Place, days_with_articles, first_days
from meiri.sections.models import Station
from meiri.web.breadcrumbs import breadcrumbs
from meiri.web.fronts import of_channel

DAY_PAGE = 60


@page
@of_channel
def channel_year(request, channel, year):
    return calendar_page(
        request, channel, Place.channel(channel), date_or_404(year, 1, 1), months=range(1, 13)
    )


@page
@of_channel
def channel_month(request, channel, year, month):
    return calendar_page(
        request, channel, Place.channel(channel), date_or_404(year, month, 1), months=[int(month)]
    )


@page(varies_by=("before",))
@of_channel
def channel_day(request, channel, year, month, day):
    return day_page(request, channel, Place.channel(channel), date_or_404(year, month, day))


@page
def station_year(request, slug, year):
    return calendar_page(request, *a_station(slug), date_or_404(year, 1, 1), months=range(1, 13))


@page
def station_month(request, slug, year, month):
    return calendar_page(request, *a_station(slug), date_or_404(year, month, 1), months=[int(month)])


@page(varies_by=("before",))
def station_day(request, slug, year, month, day):
    return day_page(request, *a_station(slug), date_or_404(year, month, day))


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
    is_month = len(months) == 1
    uses(archive_key(section.content_key, periods(first)[is_month]), TODAY)
    opens = first_day_or_404(section, place, first.replace(month=months[-1]))
    last = date(first.year, list(months)[-1], 1)
    last = last.replace(day=calendar.monthrange(last.year, last.month)[1])
    counts = days_with_articles(place, first, last)
    sheets = [(month, weeks(first.year, month, counts)) for month in months]
    context = {
        "section": section,
        "year": first.year,
        "month": first.month if len(sheets) == 1 else None,
        "sheets": sheets,
        "busy": Counter(day.month for day in counts),
        "total": sum(counts.values()),
        "first_year": opens.year,
        "this_year": timezone.localdate().year,
        "previous": month_before(first) if is_month and month_before(first) >= opens.replace(day=1) else None,
        "next": month_after(first) if is_month and month_after(first) <= timezone.localdate() else None,
        "crumbs": breadcrumbs([section, (f"{first.year}年", f"{section.get_absolute_url()}{first.year}/")]),
    }
    return render(request, "web/calendar.html", context)


def month_before(first: date) -> date:
    """The first day of the month before the one that begins with `first`."""
    return (first - timedelta(days=1)).replace(day=1)


def month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def first_day_or_404(section, place, last_month: date) -> date:
    """The first day of an archive. There are no pages of the time before it, however far back somebody asks."""
    uses(archive_key(section.content_key, "first"))
    opens = first_days([place]).get(place, timezone.localdate())
    if (last_month.year, last_month.month) < (opens.year, opens.month):
        raise Http404
    return opens


def weeks(year: int, month: int, counts: dict[date, int]) -> list[list[tuple[date | None, int]]]:
    """The weeks of a month, Monday first: days with their number of articles, None outside the month."""
    return [
        [(d if d.month == month else None, counts.get(d, 0)) for d in week]
        for week in calendar.Calendar().monthdatescalendar(year, month)
    ]


def day_page(request, section, place, day):
    uses(archive_key(section.content_key, periods(day)[2]))
    cursor = position_in(request)
    opens = first_day_or_404(section, place, day)
    articles = Article.objects.on_day(place, day, DAY_PAGE + 1, cursor)
    older = str(articles[DAY_PAGE - 1].cursor) if len(articles) > DAY_PAGE else ""
    month = f"{section.get_absolute_url()}{day:%Y/%m}/"
    today = timezone.localdate()
    if day >= today:  # tomorrow there is a next day
        uses(TODAY)
    context = {
        "section": section,
        "day": day,
        "articles": articles[:DAY_PAGE],
        "older": older,
        "previous": day - timedelta(days=1) if day > opens else None,
        "next": day + timedelta(days=1) if day < today else None,
        "crumbs": breadcrumbs(
            [section, (f"{day.year}年{day.month}月", month), (f"{day.day}日", request.path)]
        ),
    }
    return render(request, "web/day.html", context)
