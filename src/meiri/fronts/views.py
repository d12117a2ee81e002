"""The pages that editors lay out, as readers get them."""

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from wagtail.contrib.redirects.models import Redirect
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.models import Page, Site
from wagtail.views import serve

from meiri.delivery.keys import uses
from meiri.delivery.rendering import page
from meiri.journal.content_keys import FRONTS, PAGE, REDIRECTS


@page(varies_by=("before",))
def laid_out(request, path):
    """The page at `path`: public, and the same for everybody. What is no page's own address is Wagtail's to find."""
    try:
        found = page_at(path)
    except ObjectDoesNotExist:  # of the page there is but its place in the tree
        raise Http404 from None
    if found is None and (withdrawn := withdrawn_at(path)):
        return answer_withdrawn(request, withdrawn)
    return found.serve(request) if found and not is_private(found) else serve(request, path)


def answer_withdrawn(request, page: Page):
    """Why the page is not there any more (410)."""
    uses(PAGE.key(page.pk), FRONTS, REDIRECTS)
    context = {"reason": page.withdrawal_reason, "changes_url": reverse("changes", args=["page", page.pk])}
    return render(request, "fronts/withdrawn.html", context, status=410)


def is_private(page: Page) -> bool:
    """Whether the page, or one above it, is not for everybody: Wagtail then asks who reads it."""
    return page.get_view_restrictions().exists()


def withdrawn_at(path: str):
    """The withdrawn page whose address was `path`, or the one of which that was a part; None where there is none, or where the
    address leads elsewhere now. Four queries at most, on an address that no page has."""
    parts = path.strip("/").split("/")
    candidates = ["".join(f"{part}/" for part in parts[:length]) for length in (len(parts), len(parts) - 1)]
    roots = [
        f"{root.root_path}{candidate}" for root in Site.get_site_root_paths() for candidate in candidates
    ]
    found = Page.objects.filter(url_path__in=roots, live=False, first_published_at__isnull=False)
    page = found.order_by("-depth").first()
    if page is None or Redirect.objects.filter(old_path=Redirect.normalise_path(f"/{path}")).exists():
        return None
    page = page.specific
    is_whole = page.url_path.endswith(f"/{candidates[0]}")
    if not getattr(page, "keeps_changes", False) or not (is_whole or isinstance(page, RoutablePageMixin)):
        return None
    return page


def page_at(path: str) -> Page | None:
    """The live page whose address is `path`, without its first slash. Two queries. Raises `ObjectDoesNotExist` where the
    row of its kind is gone."""
    for root in Site.get_site_root_paths():
        pages = Page.objects.live().filter(url_path=f"{root.root_path}{path}")
        if found := pages.values_list("pk", "content_type").first():
            pk, kind = found
            return ContentType.objects.get_for_id(kind).get_object_for_this_type(pk=pk)
    return None
