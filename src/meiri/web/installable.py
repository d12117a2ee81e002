"""The site as an app: what browsers are told of it, and what goes on working without a network.

`/manifest.webmanifest` (W3C Web App Manifest), `/sw.js` (the service worker), `/offline.html`, `/opensearch.xml` (OpenSearch 1.1),
`/.well-known/security.txt` (RFC 9116), `/speculation-rules.json` (what a browser may fetch ahead).
"""

import hashlib
import json
from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from meiri.delivery.editions import has_edition, in_all_editions
from meiri.delivery.keys import uses
from meiri.delivery.rendering import page
from meiri.fronts.models import SiteSettings
from meiri.identity import identity
from meiri.journal.content_keys import FOOTER
from meiri.web.bundles import bundle

PAPER, RED = "#fdfcfa", "#9c1218"
ICONS = (192, 512)
# How long what is said in security.txt holds; it is made anew for everybody who asks.
HOLDS = timedelta(days=180)
# Where a browser fetches nothing ahead: what is personal, what counts, what is never a page.
NOT_AHEAD = (
    *("/admin/", "/members/", "/letters/", "/comments/", "/reports/", "/staff/", "/api/", "/documents/"),
    *("/media/", "/search/", "/card/", "/guanggao/", "/issues/", "/poster/", "/player/"),
)


@require_safe
@cache_control(public=True, max_age=86400)
def manifest(request: HttpRequest) -> HttpResponse:
    site = identity()
    return JsonResponse(
        {
            "id": "/",
            "name": site.name,
            "short_name": site.name[:12],
            "lang": "zh-Hans",
            "start_url": "/",
            "scope": "/",
            "display": "minimal-ui",
            "background_color": PAPER,
            "theme_color": RED,
            "icons": [
                {
                    "src": f"/icons/{side}.png",
                    "sizes": f"{side}x{side}",
                    "type": "image/png",
                    "purpose": purpose,
                }
                for side in ICONS
                for purpose in ("any", "maskable")
            ],
            "shortcuts": [
                {"name": name, "url": address}
                for name, address in (("要闻", "/yaowen/"), ("检索", "/search/"), ("长辈版", "/zhangbei/"))
            ],
        },
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )


@page
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker. Its version is a digest of what it keeps from the start: with other files it is another worker, and what the
    one before kept goes."""
    source = bundle("worker.js").content.decode()
    first = [
        "/offline.html",
        bundle("list.css").url,
        bundle("page.js").url,
        bundle("preferences.js").url,
        bundle("offline.js").url,
    ]
    # The masthead's script is asked for without its digest, and kept under that name.
    kept = [*first, bundle("masthead.js").url]
    version = hashlib.sha256((source + "".join(kept)).encode()).hexdigest()[:12]
    head = f"const VERSION={json.dumps(version)},FIRST={json.dumps(first)};"
    return HttpResponse(head + source, content_type="text/javascript; charset=utf-8")


@page
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What readers see of a page that can't be had without a network."""
    return render(request, "web/offline.html")


@require_safe
@cache_control(public=True, max_age=86400)
def opensearch(request: HttpRequest) -> HttpResponse:
    return render(
        request, "web/opensearch.xml", content_type="application/opensearchdescription+xml; charset=utf-8"
    )


@require_safe
@cache_control(public=True, max_age=86400)
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a weakness: the mail address of the site. Without one there is nothing to say (404)."""
    uses(FOOTER)
    site = SiteSettings.objects.first()
    if site is None or not site.email:
        raise Http404
    lines = [
        f"Contact: mailto:{site.email}",
        f"Expires: {timezone.now() + HOLDS:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: zh, en",
        f"Canonical: {settings.BASE_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=86400)
def speculation_rules(request: HttpRequest) -> HttpResponse:
    """A link that a reader is about to follow is fetched ahead. It is not rendered: no view is counted for what nobody saw."""
    addresses = [
        address
        for plain in NOT_AHEAD
        for address in (in_all_editions(plain) if has_edition(plain) else [plain])
    ]
    # Nor what is asked for with a query.
    paths = [*(f"{address}*" for address in addresses), "/*\\?*"]
    where = {"and": [{"href_matches": "/*"}, *({"not": {"href_matches": path}} for path in paths)]}
    return JsonResponse(
        {"prefetch": [{"where": where, "eagerness": "moderate"}]},
        content_type="application/speculationrules+json",
    )
