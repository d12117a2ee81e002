"""`/favicon.ico`: the site's mark for whoever asks for it by that name, such as older browsers and programs."""

import io
from functools import lru_cache

from django.contrib.staticfiles import finders
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.utils.http import quote_etag
from django.views.decorators.http import condition, require_safe
from PIL import Image

from meiri.fronts.models import SiteSettings

SAMPLES = "meiri/icon-192.png"
SIDES = [(16, 16), (32, 32), (48, 48)]
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
    with default_storage.open(name) if name else open(str(finders.find(SAMPLES)), "rb") as file:
        picture = Image.open(file).convert("RGBA")
    out = io.BytesIO()
    picture.save(out, "ICO", sizes=SIDES)
    return out.getvalue()
