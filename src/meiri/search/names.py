"""Names and their aliases: who asks for 北大 also means 北京大学."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from meiri.journal.kept import Kept
from meiri.search.folding import fold
from meiri.search.models import KNOWN_NAMES, KnownName

_KNOWN_TO_ALL = Path(__file__).with_name("aliases.txt")
# How many other wordings of one term are looked for.
MOST_WORDINGS = 6

# Each name in folded text, with all that mean the same.
Names = dict[str, tuple[str, ...]]
_kept: Kept[str, Names] = Kept(1, [KNOWN_NAMES])


def also_called(text: str) -> list[str]:
    """Other names for what folded `text` names, in the order of the dictionary; none where it is no known name."""
    return [name for name in names().get(text, ()) if name != text][:MOST_WORDINGS]


def reworded(text: str) -> list[str]:
    """Folded `text` with the longest known name inside it replaced by each of its other names."""
    known = names()
    inside = max((name for name in known if name in text and name != text), key=len, default="")
    others = [name for name in known.get(inside, ()) if name not in (inside, *_containing(text, inside))]
    return [text.replace(inside, name, 1) for name in others][:MOST_WORDINGS]


def _containing(text: str, inside: str) -> list[str]:
    """Names of the same thing that `text` says in full already."""
    return [name for name in names().get(inside, ()) if name in text]


def names() -> Names:
    """All known names, the editors' own and those that everybody knows. One query when editors changed theirs."""
    return _kept.get(["all"], lambda _: {"all": (_gathered(), [KNOWN_NAMES])})["all"]


def _gathered() -> Names:
    found: dict[str, tuple[str, ...]] = {}
    for group in groups_of_names():
        together = dict.fromkeys(fold(name) for name in group)
        for name in list(together):
            together |= dict.fromkeys(found.get(name, ()))
        found |= dict.fromkeys(together, tuple(together))
    return found


def groups_of_names() -> list[list[str]]:
    """All known names as they are written, those of the same together. One query."""
    return [*_known_to_all(), *(entry.all_names for entry in KnownName.objects.all())]


@cache
def _known_to_all() -> list[list[str]]:
    return list(groups(_KNOWN_TO_ALL.read_text().splitlines()))


def groups(lines: Iterable[str]):
    """The names on each line; those after # are remarks."""
    return (line.split() for line in lines if line.strip() and not line.startswith("#"))
