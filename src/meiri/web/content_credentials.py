"""`/.well-known/c2pa-anchor.pem`: the certificate under which manifests of this site's pictures are valid (docs/pictures.md)."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from meiri.media.site_certificate import site_certificate


@require_safe
def anchor(request: HttpRequest) -> HttpResponse:
    """The anchor in PEM. Any page anywhere may read it."""
    headers = {"Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"}
    return HttpResponse(site_certificate().anchor, "application/x-pem-file", headers=headers)
