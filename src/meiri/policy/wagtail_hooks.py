"""Menus offer what opens."""

from functools import lru_cache

from django.urls import Resolver404, ResolverMatch, resolve
from wagtail import hooks

from meiri.policy.gate import may_open
from meiri.policy.rules import visible


def opens(request, item) -> bool:
    match = view_of(item)
    return match is None or may_open(request, match)


def view_of(item) -> ResolverMatch | None:
    """The view that an entry of a menu leads to; None where it has no address of ours, or none at all."""
    return _view_at((getattr(item, "url", "") or "").partition("?")[0])


# Each page of the admin asks it of each entry of its menus.
@lru_cache(maxsize=1000)
def _view_at(address: str) -> ResolverMatch | None:
    try:
        return resolve(address)
    except Resolver404:
        return None


def what_opens(request, items):
    items[:] = [item for item in items if opens(request, item)]


for menu in ("main", "settings", "reports"):
    hooks.register(f"construct_{menu}_menu", what_opens)


@hooks.register("construct_page_chooser_queryset")
def pages_to_choose(pages, request):
    """Drafts of pages are for those who lay pages out; whoever writes links to what readers see."""
    return visible(request.user, pages, "choose")
