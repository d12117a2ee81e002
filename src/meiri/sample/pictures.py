"""Draw the sample newsroom's pictures: flat landscapes and still lifes in layers of tone. Nobody is shown.

A picture is decided by its scene and seed alone.
"""

import math
import random
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

Colour = tuple[int, int, int]

# Sky above, sky at the horizon, farthest layer, nearest layer, accent.
PALETTES: list[tuple[str, ...]] = [
    ("#9fc3d6", "#f3ead9", "#a9bfc2", "#27434f", "#d7603c"),
    ("#f0b98d", "#fbe6c8", "#d8a08a", "#4a2f3c", "#c8402f"),
    ("#7fa8a0", "#e6ecd8", "#9fbcaa", "#1f4038", "#e0a43a"),
    ("#56668a", "#d9c8cf", "#8a8fae", "#232a45", "#e8b35c"),
    ("#c9d9df", "#fbf8f1", "#c3ced3", "#3c4a55", "#a8322d"),
    ("#e7c56f", "#faf0cf", "#c9a862", "#4d3a1c", "#9c3a22"),
]


def draw(scene: str, seed: int, size: tuple[int, int] = (1200, 800)) -> Image.Image:
    """The picture of a scene as RGB. Raises `KeyError` for a scene that isn't known."""
    painter, options = SCENES[scene]
    chance = random.Random(f"{scene}:{seed}")
    canvas = Canvas(size, chance)
    painter(canvas, **options)
    return canvas.finished()


class Canvas:
    """An image with a palette, a horizon and a source of chance."""

    def __init__(self, size: tuple[int, int], chance: random.Random):
        self.width, self.height = size
        self.chance = chance
        self.colours = [hex_colour(c) for c in chance.choice(PALETTES)]
        self.image = Image.new("RGB", size)
        self.pen = ImageDraw.Draw(self.image)

    def sky(self, night: bool = False) -> None:
        top, bottom = (hex_colour("#0d1730"), hex_colour("#46567d")) if night else self.colours[:2]
        ramp = Image.linear_gradient("L").resize((self.width, self.height))
        self.image.paste(
            Image.composite(Image.new("RGB", ramp.size, bottom), Image.new("RGB", ramp.size, top), ramp)
        )

    def sun(self, colour: Colour | None = None) -> None:
        radius = self.height * self.chance.uniform(0.05, 0.11)
        x = self.width * self.chance.uniform(0.15, 0.85)
        y = self.height * self.chance.uniform(0.14, 0.36)
        self.disc(x, y, radius, colour or mix(self.colours[4], self.colours[1], 0.25))

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        self.pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def tone(self, depth: float) -> Colour:
        """The colour of a layer: 0 the farthest, 1 the nearest."""
        return mix(self.colours[2], self.colours[3], depth)

    def ridge(self, base: float, rise: float, colour: Colour, rough: float = 1.0) -> Callable[[float], float]:
        """Fill below a wavy line; `base` and `rise` are shares of the height. Returns the line's y at an x."""
        waves = [
            (self.chance.uniform(0.6, 1.4) * n * rough, self.chance.uniform(0, 6.3), 1 / n**1.15)
            for n in (1, 2, 4, 7, 13)
        ]
        total = sum(w[2] for w in waves)

        def y(x: float) -> float:
            bend = sum(a * math.sin(2 * math.pi * f * x / self.width + p) for f, p, a in waves) / total
            return self.height * (base - rise * bend)

        points = [(x, y(x)) for x in range(0, self.width + 8, 8)]
        self.pen.polygon([(0, self.height), *points, (self.width, self.height)], fill=colour)
        return y

    def finished(self) -> Image.Image:
        grain = Image.effect_noise((self.width, self.height), 14).convert("RGB")
        soft = self.image.filter(ImageFilter.GaussianBlur(0.6))
        return Image.blend(soft, ImageChops.soft_light(soft, grain), 0.35)


def hex_colour(text: str) -> Colour:
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))  # type: ignore[return-value]


def mix(a: Colour, b: Colour, share: float) -> Colour:
    return tuple(round(x + (y - x) * share) for x, y in zip(a, b, strict=True))  # type: ignore[return-value]


