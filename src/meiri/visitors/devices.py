"""A signed cookie that tells one device from another, for what each may do once. It says nothing of whose it is."""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

COOKIE = "device"
YEAR = 365 * 24 * 60 * 60
# Says in the query that the device was just given a name.
NAMED = "named"


def device_of(request) -> str | None:
    """The device's random name; None for one that has none yet, or that made one up."""
    return request.get_signed_cookie(COOKIE, default=None, salt=COOKIE, max_age=YEAR)


def name_device(response) -> None:
    """Let the browser keep a new name."""
    response.set_signed_cookie(
        COOKIE, secrets.token_urlsafe(16), salt=COOKIE, max_age=YEAR, httponly=True, samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )  # fmt: skip


def send_again_named(request: HttpRequest) -> HttpResponse | None:
    """The answer that gives the device a name and lets the browser send the same again with it; None where it was just given one
    and does not keep it."""
    if NAMED in request.GET:
        return None
    response = HttpResponseRedirect(f"{request.path}?{NAMED}=1")
    response.status_code = 307  # the same method and body
    name_device(response)
    return response
