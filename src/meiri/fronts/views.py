"""The pages that editors lay out, as readers get them."""

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from wagtail.models import Page, Site
from wagtail.views import serve

from meiri.delivery.rendering import page


@page(varies_by=("before",))
def laid_out(request, path):
    """The page at `path`: public, and the same for everybody. What is no page's own address is Wagtail's to find."""
    try:
        found = page_at(path)
    except ObjectDoesNotExist:  # of the page there is but its place in the tree
        raise Http404 from None
    return found.serve(request) if found and not is_private(found) else serve(request, path)


def is_private(page: Page) -> bool:
    """Whether the page, or one above it, is not for everybody: Wagtail then asks who reads it."""
    return page.get_view_restrictions().exists()


def page_at(path: str) -> Page | None:
    """The live page whose address is `path`, without its first slash. Two queries. Raises `ObjectDoesNotExist` where the
    row of its kind is gone."""
    for root in Site.get_site_root_paths():
        pages = Page.objects.live().filter(url_path=f"{root.root_path}{path}")
        if found := pages.values_list("pk", "content_type").first():
            pk, kind = found
            return ContentType.objects.get_for_id(kind).get_object_for_this_type(pk=pk)
    return None