def hills(
    c: Canvas,
    rise=0.16,
    rough=1.0,
    layers=5,
    water=False,
    trees=0,
    birds=0,
    rows=False,
    snow=False,
    night=False,
):
    """Ridges behind one another, with what stands on or before them."""
    if snow:
        c.colours[2], c.colours[3] = hex_colour("#dfe7ec"), hex_colour("#6d8190")
    c.sky(night)
    if night:
        for _ in range(260):
            c.disc(
                c.chance.uniform(0, c.width),
                c.chance.uniform(0, c.height * 0.7),
                c.chance.uniform(0.5, 2),
                (235, 235, 220),
            )
    c.sun((240, 236, 214) if night else None)
    for n in range(layers):
        depth = (n + 1) / layers
        y = c.ridge(0.42 + 0.42 * depth, rise * (1 - 0.55 * depth), c.tone(depth), rough)
        if trees and n >= layers - 2:
            for _ in range(trees):
                conifer(
                    c,
                    c.chance.uniform(0, c.width),
                    y,
                    c.height * c.chance.uniform(0.05, 0.12) * (0.6 + depth),
                    c.tone(min(1, depth + 0.1)),
                )
    if water:
        lake(c, c.chance.uniform(0.68, 0.76))
    if rows:
        furrows(c)
    for _ in range(birds):
        bird(
            c,
            c.chance.uniform(0.1, 0.9) * c.width,
            c.chance.uniform(0.1, 0.45) * c.height,
            c.chance.uniform(12, 30),
        )


def conifer(c: Canvas, x: float, ground: Callable[[float], float], height: float, colour: Colour) -> None:
    y = ground(x) + 6
    for part in range(3):
        top, wide = y - height * (1 - part * 0.24), height * (0.12 + 0.08 * part)
        c.pen.polygon(
            [(x, top), (x - wide, top + height * 0.46), (x + wide, top + height * 0.46)], fill=colour
        )


def bird(c: Canvas, x: float, y: float, span: float) -> None:
    for way in (-1, 1):
        box = (x - span if way < 0 else x, y - span / 3, x if way < 0 else x + span, y + span / 3)
        c.pen.arc(box, 190, 350, fill=c.colours[3], width=3)


