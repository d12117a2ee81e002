"""Brackets and quotation marks that do not pair (GB/T 15834-2011, 4.8, 4.9, 4.15)."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meiri.proofing.rules.rule import Doubt, Known, Level, Passage, Rule

_CLOSING = {
    "（": "）", "《": "》", "〈": "〉", "“": "”", "‘": "’", "【": "】", "〔": "〕", "「": "」", "『": "』", "［": "］",
}  # fmt: skip
_KINDS = dict.fromkeys("“‘「『", "引号") | dict.fromkeys("《〈", "书名号") | dict.fromkeys("（【〔［", "括号")
_OPENING = {closing: opening for opening, closing in _CLOSING.items()}
# A closing bracket that nothing opens: 1）, 甲）.
_ITEM = re.compile(r"(?:^|[，。；：、\s])[\d一二三四五六七八九十甲乙丙丁a-zA-Z]{1,3}$")
DEEPEST = 50


class _Unpaired(NamedTuple):
    at: int
    mark: str
    is_open: bool


class UnpairedMarks(Rule):
    name = "unpaired-marks"
    label = "引号、括号不成对"
    level = Level.ERROR
    explanation = "少了一半。"
    norm = "GB/T 15834—2011《标点符号用法》4.8、4.9、4.15"

    def doubts(self, passages: Sequence[Passage], known: Known) -> Iterator[tuple[int, Doubt]]:
        for number, passage in enumerate(passages):
            following = passages[number + 1].text if number + 1 < len(passages) else ""
            for found in unpaired(passage.text):
                # A quotation of several paragraphs opens in each of them and closes in the last.
                if found.is_open and found.mark == "“" and following.startswith("“"):
                    continue
                kind = _KINDS.get(found.mark) or _KINDS[_OPENING[found.mark]]
                side, other = ("左", "右") if found.is_open else ("右", "左")
                sentence = f"这个{side}{kind}没有与它成对的{other}{kind}。"
                yield number, Doubt(found.at, found.at + 1, sentence=sentence)


def unpaired(text: str) -> list[_Unpaired]:
    """The marks of a text that have no counterpart, in their order."""
    waiting: list[tuple[int, str]] = []
    alone: list[_Unpaired] = []
    for at, mark in enumerate(text):
        if mark in _CLOSING:
            if len(waiting) < DEEPEST:
                waiting.append((at, mark))
        elif mark in _OPENING and not _is_apostrophe(text, at):
            while (
                waiting and waiting[-1][1] != _OPENING[mark] and any(m == _OPENING[mark] for _, m in waiting)
            ):
                opened, opening = waiting.pop()
                alone.append(_Unpaired(opened, opening, True))
            if waiting and waiting[-1][1] == _OPENING[mark]:
                waiting.pop()
            elif not (mark == "）" and _ITEM.search(text[max(0, at - 5) : at])):
                alone.append(_Unpaired(at, mark, False))
    alone += [_Unpaired(at, mark, True) for at, mark in waiting]
    return sorted(alone)


def _is_apostrophe(text: str, at: int) -> bool:
    return text[at] == "’" and at > 0 and (text[at - 1].isascii() and text[at - 1].isalnum())
