"""Still lifes on a table before a wall."""

import math

from meiri.sample.canvas import Canvas, hex_colour, mix


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


THINGS = {
    "books": books, "cups": cups, "flasks": flasks, "bowls": bowls, "lanterns": lanterns, "brush": brush,
    "circuit": circuit, "bars": bars, "cabinet": cabinet,
}  # fmt: skip
