from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from meiri.audience.hot import hot_list


@require_safe
@cache_control(public=True, max_age=60)
def hot(request):
    """The hot list as a piece of a page, the same for everybody."""
    return render(request, "audience/hot.html", {"entries": hot_list()})
