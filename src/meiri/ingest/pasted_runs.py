"""The words of one paragraph of a paste with their marks, written as the editor's rich text is stored."""

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import NamedTuple

# A line break inside a paragraph; in the text of a page it stands for nothing else.
BREAK = "\u2028"
# White space of HTML and what word processors and portals put in its place.
_SPACES = re.compile(r"[ \t\r\n\f\v\xa0\u2002\u2003\u2028]+")
_WITHOUT_WIDTH = re.compile("[\u200b-\u200f\u2060\ufeff]")
INDENT = re.compile(r"[\s\u3000]*\u3000|[ \xa0\u2002\u2003]{3,}")
_EDGES = " \t\r\n\f\v\xa0\u2002\u2003\u2028\u3000"
# Chinese characters and the punctuation between them: a line of source that ends with one is broken, not spaced.
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\u2014\u2018-\u201d\u2026]")
# From the outermost to the innermost.
MARKS = ("b", "i", "sup", "sub")


class Run(NamedTuple):
    """Words that look alike: the `marks` that they have, and where they link to."""

    text: str
    marks: frozenset[str] = frozenset()
    href: str = ""


def neat(runs: list[Run]) -> list[Run]:
    """`runs` with one space for any white space, none at the edges, and none where the source of a page only broke its line
    between two Chinese characters."""
    text = "".join(run.text for run in runs)
    lead, tail = len(text) - len(text.lstrip(_EDGES)), len(text.rstrip(_EDGES))
    spaces = list(_spaces_in(text, lead, tail))
    kept, at, number = [], 0, 0
    for run in runs:
        begin, end = max(at, lead), min(at + len(run.text), tail)
        at += len(run.text)
        pieces = []
        while begin < end:
            while number < len(spaces) and spaces[number].end <= begin:
                number += 1
            if number == len(spaces) or spaces[number].start >= end:
                pieces.append(text[begin:end])
                break
            space = spaces[number]
            if space.start >= begin:  # else it began in the run before
                pieces += [text[begin : space.start], space.written]
            begin = space.end
        if piece := "".join(pieces):
            kept.append(run._replace(text=piece))
    return kept


class _Space(NamedTuple):
    """White space in a text, and what is written for it."""

    start: int
    end: int
    written: str


def _spaces_in(text: str, lead: int, tail: int) -> Iterator[_Space]:
    for found in _SPACES.finditer(text, lead, tail):
        written = " "
        if BREAK in found[0]:
            written = BREAK
        elif "\n" in found[0] and _WIDE.match(text[found.start() - 1]) and _WIDE.match(text[found.end()]):
            written = ""
        yield _Space(found.start(), found.end(), written)


def without_zero_width(text: str) -> str:
    return _WITHOUT_WIDTH.sub("", text)


def markup_of(runs: list[Run]) -> str:
    """Neat `runs` as rich text, without the paragraph around them."""
    written = []
    for href, linked in groupby(runs, key=lambda run: run.href):
        inner = "".join(
            _marked("".join(run.text for run in alike), marks)
            for marks, alike in groupby(linked, key=lambda run: run.marks)
        )
        written.append(f'<a href="{escape(href)}">{inner}</a>' if href else inner)
    return "".join(written)


def _marked(text: str, marks: frozenset[str]) -> str:
    inner = escape(text, quote=False).replace(BREAK, "<br/>")
    for mark in reversed(MARKS):
        if mark in marks:
            inner = f"<{mark}>{inner}</{mark}>"
    return inner


def text_of(runs: list[Run]) -> str:
    """The words of neat `runs`, a line for each line."""
    return "".join(run.text for run in runs).replace(BREAK, "\n")
