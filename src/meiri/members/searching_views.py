"""Pages of the searches that a member saved. Each shows and changes what is the own member's, and nothing else."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from meiri.asked_numbers import LARGEST_ID
from meiri.members import saved_searches
from meiri.members.models import SavedSearch


@require_safe
@never_cache
@login_required
def searches(request):
    found = saved_searches.searches_with_news(request.user)
    return render(request, "members/searches.html", {"searches": found, "most": saved_searches.MOST_SAVED})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def save(request):
    """Save a search; the search page leads here."""
    asked = request.POST if request.method == "POST" else request.GET
    words = " ".join(asked.get("q", "").replace("\0", " ").split())
    if request.method != "POST":
        return render(request, "members/save_search.html", {"words": words[: saved_searches.LONGEST]})
    try:
        saved = saved_searches.save_search(request.user, words)
    except ValidationError as error:
        context = {"words": words[: 2 * saved_searches.LONGEST], "refusal": error.messages[0]}
        return render(request, "members/save_search.html", context, status=422)
    return redirect("member-search", saved.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def saved_search(request, key: int):
    """What a saved search found; or drop it."""
    if key > LARGEST_ID:
        raise Http404
    saved = get_object_or_404(SavedSearch, pk=key, member=request.user)
    if request.method == "POST":
        if request.POST.get("deed") == "drop":
            saved_searches.drop_search(request.user, key)
        return redirect("member-searches")
    return render(
        request, "members/saved_search.html", {"saved": saved, "found": saved_searches.look_at(saved)}
    )
