"""/robots.txt: what crawlers may ask for, and where the sitemaps are."""

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from meiri.delivery.editions import EDITIONS, has_edition
from meiri.delivery.public_addresses import CLOSED
from meiri.delivery.rendering import page


@page
@require_safe
@cache_control(public=True, max_age=3600)
def robots(request):
    lines = [
        "User-agent: *",
        *(f"Disallow: {address}" for address in CLOSED),
        *(
            f"Disallow: {one.prefix}{address}"
            for one in EDITIONS
            for address in CLOSED
            if has_edition(address)
        ),
        "",
        f"Sitemap: {settings.BASE_URL}/sitemap.xml",
        f"Sitemap: {settings.BASE_URL}/news-sitemap.xml",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
