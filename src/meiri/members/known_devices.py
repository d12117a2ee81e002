"""Browsers that an account was signed in with: wrong passwords sent from elsewhere do not keep its owner out there.

The signed cookie holds a random name of the browser and the keys of the accounts, the last one first. Nothing about it is stored
(OWASP: Slow Down Online Guessing Attacks with Device Cookies).
"""

import secrets

from django.conf import settings

COOKIE = "known"
YEAR = 365 * 24 * 60 * 60
MOST_ACCOUNTS = 5


def device_known_to(request, user) -> str | None:
    """The name of the browser where `user` was signed in with it; None where not, or where there is no user."""
    device, accounts = _read(request)
    return device if user is not None and str(user.pk) in accounts else None


def remember_device(request, response, user) -> None:
    device, accounts = _read(request)
    accounts = list(dict.fromkeys([str(user.pk), *accounts]))[:MOST_ACCOUNTS]
    response.set_signed_cookie(
        COOKIE, ".".join([device or secrets.token_urlsafe(16), *accounts]), salt=COOKIE, max_age=YEAR,
        path="/members/", httponly=True, samesite="Lax", secure=settings.SECURE_COOKIES,
    )  # fmt: skip


def _read(request) -> tuple[str, list[str]]:
    kept = request.get_signed_cookie(COOKIE, default="", salt=COOKIE, max_age=YEAR)
    device, *accounts = kept.split(".")
    return device, accounts
