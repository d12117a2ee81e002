"""Flat landscapes: ridges behind one another, sea, town and orbit."""

import math
from collections.abc import Callable

from PIL import Image, ImageFilter

from meiri.sample.canvas import Canvas, Colour, hex_colour, mix


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
