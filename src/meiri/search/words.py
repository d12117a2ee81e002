"""The words of a text, for the index and for queries alike.

Chinese is cut by a dictionary alone: what a word is must not depend on guesses, or a query would be cut otherwise than the
text. Longer words bring those inside them (科技创新: 科技, 创新, 科技创新). Where characters stand by themselves the
dictionary knows no word: each two of them are a word too, which finds names that it never heard of.
"""

import itertools
import re
from functools import cache

_HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
# Said in nearly every text: two of them side by side are no name.
FUNCTION_CHARACTERS = "的了是在和与及有也就都而又或不这那对从到把被上中下为于以等他她我你将"
_PIECE = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_ALONE = rf"(?![{FUNCTION_CHARACTERS}])[{_HAN}]"
# In front of a word inside another.
_PART = "\ue001"
_SIDE_BY_SIDE = re.compile(rf"(?<![^ ]){_ALONE}(?: {_ALONE})+(?![^ ])")


@cache
def _dictionary():
    """Read when first needed, which takes a sixth of a second: processes that cut no words don't wait for it."""
    import rjieba

    return rjieba


def cut(text: str) -> list[str]:
    """Folded text as words side by side, marks among them."""
    return _dictionary().cut(text, hmm=False)


def cut_small(text: str) -> list[str]:
    """The same, and before each longer word those inside it."""
    return _dictionary().cut_for_search(text, hmm=False)


def tagged(text: str) -> list[tuple[str, str]]:
    """The words of a text, each with its part of speech as jieba's dictionary names it: `n`, `v`, `ns` for places."""
    return _dictionary().tag(text, hmm=False)


def words(text: str) -> str:
    """The words of folded text in the order in which they stand there, with spaces between them; among them marks, which
    part phrases and which the index does not keep."""
    return _SIDE_BY_SIDE.sub(_with_pairs, " ".join(cut_small(text)))


def words_and_parts(text: str) -> list[tuple[str, bool]]:
    """The same one by one, and whether each only stands inside the longer word that follows it: whoever finds that one finds
    it too."""
    groups = map(cut_small, cut(text))
    marked = " ".join(
        [
            piece if n == len(pieces) else _PART + piece
            for pieces in groups
            for n, piece in enumerate(pieces, 1)
        ]
    )
    found = _SIDE_BY_SIDE.sub(_with_pairs, marked).split()
    return [(word.removeprefix(_PART), word.startswith(_PART)) for word in found]


def _with_pairs(found: re.Match[str]) -> str:
    alone = found.group()[::2]
    return " ".join([f"{a} {a}{b}" for a, b in itertools.pairwise(alone)]) + f" {alone[-1]}"


def pieces(text: str) -> list[str]:
    """The unbroken runs of Chinese characters, and of letters and digits, of folded text."""
    return _PIECE.findall(text)


def characters(text: str) -> list[str]:
    """The single Chinese characters of folded text in their order; of Latin words and numbers each three letters."""
    return [one for piece in _PIECE.findall(text) for one in (piece if is_han(piece) else threes(piece))]


def threes(letters: str) -> list[str]:
    """Each three neighbours of the letters of a word: `abcd` is `abc`, `bcd`."""
    return [letters[i : i + 3] for i in range(len(letters) - 2)] if len(letters) > 3 else [letters]


def pairs(text: str) -> list[str]:
    """Each two characters that stand side by side in folded text; of Latin words and numbers the whole."""
    found: list[str] = []
    for piece in _PIECE.findall(text):
        if is_han(piece) and len(piece) > 1:
            found += [piece[i : i + 2] for i in range(len(piece) - 1)]
        else:
            found.append(piece)
    return found


def is_han(text: str) -> bool:
    """Whether text that is not empty begins with a Chinese character."""
    return "\u3400" <= text[0] <= "\u9fff" or text[0] >= "\U00020000"
