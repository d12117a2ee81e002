from datetime import timedelta

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from meiri.asked_numbers import LARGEST_ID
from meiri.audience.hot import WINDOWS, hot_list
from meiri.audience.readers import is_reader
from meiri.delivery.keys import uses
from meiri.delivery.rendering import page
from meiri.fronts.models import FriendLink
from meiri.journal.content_keys import HOT, MINUTE
from meiri.newsroom.river import Place
from meiri.sections.models import Station
from meiri.visitors.counting import times

# The same browser that follows a link again meanwhile is counted once, as a view is.
ONE_CLICK = timedelta(minutes=30)


@page
@require_safe
@cache_control(public=True, max_age=60)
def hot(request):
    """The hot list of the day, the same for everybody: a piece of a page, made again each minute."""
    entries = hot_list()
    uses(HOT, MINUTE, *(entry.article.content_key for entry in entries))
    return render(request, "audience/hot.html", {"entries": entries, "window": WINDOWS["day"]})


@page
@require_safe
@cache_control(public=True, max_age=60)
def hot_of_station(request, slug: str):
    """The hot list of a station, by the same rule as the site's."""
    station = get_object_or_404(Station, slug=slug)
    entries = hot_list(place=Place.station(station))
    uses(HOT, MINUTE, station.content_key, *(entry.article.content_key for entry in entries))
    return render(request, "audience/hot.html", {"entries": entries, "window": WINDOWS["day"]})


@page
@require_safe
@cache_control(public=True, max_age=60)
def hot_page(request):
    """The hot lists of the day, the hour and the week on one page."""
    lists = [(window, hot_list(name)) for name, window in WINDOWS.items()]
    uses(HOT, MINUTE, *(entry.article.content_key for _, entries in lists for entry in entries))
    return render(request, "audience/hot_page.html", {"lists": lists})


@csrf_exempt
@require_POST
def link_clicked(request, link_id: int):
    """A browser tells (`ping`) that its reader followed a friend link. The link itself leads straight to its site."""
    if link_id <= LARGEST_ID and is_reader(request.headers):
        links = FriendLink.objects.shown().filter(pk=link_id)
        if links.exists() and times(request, f"friend link {link_id}", ONE_CLICK, by_browser=True) == 1:
            links.update(clicks=F("clicks") + 1)
    return HttpResponse(status=204)