def lake(c: Canvas, level: float) -> None:
    """Still water that mirrors what is above it."""
    y = int(c.height * level)
    above = c.image.crop((0, max(0, 2 * y - c.height), c.width, y)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mirror = above.resize((c.width, c.height - y)).filter(ImageFilter.GaussianBlur(3))
    c.image.paste(Image.blend(mirror, Image.new("RGB", mirror.size, c.colours[1]), 0.3), (0, y))
    for _ in range(40):
        x, line = c.chance.uniform(0, c.width), c.chance.uniform(y + 8, c.height)
        c.pen.line(
            (x, line, x + c.chance.uniform(30, 160), line),
            fill=mix(c.colours[1], (255, 255, 255), 0.4),
            width=2,
        )


def furrows(c: Canvas) -> None:
    """A ploughed or planted field that runs to the horizon."""
    top, vanish = c.height * 0.66, c.width * c.chance.uniform(0.3, 0.7)
    c.pen.rectangle((0, top, c.width, c.height), fill=mix(c.tone(0.75), c.colours[4], 0.15))
    for n in range(-14, 30, 2):
        left, right = n * c.width / 14, (n + 1) * c.width / 14
        c.pen.polygon(
            [
                (vanish + (left - vanish) * 0.08, top),
                (vanish + (right - vanish) * 0.08, top),
                (right, c.height),
                (left, c.height),
            ],
            fill=mix(c.tone(0.9), c.colours[4], 0.35),
        )


def terraces(c: Canvas):
    c.sky()
    c.sun()
    c.ridge(0.42, 0.1, c.tone(0.1))
    for n in range(14):
        share = n / 13
        colour = mix(c.tone(share), c.colours[1], 0.55 if n % 2 else 0.05)
        c.ridge(0.46 + 0.5 * share, 0.07, colour, 0.8)


def sea(c: Canvas, ships=0, cranes=0):
    c.sky()
    c.sun()
    level = c.height * 0.55
    for n in range(9):
        c.ridge(0.55 + n * 0.055, 0.006 + n * 0.002, mix(c.tone(0.25), c.tone(0.9), n / 8), 3)
    for _ in range(ships):
        x, long = c.chance.uniform(0.1, 0.7) * c.width, c.chance.uniform(90, 220)
        y = level + c.chance.uniform(4, 40)
        c.pen.polygon(
            [(x, y), (x + long, y), (x + long * 0.88, y + long * 0.16), (x + long * 0.12, y + long * 0.16)],
            fill=c.colours[3],
        )
        for k in range(5):
            c.pen.rectangle(
                (
                    x + long * (0.2 + k * 0.12),
                    y - long * c.chance.uniform(0.08, 0.2),
                    x + long * (0.3 + k * 0.12),
                    y,
                ),
                fill=mix(c.colours[4], c.tone(0.5), k % 3 / 3),
            )
    for k in range(cranes):
        x, high = c.width * (0.55 + 0.14 * k), c.height * 0.34
        c.pen.line((x, level + 20, x, level - high), fill=c.colours[3], width=9)
        c.pen.line((x - 90, level - high, x + 130, level - high), fill=c.colours[3], width=9)
        c.pen.line((x + 100, level - high, x + 100, level - high * 0.6), fill=c.colours[3], width=3)


def skyline(c: Canvas, low=False, night=False, bridge=False, rails=False, mills=False, arena=False):
    c.sky(night)
    c.sun((240, 236, 214) if night else None)
    ground = c.height * 0.74
    for layer in range(3):
        x = -20.0
        while x < c.width:
            wide = c.chance.uniform(50, 130) if not low else c.chance.uniform(110, 210)
            high = (
                c.chance.uniform(0.1, 0.2) * c.height
                if low
                else c.chance.uniform(0.15, 0.5) * c.height * (1 - layer * 0.2)
            )
            colour = c.tone(0.25 + layer * 0.33)
            if not (mills or arena or rails) or layer == 0:
                c.pen.rectangle((x, ground - high, x + wide, ground + 4), fill=colour)
                if low:
                    c.pen.polygon(
                        [
                            (x - 16, ground - high),
                            (x + wide / 2, ground - high - 46),
                            (x + wide + 16, ground - high),
                        ],
                        fill=c.tone(0.6 + layer * 0.2),
                    )
                windows(c, x, ground - high, wide, high, night)
            x += wide + c.chance.uniform(6, 50)
    c.pen.rectangle((0, ground, c.width, c.height), fill=c.tone(0.95))
    if bridge:
        lake(c, 0.76)
        deck = c.height * 0.7
        c.pen.rectangle((0, deck, c.width, deck + 14), fill=c.colours[4])
        for x in (c.width * 0.3, c.width * 0.7):
            c.pen.rectangle((x - 9, c.height * 0.25, x + 9, c.height * 0.82), fill=c.colours[4])
            for k in range(1, 12):
                for way in (-1, 1):
                    c.pen.line(
                        (x, c.height * 0.26 + k * 4, x + way * k * c.width * 0.018, deck),
                        fill=c.colours[4],
                        width=3,
                    )
    if rails:
        c.pen.rounded_rectangle(
            (c.width * 0.1, ground - 120, c.width * 1.1, ground - 20),
            60,
            fill=mix(c.colours[1], (255, 255, 255), 0.6),
        )
        c.pen.rectangle((c.width * 0.16, ground - 50, c.width * 1.1, ground - 38), fill=c.colours[4])
        for k in range(9):
            c.pen.rounded_rectangle(
                (c.width * 0.2 + k * 110, ground - 100, c.width * 0.2 + k * 110 + 70, ground - 66),
                8,
                fill=c.colours[3],
            )
        for y in (ground + 10, ground + 40):
            c.pen.line((0, y, c.width, y), fill=mix(c.colours[1], c.colours[3], 0.5), width=8)
    if mills:
        for k in range(5):
            turbine(c, c.width * (0.1 + 0.2 * k), ground, c.height * c.chance.uniform(0.3, 0.55))
    if arena:
        c.pen.ellipse((c.width * 0.12, ground - 230, c.width * 0.88, ground + 120), fill=c.tone(0.6))
        c.pen.ellipse((c.width * 0.2, ground - 170, c.width * 0.8, ground + 80), fill=c.colours[4])
        c.pen.ellipse((c.width * 0.29, ground - 120, c.width * 0.71, ground + 50), fill=hex_colour("#5f8f5a"))


def windows(c: Canvas, x: float, top: float, wide: float, high: float, night: bool) -> None:
    colour = hex_colour("#f4d58a") if night else mix(c.colours[1], c.colours[2], 0.4)
    for row in range(int(high // 26)):
        for column in range(int(wide // 24)):
            if c.chance.random() < 0.45:
                left, up = x + 8 + column * 24, top + 10 + row * 26
                c.pen.rectangle((left, up, left + 9, up + 12), fill=colour)


def turbine(c: Canvas, x: float, ground: float, high: float) -> None:
    white = mix(c.colours[1], (255, 255, 255), 0.7)
    c.pen.polygon(
        [(x - 7, ground), (x + 7, ground), (x + 3, ground - high), (x - 3, ground - high)], fill=white
    )
    start = c.chance.uniform(0, 2)
    for k in range(3):
        angle = start + k * 2.094
        tip = (x + math.cos(angle) * high * 0.5, ground - high + math.sin(angle) * high * 0.5)
        c.pen.line((x, ground - high, *tip), fill=white, width=7)


def tabletop(c: Canvas, thing: str):
    """A still life before a wall with window light."""
    wall, table = mix(c.colours[1], c.colours[2], 0.3), c.tone(0.75)
    c.pen.rectangle((0, 0, c.width, c.height), fill=wall)
    left = c.width * c.chance.uniform(0.05, 0.4)
    light = [
        (left, 0),
        (left + c.width * 0.3, 0),
        (left + c.width * 0.55, c.height),
        (left + c.width * 0.15, c.height),
    ]
    c.pen.polygon(light, fill=mix(wall, (255, 255, 255), 0.35))
    edge = c.height * 0.72
    c.pen.rectangle((0, edge, c.width, c.height), fill=table)
    THINGS[thing](c, edge)


def books(c: Canvas, edge: float):
    x = c.width * 0.14
    while x < c.width * 0.84:
        wide, high = c.chance.uniform(34, 78), c.height * c.chance.uniform(0.3, 0.5)
        colour = mix(c.chance.choice(c.colours[2:]), c.colours[1], c.chance.uniform(0, 0.4))
        c.pen.rectangle((x, edge - high, x + wide, edge), fill=colour)
        for y in (0.12, 0.2, 0.8):
            c.pen.rectangle(
                (x, edge - high * y - 5, x + wide, edge - high * y), fill=mix(colour, (255, 255, 255), 0.45)
            )
        x += wide + c.chance.choice([2, 2, 3, 40])


def cups(c: Canvas, edge: float):
    for n in range(c.chance.randint(3, 5)):
        x, wide = c.width * (0.16 + 0.17 * n), c.chance.uniform(70, 120)
        colour = mix(c.colours[4] if n % 2 else c.colours[1], (255, 255, 255), 0.25)
        c.pen.pieslice((x - wide, edge - wide * 1.5, x + wide, edge + wide * 0.5), 0, 180, fill=colour)
        c.pen.ellipse(
            (x - wide, edge - wide * 0.68, x + wide, edge - wide * 0.32), fill=mix(colour, c.colours[3], 0.3)
        )
        c.pen.rectangle(
            (x - wide * 0.4, edge + wide * 0.4, x + wide * 0.4, edge + wide * 0.52),
            fill=mix(colour, c.colours[3], 0.4),
        )


def flasks(c: Canvas, edge: float):
    for n in range(5):
        x, high = c.width * (0.14 + 0.18 * n), c.height * c.chance.uniform(0.26, 0.46)
        glass, filled = (
            mix(c.colours[1], (255, 255, 255), 0.6),
            mix(c.chance.choice(c.colours[2:]), c.colours[1], 0.2),
        )
        c.pen.polygon(
            [(x - 16, edge - high), (x + 16, edge - high), (x + 80, edge), (x - 80, edge)], fill=glass
        )
        c.pen.polygon(
            [(x - 50, edge - high * 0.42), (x + 50, edge - high * 0.42), (x + 80, edge), (x - 80, edge)],
            fill=filled,
        )


def bowls(c: Canvas, edge: float):
    for row in range(3):
        for n in range(7):
            colour = mix(c.chance.choice(c.colours[2:]), hex_colour("#e9a23b"), c.chance.uniform(0.2, 0.9))
            c.disc(c.width * (0.1 + 0.135 * n) + row * 26, edge - 40 + row * 88, 58, colour)


def lanterns(c: Canvas, edge: float):
    for n in range(6):
        x, y, r = c.width * (0.1 + 0.16 * n), c.height * c.chance.uniform(0.2, 0.46), c.chance.uniform(52, 84)
        c.pen.line((x, 0, x, y), fill=c.colours[3], width=4)
        c.pen.ellipse((x - r * 1.15, y - r, x + r * 1.15, y + r), fill=hex_colour("#b3261e"))
        for k in (-0.6, 0, 0.6):
            c.pen.arc(
                (x - r * abs(k) - 2, y - r, x + r * abs(k) + 2, y + r),
                0,
                360,
                fill=hex_colour("#e2b04a"),
                width=3,
            )
        c.pen.rectangle((x - r * 0.35, y - r - 10, x + r * 0.35, y - r + 6), fill=hex_colour("#e2b04a"))
        c.pen.line((x, y + r, x, y + r + 60), fill=hex_colour("#e2b04a"), width=5)


def brush(c: Canvas, edge: float):
    paper = hex_colour("#f7f3e8")
    c.pen.polygon(
        [
            (c.width * 0.12, edge + 150),
            (c.width * 0.24, edge - 330),
            (c.width * 0.8, edge - 330),
            (c.width * 0.86, edge + 150),
        ],
        fill=paper,
    )
    for n in range(c.chance.randint(5, 8)):
        x, y = c.width * c.chance.uniform(0.3, 0.7), edge + c.chance.uniform(-270, 60)
        reach = c.chance.uniform(60, 170)
        points = [(x + t * reach, y + math.sin(t * 3 + n) * 30) for t in (k / 12 for k in range(13))]
        for k, (px, py) in enumerate(points):
            c.disc(px, py, 15 * math.sin(math.pi * (k + 2) / 15) + 2, hex_colour("#22201e"))
    c.pen.rectangle((c.width * 0.72, edge + 40, c.width * 0.75, edge + 80), fill=hex_colour("#b3261e"))


def circuit(c: Canvas, edge: float):
    c.pen.rectangle((0, 0, c.width, c.height), fill=c.tone(0.95))
    trace = mix(c.colours[4], c.colours[1], 0.35)
    middle = (c.width / 2, c.height / 2)
    for _ in range(90):
        x, y = c.chance.randrange(0, c.width, 30), c.chance.randrange(0, c.height, 30)
        turn = c.chance.randrange(-180, 180, 30)
        c.pen.line(
            [(x, y), (x + turn, y), (x + turn, middle[1] + (y - middle[1]) * 0.6)],
            fill=mix(trace, c.tone(0.9), 0.4),
            width=4,
        )
        c.disc(x, y, 7, trace)
    for size, colour in ((170, c.tone(0.6)), (130, c.tone(0.3)), (70, c.colours[4])):
        c.pen.rounded_rectangle(
            (middle[0] - size, middle[1] - size, middle[0] + size, middle[1] + size), 14, fill=colour
        )


def bars(c: Canvas, edge: float):
    c.pen.rectangle((0, 0, c.width, c.height), fill=c.colours[1])
    high, points = 0.2, []
    for n in range(11):
        high = min(0.8, max(0.12, high + c.chance.uniform(-0.06, 0.13)))
        x = c.width * (0.07 + 0.08 * n)
        c.pen.rectangle(
            (x, c.height * (0.92 - high), x + c.width * 0.05, c.height * 0.92),
            fill=mix(c.tone(0.4), c.colours[4], 1 if n == 10 else 0),
        )
        points.append((x + c.width * 0.025, c.height * (0.84 - high)))
    c.pen.line(points, fill=c.colours[3], width=6, joint="curve")
    for x, y in points:
        c.disc(x, y, 10, c.colours[3])


def cabinet(c: Canvas, edge: float):
    """Drawers of a pharmacy."""
    for row in range(6):
        for column in range(8):
            x, y = column * c.width / 8, row * c.height / 6
            c.pen.rectangle(
                (x + 6, y + 6, x + c.width / 8 - 6, y + c.height / 6 - 6),
                fill=mix(c.tone(0.7), hex_colour("#8a5a34"), c.chance.uniform(0.4, 0.7)),
            )
            c.pen.rectangle((x + 46, y + 36, x + 104, y + 62), fill=c.colours[1])
            c.disc(x + 75, y + 92, 9, hex_colour("#caa052"))


def orbit(c: Canvas):
    c.pen.rectangle((0, 0, c.width, c.height), fill=hex_colour("#0b1226"))
    for _ in range(320):
        c.disc(
            c.chance.uniform(0, c.width),
            c.chance.uniform(0, c.height),
            c.chance.uniform(0.5, 2),
            (230, 230, 225),
        )
    radius = c.height * c.chance.uniform(0.75, 1.0)
    x, y = c.width * c.chance.uniform(0.1, 0.4), c.height * 1.25
    for k in range(6):
        c.disc(x, y, radius - k * 26, mix(hex_colour("#9cc9e6"), c.tone(0.7), k / 5))
    sx, sy = c.width * 0.7, c.height * 0.32
    c.pen.rectangle((sx - 34, sy - 44, sx + 34, sy + 44), fill=hex_colour("#d9d4c8"))
    for way in (-1, 1):
        for k in range(4):
            left = sx + way * (60 + k * 46)
            c.pen.rectangle((left - 20, sy - 30, left + 20, sy + 30), fill=hex_colour("#36548c"))


THINGS = {
    "books": books, "cups": cups, "flasks": flasks, "bowls": bowls, "lanterns": lanterns, "brush": brush,
    "circuit": circuit, "bars": bars, "cabinet": cabinet,
}  # fmt: skip

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
