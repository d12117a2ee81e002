"""Draw pages of paper (版面) of the sample's magazine: a masthead, headlines with their columns, a picture."""

from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from meiri.sample.pictures import chinese_font, draw

SIZE = (900, 1280)
INK, GREY, RED = "#1c1a19", "#b9b4ac", "#8f1016"


@dataclass(frozen=True)
class PaperArea:
    """Where the piece `number` (from 1) stands, in per cent of the page."""

    number: int
    left: float
    top: float
    width: float
    height: float


def areas_of(numbers: list[int]) -> list[PaperArea]:
    """The places of up to four pieces on a page: the first across it, the others in columns below."""
    if not numbers:
        return []
    first, rest = numbers[0], numbers[1:4]
    if not rest:
        return [PaperArea(first, 6, 15, 88, 79)]
    wide = 88 / len(rest)
    return [
        PaperArea(first, 6, 15, 88, 45),
        *(PaperArea(number, 6 + wide * n, 62, wide - 2, 32) for n, number in enumerate(rest)),
    ]


def draw_sheet(
    masthead: str, name: str, titles: dict[int, str], areas: list[PaperArea], scene: str, seed: int, size=SIZE
) -> Image.Image:
    """A page with a headline for each area; without a Chinese font on the system its words are bars."""
    page = Image.new("RGB", size, "#fbf9f4")
    pen, (width, height) = ImageDraw.Draw(page), size
    _words(pen, masthead, (width * 0.06, height * 0.035), width // 12, RED, width * 0.6)
    _words(pen, name, (width * 0.74, height * 0.06), width // 34, INK, width * 0.2)
    pen.line(
        (width * 0.06, height * 0.125, width * 0.94, height * 0.125), fill=RED, width=max(2, width // 250)
    )
    for n, area in enumerate(areas):
        left, top = width * area.left / 100, height * area.top / 100
        wide, high = width * area.width / 100, height * area.height / 100
        used = _words(pen, titles[area.number], (left, top), width // (20 if n == 0 else 36), INK, wide)
        if n == 0:
            picture = draw(scene, seed, (max(8, int(wide * 0.56)), max(8, int(high - used - height * 0.02))))
            page.paste(picture, (int(left), int(top + used)))
            _columns(pen, (left + wide * 0.6, top + used, wide * 0.4, high - used), 2, width)
        else:
            _columns(pen, (left, top + used, wide, high - used), 2, width)
    return page


def _words(pen, text: str, at: tuple[float, float], size: int, colour: str, wide: float) -> float:
    """Write `text` in at most three lines of `wide` pixels; how high they are with the space below."""
    font: ImageFont.FreeTypeFont | None = chinese_font(max(6, size))
    if font is None:
        pen.rectangle((*at, at[0] + wide * 0.8, at[1] + size), fill=colour)
        return size * 1.6
    letters = max(1, int(wide // size))
    lines = [text[n : n + letters] for n in range(0, len(text), letters)][:3]
    for n, line in enumerate(lines):
        pen.text((at[0], at[1] + n * size * 1.25), line, font=font, fill=colour)
    return len(lines) * size * 1.25 + size * 0.5


def _columns(pen, box: tuple[float, float, float, float], columns: int, width: int) -> None:
    """Grey lines in the place of a text."""
    left, top, wide, high = box
    gap, step = width * 0.015, max(4, width // 75)
    each = (wide - gap * (columns - 1)) / columns
    for column in range(columns):
        x, y, n = left + column * (each + gap), top, 0
        while y < top + high - step:
            reach = each * (0.55 if n % 9 == 8 else 1)
            pen.line((x, y, x + reach, y), fill=GREY, width=max(1, step // 4))
            y, n = y + step, n + 1
