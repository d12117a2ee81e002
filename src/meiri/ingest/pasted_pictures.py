"""Which pictures are in a paste: written into it, at an address, or named only."""

import re

from lxml import html

from meiri.ingest.parsed import FoundPicture
from meiri.ingest.pictures import picture_of
from meiri.ingest.rtf_pictures import rtf_pictures

_DATA = re.compile(r"data:image/[^\"'<>()]{100,}", re.IGNORECASE)
_PLACE = re.compile(r"data:pasted,(\d{1,6})")
_IMAGE_FILE = re.compile(r"<img\b[^<>]*?\bsrc\s*=\s*[\"']?file:", re.IGNORECASE)


class PastedPictures:
    """The pictures that a paste brings along. Those written into its HTML are kept apart from it, so that the parser of
    pages does not meet them."""

    def __init__(self, rtf: str = ""):
        self._data: list[str] = []
        self._rtf = rtf
        self._words: list[bytes | None] = []  # those of Word's own files, in their order
        self._files = 0

    def take_data(self, markup: str) -> str:
        """`markup` with a place in the stead of each picture that is written into it."""
        markup = _DATA.sub(self._keep, markup)
        if self._rtf:
            pictures = rtf_pictures(self._rtf)
            if len(pictures) == len(_IMAGE_FILE.findall(markup)):
                self._words = pictures
        return markup

    def _keep(self, found: re.Match[str]) -> str:
        self._data.append(found[0])
        return f"data:pasted,{len(self._data) - 1}"

    def picture_of(self, image: html.HtmlElement) -> FoundPicture | None:
        """The picture of an <img>; None for icons and what holds its place. One that nobody can fetch has no data, and an
        address that is not of the web."""
        for name, value in image.attrib.items():
            if place := _PLACE.fullmatch(value.strip()):
                image.set(name, self._data[int(place[1])])
        is_file = (image.get("src") or "").lower().startswith("file:")
        found = picture_of(image, _address)
        if is_file:
            data = self._words[self._files] if self._files < len(self._words) else None
            self._files += 1
            if found is not None and data:
                found.data = data
        return found


def _address(source: str) -> str:
    return f"https:{source}" if source.startswith("//") else source
