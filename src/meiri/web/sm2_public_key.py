"""`/.well-known/sm2-key.pem`: the key that signatures with SM2 on checkpoints, review sheets and press cards are checked with."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from meiri.sm2 import sm2_key


@require_safe
def public_key(request: HttpRequest) -> HttpResponse:
    """The public key in PEM; 404 where the site does not sign so. Any page anywhere may read it."""
    key = sm2_key()
    if key is None:
        return HttpResponse("This site does not sign with SM2.\n", "text/plain; charset=utf-8", 404)
    headers = {"Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"}
    return HttpResponse(key.public_pem, "application/x-pem-file", headers=headers)
