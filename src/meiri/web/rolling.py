"""All that the site publishes, newest first (滚动), its archive by day, and what it published on this day in earlier years."""

from dataclasses import dataclass

from django.shortcuts import render
from django.utils import timezone

from meiri.delivery.keys import uses
from meiri.delivery.rendering import page
from meiri.fronts.designs import by_hour
from meiri.fronts.pages import position_in
from meiri.journal.content_keys import RIVER, TODAY, ContentKey, archive_key
from meiri.newsroom.models import Article
from meiri.newsroom.river import Place, same_days
from meiri.web.archives import calendar_page, date_or_404, day_page, first_day_or_404
from meiri.web.breadcrumbs import breadcrumbs

SHOWN = 60
# Of each earlier year; and so many years.
OF_A_YEAR, YEARS = 8, 12


@dataclass(frozen=True)
class Rolling:
    """The whole site as a section of its own."""

    name: str = "滚动"
    slug: str = "gundong"
    content_key: ContentKey = RIVER

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return "/gundong/"


ROLLING = Rolling()


@page(varies_by=("before",))
def rolling(request):
    """The newest articles of the site; with `?before=` the ones older than that position. Two queries."""
    uses(RIVER)
    cursor = position_in(request)
    articles = Article.objects.newest_at(Place.site(), SHOWN + 1, cursor)
    context = {
        "section": ROLLING,
        "hours": by_hour(articles[:SHOWN]),
        "of_all_channels": True,
        "newest": articles[0] if articles else None,
        "older": str(articles[SHOWN - 1].cursor) if len(articles) > SHOWN else "",
        "is_first": cursor is None,
        "crumbs": breadcrumbs([ROLLING]),
    }
    return render(request, "web/rolling.html", context)


@page
def newest(request):
    """The newest lines, for whoever has the page open."""
    uses(RIVER)
    hours = by_hour(Article.objects.newest_at(Place.site(), SHOWN))
    return render(request, "web/designs/hours.html", {"hours": hours, "of_all_channels": True})


@page
def year(request, year):
    return calendar_page(request, ROLLING, Place.site(), date_or_404(year, 1, 1), months=range(1, 13))


@page
def month(request, year, month):
    return calendar_page(request, ROLLING, Place.site(), date_or_404(year, month, 1), months=[int(month)])


@page(varies_by=("before",))
def day(request, year, month, day):
    return day_page(request, ROLLING, Place.site(), date_or_404(year, month, day))


@page
def this_day(request):
    """What the site published on today's date in earlier years (那年今日), newest year first. A query for each year that has any, three
    besides."""
    today = timezone.localdate()
    # Also a year that has nothing of this day yet may get an article.
    opens = first_day_or_404(ROLLING, Place.site(), today)
    uses(TODAY, *(archive_key(RIVER, str(year)) for year in range(opens.year, today.year)))
    years = [
        (then, Article.objects.on_day(Place.site(), then, OF_A_YEAR))
        for then in same_days(Place.site(), today, YEARS)
    ]
    context = {
        "today": today,
        "years": years,
        "crumbs": breadcrumbs([ROLLING, ("那年今日", request.path)]),
    }
    return render(request, "web/this_day.html", context)
