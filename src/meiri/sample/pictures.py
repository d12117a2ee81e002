"""Draw the sample newsroom's pictures: flat landscapes, still lifes, streets, maps and charts in layers of tone. Portraits
are of nobody.

A picture is decided by its scene and seed alone.
"""

import random
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from meiri.sample.canvas import Canvas, hex_colour
from meiri.sample.landscapes import hills, orbit, sea, skyline, terraces
from meiri.sample.places_and_people import curves, machine, map_sheet, portrait, shares, street
from meiri.sample.still_lifes import tabletop


def draw(scene: str, seed: int, size: tuple[int, int] = (1200, 800)) -> Image.Image:
    """The picture of a scene as RGB. Raises `KeyError` for a scene that isn't known."""
    painter, options = SCENES[scene]
    chance = random.Random(f"{scene}:{seed}")
    canvas = Canvas(size, chance)
    painter(canvas, **options)
    return canvas.finished()


SCENES: dict[str, tuple[Callable, dict]] = {
    "terraces": (terraces, {}),
    "mountains": (hills, {"rise": 0.22, "rough": 1.5}),
    "river": (hills, {"water": True, "layers": 4}),
    "lake": (hills, {"water": True, "rise": 0.1, "birds": 4}),
    "sea": (sea, {}),
    "harbour": (sea, {"ships": 2, "cranes": 3}),
    "snow": (hills, {"snow": True, "trees": 14, "rise": 0.2}),
    "forest": (hills, {"trees": 34, "rise": 0.12}),
    "desert": (hills, {"rise": 0.09, "rough": 0.5, "layers": 4}),
    "grassland": (hills, {"rise": 0.06, "rough": 0.6, "birds": 3}),
    "field": (hills, {"rows": True, "rise": 0.08, "layers": 3}),
    "orchard": (hills, {"rows": True, "trees": 10, "layers": 4, "rise": 0.08}),
    "village": (skyline, {"low": True}),
    "town": (skyline, {"low": True, "night": True}),
    "city": (skyline, {}),
    "bridge": (skyline, {"bridge": True}),
    "railway": (skyline, {"rails": True}),
    "nightsky": (hills, {"night": True, "rise": 0.14}),
    "satellite": (orbit, {}),
    "laboratory": (tabletop, {"thing": "flasks"}),
    "chip": (tabletop, {"thing": "circuit"}),
    "chart": (tabletop, {"thing": "bars"}),
    "books": (tabletop, {"thing": "books"}),
    "calligraphy": (tabletop, {"thing": "brush"}),
    "ink": (hills, {"rise": 0.26, "rough": 2, "layers": 4, "water": True}),
    "teacups": (tabletop, {"thing": "cups"}),
    "clinic": (tabletop, {"thing": "cabinet"}),
    "stadium": (skyline, {"arena": True}),
    "market": (tabletop, {"thing": "bowls"}),
    "lanterns": (tabletop, {"thing": "lanterns"}),
    "birds": (hills, {"birds": 16, "water": True, "rise": 0.07, "layers": 3}),
    "windfarm": (skyline, {"mills": True}),
    "street": (street, {}),
    "rain": (street, {"wet": True}),
    "portrait": (portrait, {}),
    "machine": (machine, {}),
    "map": (map_sheet, {}),
    "shares": (shares, {}),
    "curves": (curves, {}),
}


FONTS = ("NotoSerifCJK-Bold.ttc", "NotoSansCJK-Bold.ttc", "SourceHanSerifSC-Bold.otf", "wqy-zenhei.ttc")


def chinese_font(size: int) -> ImageFont.FreeTypeFont | None:
    """A font of the system that has Chinese characters; None where there is none."""
    for name in FONTS:
        found = next(Path("/usr/share/fonts").rglob(name), None)
        if found:
            return ImageFont.truetype(
                str(found), size, index=2 if found.suffix == ".ttc" and "CJK" in name else 0
            )
    return None


def draw_cover(
    title: str, number: str, scene: str, seed: int, size: tuple[int, int] = (900, 1200)
) -> Image.Image:
    """A magazine's cover: a scene below its title. Without a Chinese font on the system it has no words."""
    cover = draw(scene, seed, size)
    pen = ImageDraw.Draw(cover)
    pen.rectangle((0, 0, size[0], size[1] // 4), fill=hex_colour("#8f1016"))
    large, small = chinese_font(size[0] // 8), chinese_font(size[0] // 24)
    if large and small:
        pen.text((size[0] // 2, size[1] // 9), title[:7], font=large, fill="white", anchor="mm")
        pen.text((size[0] // 2, size[1] // 5), number, font=small, fill="white", anchor="mm")
    return cover
