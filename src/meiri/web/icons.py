"""`/favicon.ico` and `/icons/192.png`: the site's mark for older browsers and programs, and for the screens of telephones."""

import io
from functools import lru_cache

from django.contrib.staticfiles import finders
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import quote_etag
from django.views.decorators.http import condition, require_safe
from PIL import Image, ImageOps

from meiri.fronts.models import SiteSettings

SAMPLES = "meiri/icon-192.png"
SIDES = [(16, 16), (32, 32), (48, 48)]
# Of icons on screens: their sides, the ground, and the share of them that launchers never cut off (W3C, maskable icons).
ICON_SIDES, GROUND, SAFE = (180, 192, 512), "#fdfcfa", 0.8
AGE = "public, max-age=86400"


def mark_file() -> str:
    """The name of the file of the mark, "" where the sample's is used."""
    site = SiteSettings.objects.first()
    return site.mark.name if site and site.mark else ""


def _etag(request: HttpRequest) -> str:
    return quote_etag(mark_file() or SAMPLES)


@require_safe
@condition(etag_func=_etag)
def favicon(request: HttpRequest) -> HttpResponse:
    return HttpResponse(drawn(mark_file()), content_type="image/x-icon", headers={"Cache-Control": AGE})


@lru_cache(2)
def drawn(name: str) -> bytes:
    """The picture in three sizes, as one file."""
    out = io.BytesIO()
    opened(name).save(out, "ICO", sizes=SIDES)
    return out.getvalue()


@require_safe
@condition(etag_func=lambda request, side: _etag(request))
def icon(request: HttpRequest, side: int) -> HttpResponse:
    if side not in ICON_SIDES:
        raise Http404
    return HttpResponse(
        drawn_icon(mark_file(), side), content_type="image/png", headers={"Cache-Control": AGE}
    )


@lru_cache(8)
def drawn_icon(name: str, side: int) -> bytes:
    """The mark in the middle of a square, as PNG."""
    mark = ImageOps.contain(opened(name), (round(side * SAFE),) * 2)
    sheet = Image.new("RGB", (side, side), GROUND)
    sheet.paste(mark, ((side - mark.width) // 2, (side - mark.height) // 2), mark)
    out = io.BytesIO()
    sheet.save(out, "PNG", optimize=True)
    return out.getvalue()


def opened(name: str) -> Image.Image:
    with default_storage.open(name) if name else open(str(finders.find(SAMPLES)), "rb") as file:
        return Image.open(file).convert("RGBA")
