"""How Chinese words are read, after the dictionaries of pypinyin: as phrases that it knows, else character by character.

Its own objects of these dictionaries take some 50 MB in every process that reads; what is kept here takes a fifth.
"""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from sys import intern
from typing import NamedTuple

# Entries of its files: `"重庆": [["chóng"], ["qìng"]]` and `"37325": "zhòng,chóng,tóng"`. Of several readings the first counts.
_PHRASE = re.compile(r'"([^"]+)": \[((?:\s*\[[^\]]*\],?)+)\s*\]')
_READ = re.compile(r'\[\s*"([^"]*)"')
_CHARACTER = re.compile(r'"([0-9]+)": "([^",]+)')


class _Dictionaries(NamedTuple):
    # By code point.
    characters: dict[int, str]
    # The syllables with a space between them; None where each character is read as by itself.
    phrases: dict[str, str | None]
    longest: int


@cache
def _dictionaries() -> _Dictionaries:
    single = _file("pinyin_dict.json")
    characters = {int(found[1]): intern(found[2]) for found in _CHARACTER.finditer(single)}
    phrases: dict[str, str | None] = {}
    for found in _PHRASE.finditer(_file("phrases_dict.json")):
        phrase, syllables = found[1], _READ.findall(found[2])
        alone = [characters.get(ord(character)) for character in phrase]
        phrases[phrase] = None if syllables == alone else " ".join(syllables)
    return _Dictionaries(characters, phrases, max(map(len, phrases)))


def _file(name: str) -> str:
    """A file of pypinyin, which is not imported for that: it would read its dictionaries."""
    spec = find_spec("pypinyin")
    if spec is None or not spec.origin:
        raise ModuleNotFoundError("pypinyin is not installed.", name="pypinyin")
    return Path(spec.origin).with_name(name).read_text("utf-8")


def syllables_of(text: str) -> list[str]:
    """How `text` is read, with tones: 重庆市 is chóng, qìng, shì. What has no reading is left out."""
    characters, phrases, longest = _dictionaries()
    found: list[str] = []
    place = 0
    while place < len(text):
        size = next(
            (n for n in range(min(longest, len(text) - place), 1, -1) if text[place : place + n] in phrases),
            1,
        )
        part = text[place : place + size]
        if syllables := phrases.get(part):
            found += syllables.split(" ")
        else:
            found += [characters[ord(c)] for c in part if ord(c) in characters]
        place += size
    return found
