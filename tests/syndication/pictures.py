"""Pictures for articles that leave the site."""

import io

from django.core.files.base import ContentFile
from PIL import Image

from meiri.media.models import Picture


def a_picture(title="湿地", **fields) -> Picture:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, "JPEG")
    picture = Picture(title=title, **fields)
    picture.file = ContentFile(out.getvalue(), name="wetland.jpg")
    picture.save()
    return picture
