"""A poster of an article (海报), and a sentence of it as a card: pictures that are sent on where links are not.

Lengths are pixels of a picture 1080 wide, as phones show it.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import rjieba
import segno
from PIL import Image, ImageDraw, ImageOps

from meiri.web.fonts import SANS, SONG, font

WIDTH, MARGIN = 1080, 72
INNER = WIDTH - 2 * MARGIN
PICTURE_HEIGHT = 608
CODE = 220
PAPER, INK, GREY, RED, RULE = "#fdfcfa", "#191817", "#565350", "#a8161c", "#dcd7cf"
MOST_PIXELS = 40_000_000
# What no line begins with (line-break: strict, GB/T 15834).
_NOT_FIRST = "，。、；：？！）》」』”’…—·％%,.;:?!)]}"
_NOT_LAST = "（《「『“‘([{"


@dataclass(frozen=True)
class Poster:
    """What stands on a poster. `picture`: the bytes of a picture, or none; `packet`: the XMP that the file carries, with the
    picture's label."""

    site: str
    kicker: str
    title: str
    text: str
    origin: str
    address: str
    picture: bytes | None = None
    packet: bytes = b""
    # The text is a sentence of the article's: it is what the card is about.
    is_quote: bool = False


def draw_poster(poster: Poster) -> bytes:
    """The poster as JPEG. Raises `NoFonts`."""
    small = font(SANS, 32)
    sheet = _Sheet()
    sheet.rule(0, WIDTH, 14, RED)
    sheet.y = 60
    sheet.text([poster.site], font(SONG, 44), RED)
    sheet.y += 24
    if poster.picture:
        sheet.picture(poster.picture)
    if poster.is_quote:
        face = font(SONG, 60)
        sheet.text(broken_lines(f"“{poster.text}”", face, INNER, 9), face, INK, 1.6)
        sheet.y += 16
        sheet.text(broken_lines(f"——《{poster.title}》", small, INNER, 2), small, GREY)
    else:
        if poster.kicker:
            sheet.text(broken_lines(poster.kicker, small, INNER, 1), small, RED)
        face = font(SONG, 64)
        sheet.text(broken_lines(poster.title, face, INNER, 5), face, INK, 1.4)
        if poster.text:
            sheet.y += 16
            face = font(SANS, 36)
            sheet.text(broken_lines(poster.text, face, INNER, 4), face, GREY, 1.6)
    sheet.y += 40
    sheet.rule(MARGIN, WIDTH - MARGIN, 2, RULE)
    sheet.y += 32
    sheet.foot(poster, small)
    return sheet.finished(poster.packet)


class _Sheet:
    """A sheet being drawn from the top; `y` is where it goes on."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH, 3000), PAPER)
        self.drawing = ImageDraw.Draw(self.image)
        self.y = 0

    def rule(self, left: int, right: int, height: int, colour: str) -> None:
        self.drawing.rectangle((left, self.y, right, self.y + height - 1), fill=colour)
        self.y += height

    def text(self, lines: Sequence[str], face, colour: str, spacing: float = 1.5, left: int = MARGIN) -> None:
        step = round(face.size * spacing)
        for line in lines:
            self.drawing.text((left, self.y + (step - face.size) // 2), line, font=face, fill=colour)
            self.y += step

    def picture(self, content: bytes) -> None:
        try:
            with Image.open(io.BytesIO(content)) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    return
                shown = ImageOps.fit(opened.convert("RGB"), (INNER, PICTURE_HEIGHT), Image.Resampling.LANCZOS)
        except (OSError, ValueError):
            return  # the poster is whole without it
        self.image.paste(shown, (MARGIN, self.y))
        self.y += PICTURE_HEIGHT + 32

    def foot(self, poster: Poster, face) -> None:
        code = code_picture(poster.address, CODE)
        self.image.paste(code, (WIDTH - MARGIN - CODE, self.y))
        top = self.y
        self.y += 28
        room = INNER - CODE - 40
        self.text(broken_lines(poster.origin, face, room, 2), face, INK)
        self.text(broken_lines("扫描二维码，阅读全文", face, room, 2), face, GREY)
        self.y = top + CODE + 56

    def finished(self, packet: bytes) -> bytes:
        out, notes = io.BytesIO(), {"xmp": packet} if packet else {}
        self.image.crop((0, 0, WIDTH, min(self.y, self.image.height))).save(
            out, "JPEG", quality=85, optimize=True, **notes
        )
        return out.getvalue()


def code_picture(address: str, side: int) -> Image.Image:
    """The QR code of an address as a square of `side` pixels, its quiet zone included (ISO/IEC 18004)."""
    code = segno.make(address, error="m")
    out = io.BytesIO()
    code.save(out, kind="png", scale=max(1, side // code.symbol_size(border=2)[0]), border=2, light="#fff")
    picture = Image.open(out).convert("RGB")
    sheet = Image.new("RGB", (side, side), "#fff")
    sheet.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return sheet


def broken_lines(text: str, face, room: int, most: int) -> list[str]:
    """`text` in lines of at most `room` pixels, broken between words; no line begins with a stop or ends with an opening bracket.
    At most `most` lines, the last of them cut with “…”."""
    lines, line = [], ""
    for word in _words(text):
        if line and face.getlength(line + word) > room:
            lines.append(line.rstrip())
            line = ""
            word = word.lstrip()
        while face.getlength(word) > room:
            cut = max(1, next(n for n in range(len(word), -1, -1) if face.getlength(word[:n]) <= room))
            lines.append(line + word[:cut])
            line, word = "", word[cut:]
        line += word
    if line.strip():
        lines.append(line.rstrip())
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and face.getlength(last + "…") > room:
        last = last[:-1]
    return [*lines[: most - 1], last.rstrip("，、；：") + "…"]


def _words(text: str) -> list[str]:
    """The words of a text, stops with the word before them, opening brackets with the one behind."""
    found: list[str] = []
    for word in rjieba.cut(re.sub(r"\s+", " ", text).strip()):
        if found and (word[0] in _NOT_FIRST or found[-1][-1] in _NOT_LAST):
            found[-1] += word
        else:
            found.append(word)
    return found
