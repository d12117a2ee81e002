"""Menus offer what opens."""

from django.urls import Resolver404, resolve
from wagtail import hooks

from meiri.policy.gate import may_open
from meiri.policy.rules import visible


def opens(request, item) -> bool:
    url = getattr(item, "url", "") or ""
    try:
        match = resolve(url.partition("?")[0])
    except Resolver404:
        return True  # no address of ours, or none at all
    return may_open(request, match)


def what_opens(request, items):
    items[:] = [item for item in items if opens(request, item)]


for menu in ("main", "settings", "reports"):
    hooks.register(f"construct_{menu}_menu", what_opens)


@hooks.register("construct_page_chooser_queryset")
def pages_to_choose(pages, request):
    """Drafts of pages are for those who lay pages out; whoever writes links to what readers see."""
    return visible(request.user, pages, "choose")
