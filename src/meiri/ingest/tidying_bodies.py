"""一键排版 of the body of an article: what it changes in each block, to be shown before it is done."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape, unescape

from meiri.ingest.tidying import tidy_text
from meiri.newsroom.body.block import BlockText
from meiri.newsroom.body.stream import body_blocks

_TAG = re.compile(r"(<[^<>]*>)")
_OPENS_PARAGRAPH = re.compile(r"<(?:p|li|h[2-6])\b")
_ENDS_PARAGRAPH = re.compile(r"</(?:p|li|h[2-6])>|</?(?:ul|ol)\b|<hr")
_BREAK = re.compile(r"<br ?/?>")
_NOTHING = " \t\xa0\u3000\n\u2002\u2003\u200b"
Tidy = Callable[[list[str]], list[str]]


@dataclass
class Change:
    """One paragraph, heading, caption or cell before and after. One that is empty is taken away: `after` is None."""

    before: str
    after: str | None


@dataclass
class TidiedBlock:
    """The value of a block after its changes, as it is stored; None where nothing of it is left."""

    value: object
    changes: list[Change] = field(default_factory=list)


def tidy_block(kind: str, stored, tidy: Tidy = tidy_text) -> TidiedBlock:
    """One block of a stored body. Blocks without words of their own stay as they are."""
    known = body_blocks()
    if kind not in known:
        return TidiedBlock(stored)
    tidier = _Tidier(tidy)
    tidied = known[kind].edit_texts(stored, tidier)
    return TidiedBlock(None if tidier.is_emptied and not tidied else tidied, tidier.changes)


@dataclass
class _Tidier:
    """Tidies the texts of one block. `is_emptied`: of a rich text nothing is left."""

    tidy: Tidy
    changes: list[Change] = field(default_factory=list)
    is_emptied: bool = False

    def edit_text(self, text: BlockText, written: str) -> str:
        return _lines(written, self.tidy, self.changes) if text.is_tidied else written

    def edit_markup(self, text: BlockText, written: str) -> str:
        if not text.is_tidied:
            return written
        tidied = _rich_text(written, self.tidy, self.changes)
        self.is_emptied = self.is_emptied or not tidied
        return tidied


def _line(text: str, tidy: Tidy, changes: list[Change]) -> str:
    after = "".join(tidy([text]))
    if after != text:
        changes.append(Change(text, after))
    return after


def _lines(text: str, tidy: Tidy, changes: list[Change]) -> str:
    return "\n".join(_line(line, tidy, changes) for line in text.replace("\r\n", "\n").split("\n"))


def _rich_text(markup: str, tidy: Tidy, changes: list[Change]) -> str:
    written: list[str] = []
    for paragraph in _paragraphs(markup):
        pieces, is_text = _pieces(paragraph)
        words = [piece for piece, text in zip(pieces, is_text, strict=True) if text]
        before = "".join(words)
        if not paragraph or not _OPENS_PARAGRAPH.match(paragraph[0]):
            written += paragraph
            continue
        if paragraph[0].startswith("<p") and not before.strip(_NOTHING):
            changes.append(Change(before, None))
            continue
        tidied = iter(tidy(words))
        after = [next(tidied) if text else piece for piece, text in zip(pieces, is_text, strict=True)]
        if "".join(piece for piece, text in zip(after, is_text, strict=True) if text) == before:
            written += paragraph
            continue
        changes.append(
            Change(before, "".join(piece for piece, text in zip(after, is_text, strict=True) if text))
        )
        written += [
            _written(old, new, text) for old, new, text in zip(paragraph, after, is_text, strict=True)
        ]
    return "".join(written)


def _written(old: str, new: str, is_text: bool) -> str:
    if not is_text or _BREAK.fullmatch(old):
        return old if new else ""
    return escape(new, quote=False)


def _pieces(paragraph: list[str]) -> tuple[list[str], list[bool]]:
    """The tags and words of a paragraph, and which of them are words; a line break is the word `\\n`."""
    pieces, is_text = [], []
    for piece in paragraph:
        is_break = bool(_BREAK.fullmatch(piece))
        is_text.append(is_break or not piece.startswith("<"))
        pieces.append("\n" if is_break else unescape(piece) if is_text[-1] else piece)
    return pieces, is_text


def _paragraphs(markup: str) -> Iterator[list[str]]:
    """The tags and text of rich text, a list for each paragraph with its own tags, and for what is between them."""
    gathered: list[str] = []
    for piece in filter(None, _TAG.split(markup)):
        if _OPENS_PARAGRAPH.match(piece) or (_ENDS_PARAGRAPH.match(piece) and not piece.startswith("</")):
            if gathered:
                yield gathered
            gathered = []
        gathered.append(piece)
        if _ENDS_PARAGRAPH.match(piece) and piece.startswith("</"):
            yield gathered
            gathered = []
    if gathered:
        yield gathered


def parts_of_change(before: str, after: str) -> list[tuple[str, str]]:
    """A text beside what becomes of it, as pieces that are `same`, `old` or `new`. Both differ in few places: where they
    do, the nearest point is looked for at which they agree again."""
    parts: list[tuple[str, str]] = []
    one = other = 0
    while one < len(before) or other < len(after):
        same = 0
        while before[one + same : one + same + 1] == after[other + same : other + same + 1] != "":
            same += 1
        if same:
            parts.append(("same", before[one : one + same]))
            one, other = one + same, other + same
            continue
        old, new = _until_they_agree(before, after, one, other)
        parts += [
            (name, piece)
            for name, piece in (("old", before[one : one + old]), ("new", after[other : other + new]))
            if piece
        ]
        one, other = one + old, other + new
    return parts


# Characters that one change takes away or adds, at the most that is looked for.
_FARTHEST = 24


def _until_they_agree(before: str, after: str, one: int, other: int) -> tuple[int, int]:
    if before[one + 1 : one + 2] == after[other + 1 : other + 2] != "":
        return 1, 1
    for distance in range(1, _FARTHEST):
        for old in range(distance + 1):
            new = distance - old
            ahead = before[one + old : one + old + 2]
            if ahead == after[other + new : other + new + 2] and (
                ahead or _are_at_end(before, after, one + old, other + new)
            ):
                return old, new
    return len(before) - one, len(after) - other


def _are_at_end(before: str, after: str, one: int, other: int) -> bool:
    return one >= len(before) and other >= len(after)
