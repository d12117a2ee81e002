"""What a text reads like: one form for letters that look alike, that something unseen stands between, or of the other script.

Unicode calls such a form a skeleton (UTS #39). It is for comparing alone; nobody is shown it.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from opencc import OpenCC

# Default_Ignorable_Code_Point (Unicode 16, DerivedCoreProperties.txt), and the blank of braille: nothing is seen of them.
_UNSEEN = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F),
    (0x202A, 0x202E), (0x2060, 0x206F), (0x2800, 0x2800), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
# Pairs of a letter and the Latin one that it looks like (confusables.txt of UTS #39), before case is folded.
_LATIN = (
    "аaАaеeЕeоoОoрpРpсcСcуyУyхxХxіiІiјjЈjѕsЅsһhҺhԁdԛqԝwВbНhКkкkМmТtҮyүyѵvгrпnиu"
    "αaΑaΒbΕeεeΖzΗhηnΙiιiΚkκkΜmΝnνvΟoοoΡpρpΤtτtΥyυuΧxχxΥyγyωw"
    "ıiɑaɡgɩiʋvʏyßb"
)
# Pairs of a character and the one that it is written for: Chinese ones that differ by a stroke's length, and parts of
# characters that stand for the character (EquivalentUnifiedIdeograph.txt).
_HAN = (
    "曰日囗口末未已己巳己士土戍戊戌戊壬王冶治"
    "⺁厂⺅人⺇几⺈刀⺉刀⺊卜⺋卩⺌小⺍小⺒己⺓幺⺖心⺘手⺙攴⺜日⺝月⺠民⺡水⺢水⺣火⺧牛⺨犬⺩王⺫目⺬示⺭示⺮竹⺰丝⺵网⺶羊⺷羊⺸羊⺻聿⺼月⺽臼"
    "⺾草⺿草⻀草⻁虎⻂衣⻄西⻅见⻆角⻇角⻈言⻉贝⻊足⻋车⻏邑⻐金⻑长⻒长⻓长⻔门⻕阜⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞食⻟食⻠食⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟"
    "⻧卤⻨麦⻩黄⻪黾⻬齐⻭齿⻮齿⻯龙⻰龙⻱龟⻲龟⻳龟"
)
_ALIKE = dict(zip(_LATIN[::2], _LATIN[1::2], strict=True)) | dict(zip(_HAN[::2], _HAN[1::2], strict=True))


def is_unseen(character: str) -> bool:
    """Whether nothing is seen of it where it stands."""
    code = ord(character)
    return any(first <= code <= last for first, last in _UNSEEN)


@dataclass(frozen=True)
class Skeleton:
    """The letters and figures of a text as they read, and where in the text each stood."""

    text: str
    places: list[int]

    @classmethod
    def of(cls, text: str) -> "Skeleton":
        read = [(letter, place) for place, character in enumerate(text) for letter in _read(character)]
        return cls("".join(letter for letter, _ in read), [place for _, place in read])


def skeleton(text: str) -> str:
    """The letters and figures of `text` as they read, without what only separates them."""
    return "".join(map(_read, text))


@lru_cache(50_000)
def _read(character: str) -> str:
    if is_unseen(character):
        return ""
    alike = _ALIKE.get(character, character)
    return "".join(_simplified(part) for part in unicodedata.normalize("NFKD", alike) if _is_letter(part))


def _is_letter(character: str) -> bool:
    """Letters and figures are read, in all scripts; spaces, punctuation and marks only separate them."""
    return unicodedata.category(character)[0] in "LN" and not is_unseen(character)


def _simplified(character: str) -> str:
    folded = _ALIKE.get(character, character).casefold()
    if folded < "\u2e80":
        return "".join(_ALIKE.get(letter, letter) for letter in folded)
    simple = _converter().convert(folded)
    return _ALIKE.get(simple, simple)


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")
