from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from meiri.audience.hot import WINDOWS, hot_list
from meiri.delivery.keys import uses
from meiri.delivery.rendering import page


@page
@require_safe
@cache_control(public=True, max_age=60)
def hot(request):
    """The hot list of the day, the same for everybody: a piece of a page, made again each minute."""
    entries = hot_list()
    uses("hot", "minute", *(entry.article.content_key for entry in entries))
    return render(request, "audience/hot.html", {"entries": entries, "window": WINDOWS["day"]})


@page
@require_safe
@cache_control(public=True, max_age=60)
def hot_page(request):
    """The hot lists of the day, the hour and the week on one page."""
    lists = [(window, hot_list(name)) for name, window in WINDOWS.items()]
    uses("hot", "minute", *(entry.article.content_key for _, entries in lists for entry in entries))
    return render(request, "audience/hot_page.html", {"lists": lists})
