"""The words of an article's body without its markup."""

import re
from collections.abc import Callable, Iterable

from meiri.newsroom.body.stored_words import StoredWords

_SPACE = re.compile(r"\s+")
# Chinese is written without spaces: a line break or a space left by a broken line parts no word. The space comes first in the
# pattern, for it is rare: that is three times as fast as to look for what is before it.
_HAN = r"[\u3400-\u9fff\uf900-\ufaff]"
_BETWEEN_HAN = re.compile(rf"(?s:[^\S\u3000](?<={_HAN}.)[^\S\u3000]*(?={_HAN}))")


_words_of_kind: Callable[[str], StoredWords | None]


def look_kinds_up_by(words_of_kind: Callable[[str], StoredWords | None]) -> None:
    """Have `words_of_kind` say where the words of a kind of block stand, by the kind's name; None for one that the site does
    not have. The app does so when it is ready; for the process that builds a search index without the apps, who begins it."""
    global _words_of_kind
    _words_of_kind = words_of_kind


def paragraphs(raw: Iterable[dict]) -> list[str]:
    """The paragraphs, headings, captions and cells of a body as it is stored (a list of blocks), without tags. A word that
    a tag or a line break cuts in two is whole again."""
    pieces = [
        piece
        for block in raw
        if (words := _words_of_kind(block["type"])) is not None
        for piece in words.read(block["value"])
    ]
    found = _closed("\0".join(pieces)).split("\0")
    return [text for piece in found if (text := piece.strip())]


def _closed(text: str) -> str:
    """`text` on one line, without the breaks inside Chinese words."""
    if "\n" in text or "  " in text or "\xa0" in text:
        text = _SPACE.sub(" ", text)
    return _BETWEEN_HAN.sub("", text) if " " in text else text
