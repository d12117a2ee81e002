"""Words with wildcards, found in what visitors write however they space, widen, punctuate or disguise it.

A line is a word of which `*` stands for at most eight characters, `?` for one and `#` for a digit. The number of wildcards
in a line and the reach of each are bounded, so that no text, however it was made up, takes long to look through.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from meiri.visitors.skeletons import Skeleton, skeleton

LONGEST_LINE = 40
MOST_LINES = 2_000
MOST_PATTERNS = 200
MOST_STARS = 2
REACH = 8
REPLACEMENT = "＊"


def lines_of(text: str) -> list[str]:
    """The lines that say something, each with plain wildcards."""
    lines = (unicodedata.normalize("NFKC", line).strip() for line in text.splitlines())
    return [line for line in lines if line]


def unclear(text: str) -> str:
    """What is wrong with lines that an editor wrote, as a sentence; "" where nothing is."""
    lines = lines_of(text)
    if not lines:
        return "请至少填写一个词语。"
    if len(lines) > MOST_LINES:
        return f"一条规则至多 {MOST_LINES} 行，请分成几条。"
    if sum(1 for line in lines if _has_wildcard(line)) > MOST_PATTERNS:
        return f"一条规则里带＊、？、# 的至多 {MOST_PATTERNS} 行，请分成几条。"
    for line in lines:
        if len(line) > LONGEST_LINE:
            return f"“{line[:12]}……”超过 {LONGEST_LINE} 个字。"
        if line.count("*") > MOST_STARS:
            return f"“{line}”里的＊超过 {MOST_STARS} 个。"
        if not skeleton(line):
            return f"“{line}”里没有文字。"
    return ""


def found_in(lines: str, plain: Skeleton) -> Iterator[tuple[int, int]]:
    """Each stretch of the original text that one of `lines` fits: its first character and the one after its last."""
    if not plain.text:
        return
    words, patterns = _compiled(lines)
    for word in words:
        start = plain.text.find(word)
        while start >= 0:
            yield plain.places[start], plain.places[start + len(word) - 1] + 1
            start = plain.text.find(word, start + len(word))
    for pattern in patterns:
        for found in pattern.finditer(plain.text):
            if found.end() == found.start():
                break  # a line without a letter fits nothing
            yield plain.places[found.start()], plain.places[found.end() - 1] + 1


def without(text: str, stretches: Iterable[tuple[int, int]]) -> str:
    """`text` with each character of the stretches covered."""
    characters = list(text)
    for start, end in stretches:
        characters[start:end] = REPLACEMENT * (end - start)
    return "".join(characters)


def _has_wildcard(line: str) -> bool:
    return any(character in line for character in "*?#")


@lru_cache(256)
def _compiled(lines: str) -> tuple[list[str], list[re.Pattern]]:
    words, patterns = [], []
    for line in lines_of(lines)[:MOST_LINES]:
        if _has_wildcard(line):
            patterns.append(re.compile(_expression(line)))
        else:
            words.append(skeleton(line))
    return [w for w in words if w], patterns


def _expression(line: str) -> str:
    wildcards = {"*": f".{{0,{REACH}}}?", "?": ".", "#": r"\d"}
    # At a line's ends a star would say nothing.
    return "".join(
        wildcards[c] if c in wildcards else re.escape(skeleton(c)) for c in line.strip("*")[:LONGEST_LINE]
    )
