"""Which words an order erases: those that the erased texts have and that no text has which stands.

Texts are compared by runs of five characters without blanks, marks and tags: whoever quotes a part of an erased sentence is found,
whoever says what the other versions say too is not. What belongs to other texts must share sixteen, or a headline: the names of a court
or of a ministry are not its copy.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from itertools import islice
from typing import Any

GONE = "（已依令删除）"
RUN, COPIED = 5, 16
_TAG = re.compile(r"<[^<>]*>")
# Letters and digits alone: so it stands the same in HTML, in JSON and in JSON within JSON, but for how that writes Chinese.
_SENTENCE = re.compile(r"[^\W_]{6,40}")
MOST_PIECES, PIECE, STEP = 24, 6, 4
_NO_WORD = re.compile(r"[\W_]+")
# Names of blocks, choices and files, and addresses: no words of a newsroom.
_NO_TEXT = re.compile(r"[a-z0-9_./:-]{0,80}|[a-z]{2,8}://.*", re.DOTALL)
# What of a version is its text, and what in its body is not.
TEXTS = (
    "kicker",
    "title",
    "subtitle",
    "short_title",
    "summary",
    "body",
    "dateline",
    "original_title",
    "aigc_label",
)
_NAMES = frozenset(("id", "type"))


def _plain(text: str) -> str:
    return _NO_WORD.sub("", _TAG.sub("", text))


def _runs(plain: str, length: int = RUN) -> set[str]:
    return {plain[at : at + length] for at in range(len(plain) - length + 1)}


def strings_in(value: Any) -> Iterator[str]:
    """Every text within a stored value; JSON that stands in a text, as a body does in a version, is looked into."""
    match value:
        case str():
            inner = _inner(value)
            if inner is None:
                yield value
            else:
                yield from strings_in(inner)
        case Mapping():
            for name, one in value.items():
                if name not in _NAMES:
                    yield from strings_in(one)
        case list() | tuple():
            for one in value:
                yield from strings_in(one)


def _inner(text: str) -> Any:
    if text[:2] not in ("[{", '{"'):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _texts_of(content: Mapping[str, Any]) -> Iterator[str]:
    for text in strings_in([content.get(name) or "" for name in TEXTS]):
        if not _NO_TEXT.fullmatch(text):
            yield text


class ErasedWords:
    """`erased` and `standing`: the contents of versions, as Wagtail stores them."""

    def __init__(self, erased: Iterable[Mapping[str, Any]], standing: Iterable[Mapping[str, Any]]):
        self._runs: set[str] = set()
        self._long_runs: set[str] = set()
        self._titles: set[str] = set()
        self._in_copies = False
        # Texts that are too short to have a run.
        self._short: set[str] = set()
        sentences: set[str] = set()
        for content in erased:
            for raw in _texts_of(content):
                text = _plain(raw)
                sentences.update(_SENTENCE.findall(_TAG.sub("\n", raw)))
                self._runs |= _runs(text)
                self._long_runs |= _runs(text, COPIED)
                if 1 < len(text) < RUN:
                    self._short.add(text)
            title = _plain(str(content.get("title") or ""))
            if len(title) >= RUN and title != _plain(GONE):
                self._titles.add(title)
        for content in standing:
            for text in map(_plain, _texts_of(content)):
                self._runs -= _runs(text)
                self._long_runs -= _runs(text, COPIED)
                self._titles = {title for title in self._titles if title not in text}
                self._short.discard(text)
        # Pieces of the longest sentences that only erased texts say, by which copies are found where much has to be looked through: whoever
        # quotes nine characters of such a sentence has one.
        longest = sorted(sentences, key=lambda one: (-len(one), one))
        pieces = (one[at : at + PIECE] for one in longest for at in range(0, len(one) - PIECE + 1, STEP))
        self.pieces = list(islice(filter(self.stand_in, dict.fromkeys(pieces)), MOST_PIECES))

    def __bool__(self) -> bool:
        return bool(self._runs or self._short)

    def stand_in(self, text: str) -> bool:
        """Whether a text says what only erased texts said."""
        plain = _plain(text)
        if self._in_copies:
            return not self._long_runs.isdisjoint(_runs(plain, COPIED)) or any(
                t in plain for t in self._titles
            )
        return plain in self._short or not self._runs.isdisjoint(_runs(plain))

    def of_copies(self) -> "ErasedWords":
        """The same words for texts of their own: they stand there where a stretch was copied, or a headline."""
        copied = copy(self)
        copied._in_copies = True
        return copied

    def without(self, value: Any) -> Any:
        """A stored value with `GONE` in the place of every text that holds erased words."""
        match value:
            case str():
                inner = _inner(value)
                if inner is None:
                    return GONE if not _NO_TEXT.fullmatch(value) and self.stand_in(value) else value
                cleaned = self.without(inner)
                return value if cleaned == inner else json.dumps(cleaned, ensure_ascii=False)
            case Mapping():
                return {name: one if name in _NAMES else self.without(one) for name, one in value.items()}
            case list() | tuple():
                return [self.without(one) for one in value]
        return value
