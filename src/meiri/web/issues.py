"""What stands beside the pages of an issue of the magazine: it as PDF and as EPUB, made here, and the codes of its pieces."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from meiri.delivery.keys import collecting, uses
from meiri.delivery.rendering import page
from meiri.fronts.issue_contents import issue_of
from meiri.fronts.issue_epub import epub_of
from meiri.fronts.issue_pdf import pdf_of
from meiri.fronts.pages import MagazineIssuePage, public_issues
from meiri.identity import site_name
from meiri.journal.cache import InvalidatingCache
from meiri.journal.content_keys import FOOTER, ContentKey
from meiri.visitors.rate_limits import RateLimit
from meiri.web.article import qr_code

# To make one takes a second or two; the newest are kept by each process.
FILES = RateLimit("issue", 30, timedelta(hours=1))
KEPT = 6


def public_issue_or_404(slug: str) -> MagazineIssuePage:
    return get_object_or_404(public_issues().select_related("cover"), slug=slug)


def address_of(issue: MagazineIssuePage) -> str:
    return f"/zazhi/{issue.slug}/"


@require_safe
def pdf(request, slug: str) -> HttpResponse:
    return _file(request, slug, "pdf", "application/pdf")


@require_safe
def epub(request, slug: str) -> HttpResponse:
    return _file(request, slug, "epub", "application/epub+zip")


def _file(request, slug: str, kind: str, content_type: str) -> HttpResponse:
    issue = public_issue_or_404(slug)
    if not FILES.hit_by_address(request):
        return render(
            request,
            "web/card_refused.html",
            {"reason": "下载得太频繁了，请过一会儿再试。在线阅读不受影响。"},
            status=429,
        )
    content = _files.one((kind, issue.pk), lambda: _made(kind, slug))
    name = f"{issue.slug}.{kind}"
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "Cache-Control": "public, max-age=900",
        "X-Robots-Tag": "noindex",
    }
    return HttpResponse(content, content_type=content_type, headers=headers)


# By kind and key. They go with any change of the issue, of a picture in it or of the site's name.
_files: InvalidatingCache[tuple[str, int], bytes] = InvalidatingCache(KEPT, {FOOTER})


def _made(kind: str, slug: str) -> tuple[bytes, set[ContentKey]]:
    """The file of an issue as readers see it now, with the keys of what is in it."""
    with collecting() as keys:
        issue = public_issue_or_404(slug)
        uses(issue.content_key)
        contents = issue_of(issue, settings.BASE_URL + address_of(issue), site_name())
    if kind == "pdf":
        return pdf_of(contents), keys
    return epub_of(contents, (issue.last_published_at or datetime.now(UTC)).astimezone(UTC)), keys


@page
def piece_qr(request, slug: str, number: int) -> HttpResponse:
    """The address of a piece as a QR code."""
    issue = public_issue_or_404(slug)
    uses(issue.content_key)
    if not 1 <= number <= len(issue.contents):
        raise Http404
    return qr_code(f"{settings.BASE_URL}{address_of(issue)}{number}/")
