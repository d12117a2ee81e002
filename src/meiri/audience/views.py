from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from meiri.asked_numbers import LARGEST_ID
from meiri.audience.hot import WINDOWS, hot_list
from meiri.audience.readers import is_reader
from meiri.delivery.keys import uses
from meiri.delivery.rendering import page
from meiri.fronts.advertisements import Advertisement, Slot, add_to_day, advertisements_at
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
    context = {
        "entries": entries,
        "window": WINDOWS["day"],
        "advertisements": advertisements_at(Slot.ARTICLE),
    }
    return render(request, "audience/hot.html", context)


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


@require_safe
def advertisement_followed(request, advertisement_id: int):
    """The way to where an advertisement leads, which counts that a reader went there. One that is over leads nowhere."""
    found = (
        advertisement_id <= LARGEST_ID
        and Advertisement.objects.in_force().filter(pk=advertisement_id).first()
    )
    if not found or not found.address:
        raise Http404
    is_followed = request.method == "GET" and is_reader(request.headers)
    if is_followed and times(request, f"advertisement {found.pk}", ONE_CLICK, by_browser=True) == 1:
        with transaction.atomic():
            add_to_day(found.pk, timezone.localdate(), clicked=1)
    answer = redirect(found.address)
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


@csrf_exempt
@require_POST
def link_clicked(request, link_id: int):
    """A browser tells (`ping`) that its reader followed a friend link. The link itself leads straight to its site."""
    if link_id <= LARGEST_ID and is_reader(request.headers):
        links = FriendLink.objects.shown().filter(pk=link_id)
        if links.exists() and times(request, f"friend link {link_id}", ONE_CLICK, by_browser=True) == 1:
            links.update(clicks=F("clicks") + 1)
    return HttpResponse(status=204)
