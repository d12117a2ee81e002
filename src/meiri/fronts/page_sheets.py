"""The pages of paper (版面) of an issue of the magazine or of a newspaper: images whose areas lead to pieces."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from meiri.media.models import Picture
from meiri.newsroom.blocks import blocks_of

MOST_SHEETS = 120


@dataclass(frozen=True)
class Area:
    """A part of the image, in per cent of it, and the piece there: its number, from 1, and its title."""

    piece: int
    title: str
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Sheet:
    """One page of paper, by its number from 1. `lead_nowhere`: numbers of its areas that are no pieces'."""

    number: int
    name: str
    image: Any
    areas: tuple[Area, ...]
    lead_nowhere: tuple[int, ...] = ()

    @property
    def pieces(self) -> list[int]:
        """The pieces on it, in the order of its areas, each once."""
        return list(dict.fromkeys(area.piece for area in self.areas))

    @property
    def listed(self) -> list[Area]:
        """The first area of each piece: what a list beside the image shows."""
        first: dict[int, Area] = {}
        for area in self.areas:
            first.setdefault(area.piece, area)
        return list(first.values())


def sheets_of(issue) -> list[Sheet]:
    """The pages of paper of an issue that have an image."""
    titles = {n: entry.value["title"] for n, entry in enumerate(issue.contents, start=1)}
    sheets: list[Sheet] = []
    for block in blocks_of(issue.sheets, "版面"):
        value = block.value
        if value["image"] is None:
            continue
        places = [(area["piece"], area) for area in value["areas"]]
        areas = tuple(
            Area(piece, titles[piece], area["left"], area["top"], area["width"], area["height"])
            for piece, area in places
            if piece in titles
        )
        nowhere = tuple(piece for piece, _ in places if piece not in titles)
        sheets.append(Sheet(len(sheets) + 1, value["name"], value["image"], areas, nowhere))
    return sheets


def count_sheets(issues: Sequence) -> dict[int, int]:
    """How many pages of paper with an image each of these issues has, by its key. One query, none where no issue has any."""
    images = {issue.pk: [image_key(block["value"]) for block in issue.sheets.raw_data] for issue in issues}
    named = {image for of_issue in images.values() for image in of_issue if image}
    there = set(Picture.objects.filter(pk__in=named).values_list("pk", flat=True))
    return {key: sum(image in there for image in of_issue) for key, of_issue in images.items()}


def image_key(value: Any) -> int | None:
    """The key of the image of a page of paper as it is stored; None where it is not as it should be."""
    image = value.get("image") if isinstance(value, dict) else None
    return image if isinstance(image, int) else None
