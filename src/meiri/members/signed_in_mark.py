"""A cookie that says no more than that somebody is signed in, for scripts: stored pages are the same for everybody, and whoever has no
account asks for nothing of their own. It is no right: who somebody is the session alone says."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

PART = "/members/"


def mark_name() -> str:
    """With `https://` it belongs to this host alone, as the session's does."""
    return "__Host-signed" if settings.SESSION_COOKIE_SECURE else "signed"


class MarkSignedIn:
    """Members' pages set the mark where somebody is signed in and take it back where nobody is: each sign-in and sign-out goes by them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path_info.startswith(PART) or not hasattr(request, "user"):
            return response
        signed_in, marked = request.user.is_authenticated, mark_name() in request.COOKIES
        secure = settings.SESSION_COOKIE_SECURE
        if signed_in and not marked:
            age = settings.SESSION_COOKIE_AGE
            response.set_cookie(mark_name(), "1", max_age=age, secure=secure, samesite="Lax")
        elif marked and not signed_in:
            response.set_cookie(mark_name(), "", max_age=0, secure=secure, samesite="Lax")
        return response
