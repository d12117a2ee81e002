"""The sizes and formats of a picture."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from meiri.media.variants import FORMATS, _encoded


@pytest.mark.parametrize("format", FORMATS)
def test_encoding_side_by_side_gives_what_encoding_alone_gives(format):
    picture = Image.effect_noise((320, 213), 60).convert("RGB")
    alone = io.BytesIO()
    picture.copy().save(alone, format.upper(), **FORMATS[format])
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda name: (name, _encoded(picture, name)), [*FORMATS] * 8))
    assert all(content == alone.getvalue() for name, content in found if name == format)
