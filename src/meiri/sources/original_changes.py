"""What was changed of an original: paragraph by paragraph, with the figures, names and negations that are not the same any more,
and whether a headline still says what it said. Everything here is a function of two texts.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import zip_longest

from meiri.newsroom.telling_words import figures_of, names_of, negations_of
from meiri.search.comparing import ComparedSentence, Piece, compare
from meiri.search.folding import fold

MOST_PARAGRAPHS = 400
# Below this, two paragraphs are two paragraphs, not one that was changed. Cheaper than comparing them whole.
ALIKE = 0.3
LONGEST_COMPARED = 400
# Below this share of what both headlines have, a headline says something else.
SAME_HEADLINE = 0.5

# What parts a number or belongs to one is no mark: 3.5, 12%, 9:30, -5.
_MARKS = re.compile(r"(?![.%‰/:+-])[\W_]|(?<![0-9])[.%‰/:+-](?![0-9])")


@dataclass(frozen=True)
class ChangedParagraph:
    """A paragraph of each text. `kind`: same, changed, removed (only in the original), added (only in the article)."""

    kind: str
    sentences: list[ComparedSentence] = field(default_factory=list)

    @property
    def first(self) -> list[Piece]:
        return [piece for sentence in self.sentences for piece in sentence.first]

    @property
    def second(self) -> list[Piece]:
        return [piece for sentence in self.sentences for piece in sentence.second]


@dataclass(frozen=True)
class TextChanges:
    """How a text differs from its original. Each figure, name and negation is called once: those that only the original has, and
    those that only the article has."""

    paragraphs: list[ChangedParagraph]
    figures: tuple[list[str], list[str]]
    names: tuple[list[str], list[str]]
    negations: tuple[list[str], list[str]]

    @property
    def count(self) -> int:
        return sum(paragraph.kind != "same" for paragraph in self.paragraphs)


def compare_texts(original: Sequence[str], article: Sequence[str]) -> TextChanges:
    """How the paragraphs of an article differ from those of its original, at most `MOST_PARAGRAPHS` of each."""
    paragraphs = list(_paragraphs(_bounded(original), _bounded(article)))
    # What was cut whole says nothing else; what was added does.
    before = "\n".join(_text(p.first) for p in paragraphs if p.kind == "changed")
    after = "\n".join(_text(p.second) for p in paragraphs if p.kind in ("changed", "added"))
    return TextChanges(
        paragraphs,
        _only(figures_of(before), figures_of(after)),
        _only(names_of(before), names_of(after)),
        _only(negations_of(before), negations_of(after)),
    )


def _text(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def _bounded(paragraphs: Sequence[str]) -> list[str]:
    found = [text for paragraph in paragraphs if (text := paragraph.strip())]
    if len(found) > MOST_PARAGRAPHS:
        found[MOST_PARAGRAPHS - 1 :] = ["\n".join(found[MOST_PARAGRAPHS - 1 :])]
    return found


def _paragraphs(ours: list[str], theirs: list[str]) -> Iterator[ChangedParagraph]:
    matcher = SequenceMatcher(None, [bare(p) for p in ours], [bare(p) for p in theirs], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield from (
                ChangedParagraph("same", compare(first, second))
                for first, second in zip(ours[a:b], theirs[c:d], strict=True)
            )
            continue
        for first, second in zip_longest(ours[a:b], theirs[c:d], fillvalue=""):
            if first and second and _alike(first, second):
                yield ChangedParagraph("changed", compare(first, second))
                continue
            if first:
                yield ChangedParagraph("removed", compare(first, ""))
            if second:
                yield ChangedParagraph("added", compare("", second))


def _alike(first: str, second: str) -> bool:
    matcher = SequenceMatcher(None, first[:LONGEST_COMPARED], second[:LONGEST_COMPARED], autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def bare(text: str) -> str:
    """`text` in one form, without spaces and marks, but for those of numbers: what differs in them alone is the same."""
    return _MARKS.sub("", fold(text))


def _only(before: Counter[str], after: Counter[str]) -> tuple[list[str], list[str]]:
    return list(before - after), list(after - before)


def headline_changes(original: str, headline: str) -> list[str]:
    """Why a headline may not say any more what it said, in words for editors; nothing where it still does."""
    before, after = bare(original), bare(headline)
    if not before or not after or before == after:
        return []
    found = []
    for name, of in (("数字", figures_of), ("否定词", negations_of), ("人名、地名、机构名", names_of)):
        gone, new = _only(of(original), of(headline))
        if gone or new:
            told = [f"少了“{'”“'.join(gone[:3])}”"] if gone else []
            told += [f"多了“{'”“'.join(new[:3])}”"] if new else []
            found.append(f"{name}{'，'.join(told)}")
    if not found and share(before, after) < SAME_HEADLINE:
        found.append("用词大半不同")
    if after.endswith(("吗", "呢")) or headline.rstrip().endswith(("？", "?")) > original.rstrip().endswith(
        ("？", "?")
    ):
        found.append("改成了疑问句")
    return found


def share(first: str, second: str) -> float:
    """How much of the shorter of two texts is in the other, in its order: from 0 to 1."""
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    common = sum(block.size for block in matcher.get_matching_blocks())
    return common / min(len(first), len(second))
