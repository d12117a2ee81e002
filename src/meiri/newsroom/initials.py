"""Finding Chinese names by the first letters of how they are read: `xjrb` finds 新疆日报."""

import re
import unicodedata
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

# Entries of pypinyin's file of characters: `"37325": "zhòng,chóng,tóng"`.
_CHARACTER = re.compile(r'"([0-9]+)": "([^"]+)"')


@cache
def _letters() -> dict[int, str]:
    """The first letters of each character, by code point: “重” is `zct`. A few megabytes, read when somebody first asks."""
    spec = find_spec("pypinyin")
    if spec is None or not spec.origin:
        raise ModuleNotFoundError("pypinyin is not installed.", name="pypinyin")
    text = Path(spec.origin).with_name("pinyin_dict.json").read_text("utf-8")
    return {int(found[1]): _first_letters(found[2]) for found in _CHARACTER.finditer(text)}


@cache
def _first_letters(readings: str) -> str:
    plain = (unicodedata.normalize("NFD", reading)[:1] for reading in readings.split(","))
    return "".join(dict.fromkeys(letter for letter in plain if letter.isascii() and letter.isalpha()))


@lru_cache(maxsize=30_000)
def _spelt(name: str) -> tuple[str, ...]:
    """What may be typed for each character of `name` that is a letter, a digit or is read somehow."""
    letters = _letters()
    return tuple(
        found
        for character in name.lower()
        if (
            found := character
            if character.isascii() and character.isalnum()
            else letters.get(ord(character), "")
        )
    )


def has_initials(name: str, typed: str) -> bool:
    """Whether `typed`, letters and digits in lower case, are the first letters of characters that follow each other in `name`."""
    spelt = _spelt(name)
    return any(
        all(letter in spelt[start + place] for place, letter in enumerate(typed))
        for start in range(len(spelt) - len(typed) + 1)
    )
