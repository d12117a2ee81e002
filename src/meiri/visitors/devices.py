"""A signed cookie that tells one device from another, for what each may do once. It says nothing of whose it is."""

import secrets

from django.conf import settings

COOKIE = "device"
YEAR = 365 * 24 * 60 * 60


def device_of(request) -> str | None:
    """The device's random name; None for one that has none yet, or that made one up."""
    return request.get_signed_cookie(COOKIE, default=None, salt=COOKIE, max_age=YEAR)


def name_device(response) -> None:
    """Let the browser keep a new name."""
    response.set_signed_cookie(
        COOKIE, secrets.token_urlsafe(16), salt=COOKIE, max_age=YEAR, httponly=True, samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )  # fmt: skip
