"""What one of this site's own pages sends, told by the browser itself instead of by a token in a form.

Stored pages are the same for everybody, so their buttons can't hold a token. Browsers say of every POST where it comes
from (`Sec-Fetch-Site`, W3C Fetch Metadata; `Origin`, RFC 6454), and no script of another site can make them say otherwise.
"""

from functools import wraps

from django.conf import settings
from django.views.decorators.csrf import csrf_exempt, csrf_protect

_SAFE = ("GET", "HEAD", "OPTIONS")


def sent_by_our_page(request) -> bool:
    """Whether the browser says that a page of this very site sent the request; no where it says nothing."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is not None and origin in (
        f"{request.scheme}://{request.get_host()}",
        *settings.CSRF_TRUSTED_ORIGINS,
    )


def from_our_pages(view):
    """Decorate a view that stored pages send to: what they send is taken, everything else needs a form's token."""
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def guarded(request, *args, **kwargs):
        taken = request.method in _SAFE or sent_by_our_page(request)
        return (view if taken else protected)(request, *args, **kwargs)

    return guarded
