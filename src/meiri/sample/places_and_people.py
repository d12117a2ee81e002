"""Streets, workshops, maps and portraits of nobody."""

import itertools
import math

from meiri.sample.canvas import Canvas, hex_colour, mix

WHITE = (255, 255, 255)


def street(c: Canvas, wet: bool = False):
    """Two rows of houses that run to one point, with awnings; after rain the road shines."""
    c.sky()
    middle, line = c.width * c.chance.uniform(0.42, 0.58), c.height * 0.46
    road = c.tone(0.55)
    c.pen.polygon(
        [(middle - 8, line), (middle + 8, line), (c.width * 0.86, c.height), (c.width * 0.14, c.height)],
        fill=road,
    )
    for side in (-1, 1):
        for n in range(6, 0, -1):
            near, far = 1.55 ** (n - 6), 1.55 ** (n - 7)
            edge = 0 if side < 0 else c.width
            x0, x1 = middle + (edge - middle) * far, middle + (edge - middle) * near
            top = c.chance.uniform(0.5, 0.95)
            wall = mix(c.tone(0.2 + 0.12 * n), c.chance.choice(c.colours[1:]), 0.25)
            upper = [(x0, line - c.height * 0.5 * top * far), (x1, line - c.height * 0.5 * top * near)]
            lower = [(x1, line + c.height * 0.5 * near), (x0, line + c.height * 0.5 * far)]
            c.pen.polygon([*upper, *lower], fill=wall)
            high = c.height * 0.13 * near
            awning = mix(c.colours[4], c.chance.choice(c.colours), 0.35)
            c.pen.polygon(
                [
                    (x0, line + high * 0.2),
                    (x1, line + high * 0.3),
                    (x1 - side * high * 0.5, line + high),
                    (x0 - side * high * 0.3, line + high * 0.7),
                ],
                fill=awning,
            )
            for row in range(2):
                y = line - c.height * 0.5 * top * far * (0.3 + 0.35 * row)
                wide = abs(x1 - x0) * 0.16
                for column in (0.3, 0.65):
                    x = x0 + (x1 - x0) * column
                    c.pen.rectangle(
                        (x - wide / 2, y - wide, x + wide / 2, y + wide), fill=mix(wall, WHITE, 0.4)
                    )
    for n in range(7):
        y = line + c.height * 0.06 * 1.5**n / 1.5
        wide = 4 * 1.5**n
        c.pen.polygon(
            [
                (middle - wide / 3, y),
                (middle + wide / 3, y),
                (middle + wide / 2, y + wide),
                (middle - wide / 2, y + wide),
            ],
            fill=mix(road, WHITE, 0.7),
        )
    if wet:
        for _ in range(60):
            x, y = c.width * c.chance.uniform(0.2, 0.8), c.height * c.chance.uniform(0.6, 1)
            reach = c.chance.uniform(20, 90) * c.width / 1200
            c.pen.line((x, y, x + reach, y), fill=mix(road, c.colours[1], 0.6), width=max(1, c.height // 300))


def portrait(c: Canvas):
    """Head and shoulders before a plain wall: of nobody, without a face."""
    unit = min(c.width * 0.75, c.height)
    c.pen.rectangle(
        (0, 0, c.width, c.height), fill=mix(c.colours[0], c.colours[1], c.chance.uniform(0.3, 0.8))
    )
    for n in range(3):
        left = c.width * (0.1 + 0.3 * n)
        c.pen.rectangle(
            (left, 0, left + c.width * 0.13, c.height), fill=mix(c.colours[1], c.colours[2], 0.12 + 0.08 * n)
        )
    x, y = c.width * c.chance.uniform(0.44, 0.56), c.height * 0.42
    skin = hex_colour(c.chance.choice(["#e2b58f", "#d6a27a", "#c68f68", "#edc6a4"]))
    hair = hex_colour(c.chance.choice(["#26211f", "#3a302b", "#8d8a86", "#1d1c22"]))
    cloth = c.chance.choice([c.colours[3], c.colours[4], c.tone(0.6)])
    c.pen.ellipse((x - unit * 0.48, c.height * 0.72, x + unit * 0.48, c.height * 1.6), fill=cloth)
    c.pen.polygon(
        [(x - unit * 0.12, c.height * 0.74), (x + unit * 0.12, c.height * 0.74), (x, c.height * 0.9)],
        fill=mix(cloth, WHITE, 0.75),
    )
    c.pen.rounded_rectangle(
        (x - unit * 0.075, y, x + unit * 0.075, c.height * 0.78), unit * 0.06, fill=mix(skin, hair, 0.18)
    )
    if c.chance.random() < 0.45:  # long hair
        c.pen.rounded_rectangle(
            (x - unit * 0.2, y - unit * 0.22, x + unit * 0.2, y + unit * 0.3), unit * 0.18, fill=hair
        )
    c.pen.ellipse((x - unit * 0.15, y - unit * 0.2, x + unit * 0.15, y + unit * 0.21), fill=skin)
    c.pen.pieslice((x - unit * 0.17, y - unit * 0.24, x + unit * 0.17, y + unit * 0.16), 180, 360, fill=hair)
    if c.chance.random() < 0.4:
        pane = unit * 0.055
        for side in (-1, 1):
            middle = x + side * unit * 0.07
            c.pen.ellipse(
                (middle - pane, y - pane, middle + pane, y + pane),
                outline=hair,
                width=max(2, int(unit / 160)),
            )
        c.pen.line((x - unit * 0.02, y, x + unit * 0.02, y), fill=hair, width=max(2, int(unit / 160)))


def machine(c: Canvas):
    """A hall with a row of wheels and belts."""
    c.pen.rectangle((0, 0, c.width, c.height), fill=c.tone(0.25))
    for n in range(7):
        x = c.width * n / 6
        c.pen.line((x, 0, x, c.height * 0.5), fill=c.tone(0.45), width=max(2, c.width // 100))
    c.pen.rectangle((0, c.height * 0.78, c.width, c.height), fill=c.tone(0.85))
    wheels = []
    for n in range(c.chance.randint(3, 4)):
        radius = c.height * c.chance.uniform(0.12, 0.24)
        wheels.append((c.width * (0.16 + 0.24 * n), c.height * 0.78 - radius, radius))
    steel = mix(c.tone(0.1), WHITE, 0.45)
    for (x, y, radius), (x1, y1, radius1) in itertools.pairwise(wheels):
        c.pen.line((x, y - radius, x1, y1 - radius1), fill=c.colours[3], width=max(3, c.height // 60))
        c.pen.line((x, y + radius, x1, y1 + radius1), fill=c.colours[3], width=max(3, c.height // 60))
    for x, y, radius in wheels:
        teeth = int(radius / (c.height * 0.018))
        for n in range(teeth):
            at = 2 * math.pi * n / teeth
            c.disc(x + radius * math.cos(at), y + radius * math.sin(at), radius * 0.12, steel)
        c.disc(x, y, radius, steel)
        c.disc(x, y, radius * 0.78, c.tone(0.5))
        for n in range(6):
            at = math.pi * n / 3
            reach = radius * 0.8
            c.pen.line(
                (x, y, x + reach * math.cos(at), y + reach * math.sin(at)),
                fill=steel,
                width=max(3, int(radius / 9)),
            )
        c.disc(x, y, radius * 0.2, c.colours[4])


def map_sheet(c: Canvas):
    """A map of nowhere: land by height, a river with its arms, roads, towns and a pin."""
    paper = mix(c.colours[1], WHITE, 0.35)
    c.pen.rectangle((0, 0, c.width, c.height), fill=mix(c.colours[0], WHITE, 0.25))
    heart = c.width * c.chance.uniform(0.4, 0.6), c.height * c.chance.uniform(0.42, 0.58)
    waves = [(c.chance.uniform(0, 6.3), n) for n in (2, 3, 5, 8)]
    for step in range(5):
        points = []
        for k in range(72):
            at = 2 * math.pi * k / 72
            bend = 1 + sum(math.sin(n * at + phase) / (n + 2) for phase, n in waves) * 0.8
            reach = (0.62 - 0.115 * step) * bend
            points.append(
                (
                    heart[0] + c.width * 0.72 * reach * math.cos(at),
                    heart[1] + c.height * 0.85 * reach * math.sin(at),
                )
            )
        c.pen.polygon(
            points, fill=mix(paper, c.tone(0.5), 0.16 * step), outline=mix(paper, c.colours[3], 0.3)
        )
    water = mix(c.colours[0], c.colours[3], 0.25)
    for start, wide in ((0.1, 9), (0.5, 5), (0.85, 5)):
        x, y, points = c.width * start, 0.0, []
        while y < c.height:
            points.append((x, y))
            x += (heart[0] - x) * 0.08 + c.chance.uniform(-0.02, 0.02) * c.width
            y += c.height / 22
        c.pen.line(points, fill=water, width=max(2, int(wide * c.width / 1200)), joint="curve")
    towns = [(c.width * c.chance.uniform(0.2, 0.8), c.height * c.chance.uniform(0.2, 0.8)) for _ in range(7)]
    for a, b in itertools.pairwise(towns):
        c.pen.line((*a, *b), fill=mix(c.colours[3], paper, 0.4), width=max(1, c.width // 400))
    for x, y in towns:
        c.disc(x, y, c.height * 0.011, c.colours[3])
    x, y, radius = *towns[0], c.height * 0.035
    c.pen.polygon(
        [(x, y), (x - radius, y - radius * 1.8), (x + radius, y - radius * 1.8)], fill=hex_colour("#b3261e")
    )
    c.disc(x, y - radius * 2.2, radius * 1.12, hex_colour("#b3261e"))
    c.disc(x, y - radius * 2.2, radius * 0.45, WHITE)


def shares(c: Canvas):
    """A ring of shares, with lines beside it."""
    c.pen.rectangle((0, 0, c.width, c.height), fill=mix(c.colours[1], WHITE, 0.5))
    radius, x, y = c.height * 0.34, c.width * 0.32, c.height * 0.5
    colours = [c.colours[4], c.tone(0.8), c.tone(0.45), c.tone(0.15), mix(c.colours[4], c.colours[1], 0.6)]
    at = -90.0
    for n, colour in enumerate(colours):
        size = c.chance.uniform(40, 95) if n < 4 else 270 - at
        c.pen.pieslice((x - radius, y - radius, x + radius, y + radius), at, min(at + size, 270), fill=colour)
        at = min(at + size, 270)
        top = c.height * (0.22 + 0.13 * n)
        c.pen.rectangle((c.width * 0.62, top, c.width * 0.65, top + c.height * 0.05), fill=colour)
        reach = c.chance.uniform(0.12, 0.24)
        c.pen.rectangle(
            (c.width * 0.67, top + c.height * 0.015, c.width * (0.67 + reach), top + c.height * 0.035),
            fill=mix(c.colours[3], c.colours[1], 0.4),
        )
    c.disc(x, y, radius * 0.55, mix(c.colours[1], WHITE, 0.5))


def curves(c: Canvas):
    """Two curves over a grid of years."""
    c.pen.rectangle((0, 0, c.width, c.height), fill=mix(c.colours[1], WHITE, 0.6))
    grid = mix(c.colours[2], c.colours[1], 0.5)
    for n in range(6):
        y = c.height * (0.15 + 0.14 * n)
        c.pen.line((c.width * 0.08, y, c.width * 0.94, y), fill=grid, width=max(1, c.height // 400))
    for colour, start in ((c.tone(0.7), 0.7), (c.colours[4], 0.55)):
        high, points = start, []
        for n in range(13):
            points.append((c.width * (0.08 + 0.86 * n / 12), c.height * high))
            high = min(0.84, max(0.16, high + c.chance.uniform(-0.11, 0.06)))
        c.pen.line(points, fill=colour, width=max(3, c.height // 110), joint="curve")
        for x, y in points:
            c.disc(x, y, c.height * 0.012, colour)
