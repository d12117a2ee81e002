"""What happens to an article on its way to another newsroom, generated: cut, reordered, rewritten, under another title.

All take the text, which part of it to change, and the `Random` to decide by.
"""

import re
from collections.abc import Callable, Sequence
from random import Random

SENTENCE = re.compile(r"[^。！？\n]+[。！？\n]*|\n")
DATELINE = "每日新闻网杭州11月23日电（记者 林晚舟 通讯员 陈立夏）"


class Edits:
    """Edits that take what they put in from `others`, texts of other articles."""

    def __init__(self, others: Sequence[str]):
        self.sentences = [s for text in others for s in SENTENCE.findall(text) if len(s) > 6]
        self.words = [w for text in others for w in re.findall(r"[\u4e00-\u9fff]{2}", text)]

    def all(self) -> dict[str, Callable[[str, float, Random], str]]:
        return {
            "cut sentences": self.cut_sentences,
            "cut the end": self.cut_end,
            "reorder sentences": self.reorder,
            "replace characters": self.replace_characters,
            "replace words": self.replace_words,
            "replace sentences": self.replace_sentences,
        }

    def cut_sentences(self, text: str, part: float, random: Random) -> str:
        sentences = SENTENCE.findall(text)
        gone = self.some(sentences, part, random)
        return "".join(s for n, s in enumerate(sentences) if n not in gone)

    def cut_end(self, text: str, part: float, random: Random) -> str:
        return text[: round(len(text) * (1 - part))]

    def reorder(self, text: str, part: float, random: Random) -> str:
        """`part` of the sentences, two at least, change places."""
        sentences = SENTENCE.findall(text)
        moved = random.sample(
            range(len(sentences)), min(len(sentences), max(2, round(len(sentences) * part)))
        )
        mixed = random.sample(moved, len(moved))
        order = dict(zip(moved, mixed, strict=True))
        return "".join(sentences[order.get(n, n)] for n in range(len(sentences)))

    def replace_characters(self, text: str, part: float, random: Random) -> str:
        """Characters anywhere become others: the hardest of all, as no editor would do it."""
        characters = list(text)
        for place in random.sample(range(len(text)), round(len(text) * part)):
            characters[place] = random.choice(self.words)[0]
        return "".join(characters)

    def replace_words(self, text: str, part: float, random: Random) -> str:
        """Pairs of characters become other pairs, as words by synonyms."""
        characters = list(text)
        for place in random.sample(range(len(text) // 2), round(len(text) * part / 2)):
            characters[2 * place : 2 * place + 2] = random.choice(self.words)
        return "".join(characters)

    def replace_sentences(self, text: str, part: float, random: Random) -> str:
        sentences = SENTENCE.findall(text)
        new = {n: random.choice(self.sentences) for n in self.some(sentences, part, random)}
        return "".join(new.get(n, s) for n, s in enumerate(sentences))

    def some(self, sentences: Sequence[str], part: float, random: Random) -> set[int]:
        """Which sentences make up about `part` of the characters, never more than a third over it."""
        wanted, taken = sum(map(len, sentences)) * part, 0
        found = set()
        for n in random.sample(range(len(sentences)), len(sentences)):
            if taken + len(sentences[n]) <= wanted * 1.33:
                found.add(n)
                taken += len(sentences[n])
        return found
