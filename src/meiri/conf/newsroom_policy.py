"""The content security policy of the newsroom, whose pages hold scripts of Wagtail's in their text."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# Inline scripts have to be let through; but nothing comes from another host, and nothing is sent to one.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)


def newsroom_policy(get_response: Callable[[HttpRequest], HttpResponse]):
    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path_info.startswith("/admin/"):
            response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return answer
