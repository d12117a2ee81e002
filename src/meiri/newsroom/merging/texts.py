"""Two people's changes of one rich text, put together: by paragraph, and inside of a paragraph by character."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from meiri.newsroom.merging.sequences import merge_sequences

# A paragraph of more tokens is not merged inside: comparing takes up to the square of it.
LONGEST = 4_000
_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:"[^"]*"|'[^']*'|[^<>"'])*)>""")
_TOKEN = re.compile(r"<[^<>]*>|&#?\w+;|.", re.DOTALL)
_KEY = re.compile(r'data-block-key="([^"]*)"')
_VOID = frozenset({"br", "hr", "img", "embed"})
_LISTS = frozenset({"ul", "ol"})


class Overlap(Exception):
    """Both changed the same words in different ways."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph or an item of a list: its HTML, the list that it stands in ("ul", "ol", "" for none), and its key."""

    html: str
    within: str
    key: str


def merge_rich_text(base: str, theirs: str, mine: str) -> str:
    """`theirs` with what `mine` changed since `base`: rich text as it is stored, whose paragraphs have keys. Raises `Overlap`."""

    def both_changed(key, old, their, my):
        if old is None or old.within != their.within or old.within != my.within:
            raise Overlap
        return Paragraph(merge_texts(old.html, their.html, my.html), their.within, their.key)

    old, their, my = (list(paragraphs_of(text)) for text in (base, theirs, mine))
    return joined(merge_sequences(old, their, my, lambda paragraph: paragraph.key, both_changed))


def paragraphs_of(html: str) -> Iterator[Paragraph]:
    """The paragraphs of rich text in order. One without a key gets its words and number as one."""
    seen: dict[str, int] = {}
    for element, name in _elements(html):
        found = [Paragraph(element, "", "")]
        if name in _LISTS and element.count(f"<{name}") == 1:
            inner = element[element.index(">") + 1 : element.rindex("<")]
            found = [Paragraph(item, name, "") for item, _ in _elements(inner)]
        for paragraph in found:
            match = _KEY.search(paragraph.html)
            key = match[1] if match else paragraph.html
            seen[key] = seen.get(key, 0) + 1
            yield Paragraph(paragraph.html, paragraph.within, f"{key}/{seen[key]}")


def _elements(html: str) -> Iterator[tuple[str, str]]:
    """The outermost elements of `html` with their names; what stands between them goes with the next."""
    start = depth = 0
    outermost = ""
    for tag in _TAG.finditer(html):
        closing, name, rest = tag[1], tag[2].lower(), tag[3]
        if depth == 0 and not closing:
            outermost = name
        if closing:
            depth = max(0, depth - 1)
        elif name not in _VOID and not rest.rstrip().endswith("/"):
            depth += 1
        if depth == 0:
            yield html[start : tag.end()], outermost
            start = tag.end()
    if html[start:].strip():
        yield html[start:], ""


def joined(paragraphs: Sequence[Paragraph]) -> str:
    """The HTML of paragraphs; items that follow each other stand in one list."""
    html, within = [], ""
    for paragraph in paragraphs:
        if paragraph.within != within:
            html.append(f"</{within}>" if within else "")
            html.append(f"<{paragraph.within}>" if paragraph.within else "")
            within = paragraph.within
        html.append(paragraph.html)
    return "".join([*html, f"</{within}>" if within else ""])


def merge_texts(base: str, theirs: str, mine: str) -> str:
    """`theirs` with what `mine` changed since `base`, by character; tags and character references are not taken apart.

    What both put in at one place stands one behind the other, mine first: whoever goes on writing there goes on behind their own
    words. What both did alike is done once. Raises `Overlap` where both changed the same characters in different ways, and where the text is too long to be compared.
    """
    old, their, my = (_TOKEN.findall(text) for text in (base, theirs, mine))
    if max(len(old), len(their), len(my)) > LONGEST:
        raise Overlap
    merged, at = [], 0
    for edit in _edits_of_both(old, their, my):
        merged += [*old[at : edit.start], *edit.tokens]
        at = edit.end
    return "".join(merged + old[at:])


@dataclass(frozen=True)
class _Edit:
    """The tokens `start` to `end` of the base are exchanged for `tokens`."""

    start: int
    end: int
    tokens: tuple[str, ...]


def _edits(old: list[str], new: list[str]) -> list[_Edit]:
    # What both begin and end with is set apart first: the matcher takes the longest piece that both have, and in "aaa" -> "aXaa" that
    # is not the one that stayed.
    shortest = min(len(old), len(new))
    head = next((n for n in range(shortest) if old[n] != new[n]), shortest)
    tail = next((n for n in range(shortest - head) if old[-1 - n] != new[-1 - n]), shortest - head)
    matcher = SequenceMatcher(None, old[head : len(old) - tail], new[head : len(new) - tail], autojunk=False)
    return [
        _Edit(head + i, head + j, tuple(new[head + a : head + b]))
        for tag, i, j, a, b in matcher.get_opcodes()
        if tag != "equal"
    ]


def _edits_of_both(old: list[str], their: list[str], my: list[str]) -> Iterator[_Edit]:
    theirs, mine = _edits(old, their), _edits(old, my)
    while theirs and mine:
        left, right = theirs[0], mine[0]
        if left == right:
            yield left
            theirs.pop(0), mine.pop(0)
        elif left.start == left.end == right.start == right.end:
            yield _Edit(left.start, left.end, right.tokens + left.tokens)
            theirs.pop(0), mine.pop(0)
        elif left.end <= right.start:
            yield theirs.pop(0)
        elif right.end <= left.start:
            yield mine.pop(0)
        else:
            raise Overlap
    yield from theirs
    yield from mine
