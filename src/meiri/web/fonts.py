"""The Chinese fonts of the machine, for pictures that are drawn here."""

import logging
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from PIL import ImageFont

log = logging.getLogger(__name__)

FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "~/.local/share/fonts",
    "~/.fonts",
)
# Parts of the names of files, the best first.
SONG = ("NotoSerifCJK-Bold", "NotoSerifSC-Bold", "SourceHanSerif", "Songti", "simsun")
SANS = (
    "NotoSansCJK-Regular",
    "NotoSansSC-Regular",
    "SourceHanSans",
    "PingFang",
    "wqy-zenhei",
    "wqy-microhei",
    "msyh",
)
FORMATS = (".ttc", ".otf", ".ttf")
# Faces of a collection that are looked at for one of simplified Chinese.
MOST_FACES = 12


class NoFonts(Exception):
    """The machine has no Chinese font."""


def font(kind: tuple[str, ...], size: int) -> ImageFont.FreeTypeFont:
    """A font of `kind`, `SONG` or `SANS`, in pixels. Raises `NoFonts`."""
    found = _found(kind) or _found(SANS) or _found(SONG)
    if found is None:
        raise NoFonts
    return ImageFont.truetype(found[0], size, index=found[1])


def has_fonts() -> bool:
    """Whether pictures with Chinese text can be drawn here."""
    return bool(_found(SANS) or _found(SONG))


@cache
def _found(kind: tuple[str, ...]) -> tuple[str, int] | None:
    """The file and the face in it. Looked for once a process."""
    files = list(_files())
    for name in kind:
        for path in files:
            if path.stem.lower().startswith(name.lower()):
                return str(path), _face(path)
    return None


def _files() -> Iterator[Path]:
    for folder in FOLDERS:
        root = Path(folder).expanduser()
        if root.is_dir():
            yield from sorted(path for path in root.rglob("*") if path.suffix.lower() in FORMATS)


def _face(path: Path) -> int:
    """The face of simplified Chinese in a collection, else the first."""
    if path.suffix.lower() != ".ttc":
        return 0
    for index in range(MOST_FACES):
        try:
            family, _ = ImageFont.truetype(str(path), 12, index=index).getname()
        except OSError:
            break
        if family and family.split()[-1] == "SC":
            return index
    return 0
