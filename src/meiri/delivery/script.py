"""Chinese text in traditional script, phrase by phrase, and back.

OpenCC decides by phrase (头发 頭髮, 发展 發展) and takes Taiwan's words (软件 軟體). Terms that editors protect and names of
people go past it: each is replaced by a character for private use, which OpenCC passes through.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache

from opencc import OpenCC

from meiri.delivery import conversion_overrides
from meiri.delivery.person_names import is_name, pattern_of, traditional_name

Term = tuple[str, str]
Finder = tuple[re.Pattern[str], dict[str, str]]

_FIRST = 0xF0000
_SEPARATOR = "\U0010fffd"
_SLOT = re.compile("[\U000f0000-\U000ffffd]")
# What texts must not hold on their way through OpenCC, which also ends at a NUL.
_RESERVED = re.compile("([\0\U000f0000-\U0010ffff]+)")


@cache
def _opencc(config: str) -> Callable[[str], str]:
    return OpenCC(config).convert


@cache
def _character(character: str) -> str:
    return _opencc("s2twp")(character)


def simplified(text: str) -> str:
    """Text in simplified script, character by character: 臺灣 is 台湾."""
    return _piecewise(text, _opencc("t2s"))


def plain(text: str) -> str:
    """Text of the traditional-script edition as the archive has it: 軟體 is 软件."""
    return _piecewise(text, lambda part: _sheltered(part, [_back()], _opencc("tw2sp")))


def _piecewise(text: str, convert: Callable[[str], str]) -> str:
    if not _RESERVED.search(text):
        return convert(text)
    return "".join(
        part if not part or _RESERVED.match(part) else convert(part) for part in _RESERVED.split(text)
    )


def _sheltered(text: str, finders: Iterable[Finder], convert: Callable[[str], str]) -> str:
    """`text` converted, but what `finders` find is written as they say."""
    slots: dict[str, str] = {}
    for pattern, written in finders:

        def shelter(found: re.Match[str], written: dict[str, str] = written) -> str:
            return slots.setdefault(written[found.group()], chr(_FIRST + len(slots)))

        text = pattern.sub(shelter, text)
    converted = convert(text)
    if not slots:
        return converted
    words = {slot: word for word, slot in slots.items()}
    return _SLOT.sub(lambda slot: words[slot.group()], converted)


def _finder(written: dict[str, str]) -> Finder:
    """Finds the longest word at each place."""
    return re.compile("|".join(map(re.escape, sorted(written, key=len, reverse=True)))), written


@cache
def _prose() -> dict[str, str]:
    """The newsroom's words, and how they are written in traditional script."""
    return {word: _opencc("s2tw")(word) for word in conversion_overrides.WORDS} | conversion_overrides.WRITTEN


@cache
def _back() -> Finder:
    return _finder({traditional: word for word, traditional in _prose().items()})


@lru_cache(maxsize=8)
def _protecting(terms: tuple[Term, ...]) -> Finder:
    return _finder(_prose() | {term: traditional or term for term, traditional in terms})


class TraditionalConverter:
    """How the words of one page are written in traditional script.

    `terms`: what editors protect, in simplified script, with its traditional form (empty: it stays as it is).
    `names`: the people whose names the page shows. Terms win over names, both over OpenCC.
    """

    def __init__(self, terms: Sequence[Term] = (), names: Iterable[str] = ()):
        self._finders = [_protecting(tuple(terms))]
        people = sorted({name for name in names if is_name(name)}, key=lambda name: (-len(name), name))
        if people:
            written = {name: traditional_name(name, _character) for name in people}
            self._finders.append((re.compile("|".join(map(pattern_of, people))), written))

    def convert(self, text: str) -> str:
        """`text` in traditional script."""
        return _piecewise(text, self._convert)

    def convert_all(self, texts: Sequence[str]) -> list[str]:
        """Each of `texts` in traditional script, by one call of OpenCC."""
        if _RESERVED.search("".join(texts)):
            return [self.convert(text) for text in texts]
        return self._convert(_SEPARATOR.join(texts)).split(_SEPARATOR) if texts else []

    def _convert(self, text: str) -> str:
        return _sheltered(text, self._finders, _opencc("s2twp"))
