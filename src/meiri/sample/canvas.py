"""An image to draw on in layers of tone."""

import math
import random
from collections.abc import Callable
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

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
        grain = _grain(self.image.size)
        soft = self.image.filter(ImageFilter.GaussianBlur(0.6))
        return Image.blend(soft, ImageChops.soft_light(soft, grain), 0.35)


@lru_cache(maxsize=2)
def _grain(size: tuple[int, int]) -> Image.Image:
    """One for all images of a size: it takes longer to make than to draw one."""
    return Image.effect_noise(size, 14).convert("RGB")


def hex_colour(text: str) -> Colour:
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))  # type: ignore[return-value]


def mix(a: Colour, b: Colour, share: float) -> Colour:
    return tuple(round(x + (y - x) * share) for x, y in zip(a, b, strict=True))  # type: ignore[return-value]
