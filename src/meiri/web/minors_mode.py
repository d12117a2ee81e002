"""`/minors/`: a device is set to 未成年人模式, or set free (未成年人网络保护条例, article 43: a mode for minors)."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from meiri.delivery.editions import MINORS, MODE_COOKIE, MODE_ON
from meiri.delivery.middleware import redirected_for_now
from meiri.web.breadcrumbs import breadcrumbs

# Seconds for which a device keeps to the mode: the longest that browsers keep a cookie.
KEPT_FOR = 400 * 86_400
# Minutes without a pause after which a rest is suggested; `static/web/js/clock.js` counts them.
REST_AFTER = 30


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def minors_mode(request) -> HttpResponse:
    """What the mode leaves out, with the button that sets it or ends it. It works without scripts; the cookie says nothing but that it is
    on."""
    if request.method != "POST":
        is_on = request.COOKIES.get(MODE_COOKIE) == MODE_ON
        crumbs = breadcrumbs([("未成年人模式", request.path)])
        return render(
            request, "web/minors_mode.html", {"is_on": is_on, "crumbs": crumbs, "rest_after": REST_AFTER}
        )
    if request.POST.get("mode") == "on":
        response = redirected_for_now(f"{MINORS.prefix}/")
        response.set_cookie(
            MODE_COOKIE,
            MODE_ON,
            max_age=KEPT_FOR,
            samesite="Lax",
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response
    response = redirected_for_now("/")
    response.delete_cookie(MODE_COOKIE, samesite="Lax")
    return response
