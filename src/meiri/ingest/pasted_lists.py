"""Lists of a paste, nested as the editor nests them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import html

# The editor's own bound: what is deeper stands on the last level.
DEEPEST = 4


@dataclass
class PastedListItem:
    """One item of a list: its level from 1, whether it is numbered, the element that it was in, and its paragraphs as
    rich text."""

    level: int
    is_ordered: bool
    element: html.HtmlElement | None = None
    lines: list[str] = field(default_factory=list)


def markup_of_lists(items: Iterable[PastedListItem]) -> str:
    """`items` as lists in each other. A level is never skipped; another kind of list on the same level begins anew."""
    written: list[str] = []
    open_lists: list[str] = []
    for item in items:
        tag = "ol" if item.is_ordered else "ul"
        level = max(1, min(item.level, DEEPEST, len(open_lists) + 1))
        while len(open_lists) > level:
            written.append(f"</li></{open_lists.pop()}>")
        if len(open_lists) == level:
            written.append("</li>")
            if open_lists[-1] != tag:
                written.append(f"</{open_lists.pop()}>")
        if len(open_lists) < level:
            open_lists.append(tag)
            written.append(f"<{tag}>")
        written.append(f"<li>{'<br/>'.join(item.lines)}")
    while open_lists:
        written.append(f"</li></{open_lists.pop()}>")
    return "".join(written)
