"""The choice of a front's design in the admin: each with a small drawing of what readers see."""

from django.forms import Media, RadioSelect

# Boxes of each drawing on 24 by 18 units: x, y, width, height; dark ones stand for pictures and marks.
_LINES = [(0, y, 24, 1, False) for y in (11, 13, 15, 17)]
DRAWINGS: dict[str, list[tuple[float, float, float, float, bool]]] = {
    "standard": [(0, 0, 24, 9, True), *_LINES],
    "timeline": [box for y in (1, 6, 11, 16) for box in ((0, y, 1.5, 1.5, True), (4, y, 20, 1.5, False))],
    "wall": [
        *((0, 0, 7, 10, True), (8.5, 0, 7, 6, True), (17, 0, 7, 12, True)),
        *((0, 12, 7, 6, True), (8.5, 8, 7, 10, True), (17, 14, 7, 4, True)),
    ],
    "video": [(0, 0, 24, 9, True), (0, 11, 11, 7, True), (13, 11, 11, 7, True)],
    "opinion": [
        box
        for y in (0, 7, 14)
        for box in ((0, y, 4, 4, True), (6, y, 18, 1.5, False), (6, y + 2.5, 12, 1, False))
    ],
    "questions": [
        box for y in (0, 9) for box in ((0, y, 3, 3, True), (5, y, 19, 2, False), (5, y + 4, 19, 1, False))
    ],
    "interviews": [
        box for y in (0, 10) for box in ((0, y, 6, 8, True), (8, y, 16, 2, False), (8, y + 4, 10, 1, False))
    ],
}


class DesignChoice(RadioSelect):
    """Radio buttons, each beside the drawing of its design."""

    option_template_name = "sections/design_option.html"

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        return option | {"boxes": DRAWINGS.get(str(value), [])}

    @property
    def media(self):
        return Media(css={"all": ["sections/design_choice.css"]})
