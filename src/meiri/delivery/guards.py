"""Headers that protect the reader's browser, beside those that Django's middleware writes."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# What no page of the site asks a browser for.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


class Guards:
    """Middleware, outside of all others: static files and refusals have these headers too.

    Pictures and files below MEDIA_URL may be shown by feed readers and by other papers; nothing else may be loaded by
    another site's pages.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        shared = request.path_info.startswith(settings.MEDIA_URL)
        response.headers.setdefault(
            "Cross-Origin-Resource-Policy", "cross-origin" if shared else "same-origin"
        )
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if settings.HSTS_SECONDS:
            # Also where a proxy in front asks without TLS: browsers heed it over TLS alone.
            response.headers.setdefault("Strict-Transport-Security", f"max-age={settings.HSTS_SECONDS}")
        return response
