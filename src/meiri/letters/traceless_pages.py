"""How the pages of letters keep to themselves who asked for them."""

from functools import wraps

from django.middleware.csrf import CsrfViewMiddleware
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from meiri.letters.attachments import InMemory


class CsrfByToken(CsrfViewMiddleware):
    """The check of Django's, for pages that send no referrer: browsers name the origin of their forms `null`.

    The token, which only the form and the cookie of the same browser have, is checked as ever.
    """

    def _origin_verified(self, request):
        return request.META["HTTP_ORIGIN"] == "null" or super()._origin_verified(request)


_csrf_by_token = decorator_from_middleware(CsrfByToken)


def leave_no_trace(view):
    """A page of one writer: never stored, told to nobody by the browser, not in the log whatever its status.

    Files sent to it stay in memory.
    """
    checked = _csrf_by_token(never_cache(view))

    @csrf_exempt  # it is checked inside, after the upload handlers were chosen
    @wraps(view)
    def answer(request, *args, **kwargs):
        request.upload_handlers = [InMemory(request)]
        response = without_referrer(checked(request, *args, **kwargs))
        # What Django sets on a response that its log has told of: this one it is not to tell of.
        response._has_been_logged = True
        return response

    return answer


def without_referrer(response):
    """The response, from which a browser tells no other page, not even of this site, where it came from."""
    response["Referrer-Policy"] = "no-referrer"
    return response
