"""What a rule of proofing is, and what it looks at.

Rules are pure: they take a text and what the newsroom knows, and yield doubts about stretches of it. Each takes time in
proportion to the text, whatever the text, and none changes it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple


class Level(StrEnum):
    """How sure and how grave a doubt is, gravest first."""

    BANNED = "banned"
    ERROR = "error"
    CAREFUL = "careful"
    DOUBT = "doubt"
    ADVICE = "advice"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Level.BANNED: "禁用",
    Level.ERROR: "差错",
    Level.CAREFUL: "慎用",
    Level.DOUBT: "存疑",
    Level.ADVICE: "建议",
}


class Passage(NamedTuple):
    """A line or paragraph of an article. `place`: the field of the form, or `body:` and the id of a block; `part`: which
    paragraph, line or cell of it."""

    place: str
    text: str
    part: int = 0


@dataclass(frozen=True)
class Doubt:
    """A stretch of one text, characters `start` to `end`, with what may stand there instead. `sentence` says why where the
    rule's own explanation does not; `level` where it is not the rule's."""

    start: int
    end: int
    replacements: tuple[str, ...] = ()
    sentence: str = ""
    level: Level | None = None


@dataclass(frozen=True)
class Known:
    """What rules know beside the text: the newsroom's words and names, the day of writing, and what readers see now."""

    day: date
    words: Any = None  # listed_words.WordIndex
    names: Any = None  # names.NameRegister
    published: Sequence[str] = field(default_factory=tuple)


class Rule:
    """One thing that is looked for."""

    name: str  # in addresses, settings and what editors ignored; never changed
    label: str
    level: Level
    explanation: str  # what is wrong, and what to do
    norm: str = ""  # the standard or register that says so

    def doubts(self, passages: Sequence[Passage], known: Known) -> Iterator[tuple[int, Doubt]]:
        """Each doubt with the number of its passage."""
        for number, passage in enumerate(passages):
            for doubt in self.doubts_about(passage.text, known):
                yield number, doubt

    def doubts_about(self, text: str, known: Known) -> Iterable[Doubt]:
        """The doubts about one passage, for rules that look at each by itself."""
        return ()


@dataclass(frozen=True)
class Hint:
    """A doubt as an editor is told of it: of which rule, about which passage."""

    rule: Rule
    passage: int
    start: int
    end: int
    words: str
    sentence: str
    replacements: tuple[str, ...]
    level: Level
