from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from meiri.audience.hot import hot_list


@require_safe
@vary_on_headers("Sec-Fetch-Mode")
@cache_control(public=True, max_age=60)
def hot(request):
    """The hot list, the same for everybody: a piece of a page, or a page for whoever follows its link."""
    followed = request.headers.get("Sec-Fetch-Mode") == "navigate"
    return render(
        request, "audience/hot_page.html" if followed else "audience/hot.html", {"entries": hot_list()}
    )
