"""Names and their aliases: who asks for 北大 also means 北京大学."""

from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from meiri.journal.cache import InvalidatingCache
from meiri.journal.content_keys import KNOWN_NAMES
from meiri.search.folding import fold
from meiri.search.models import KnownName

_KNOWN_TO_ALL = Path(__file__).with_name("aliases.txt")
# How many other wordings of one term are looked for.
MOST_WORDINGS = 6


class Names:
    """Known names in folded text, and what each is called besides."""

    def __init__(self, groups: Iterable[Iterable[str]]):
        self._alike: dict[str, tuple[str, ...]] = {}
        for group in groups:
            together = dict.fromkeys(fold(name) for name in group)
            for name in list(together):
                together |= dict.fromkeys(self._alike.get(name, ()))
            self._alike |= dict.fromkeys(together, tuple(together))
        # A query asks for each of its terms several times.
        self.also_called = lru_cache(maxsize=1_000)(self._also_called)
        self.reworded = lru_cache(maxsize=1_000)(self._reworded)

    def _also_called(self, text: str) -> list[str]:
        """Other names for what folded `text` names, in the order of the dictionary; none where it is no known name."""
        return [name for name in self._alike.get(text, ()) if name != text][:MOST_WORDINGS]

    def _reworded(self, text: str) -> list[str]:
        """Folded `text` with the longest known name inside it replaced by each of its other names."""
        inside = max((name for name in self._alike if name in text and name != text), key=len, default="")
        alike = self._alike.get(inside, ())
        said = {inside, *(name for name in alike if name in text)}
        return [text.replace(inside, name, 1) for name in alike if name not in said][:MOST_WORDINGS]


_kept: InvalidatingCache[str, Names] = InvalidatingCache(1, [KNOWN_NAMES])


def names() -> Names:
    """All known names, the editors' own and those that everybody knows. One query when editors changed theirs."""
    return _kept.one("all", lambda: (Names(groups_of_names()), [KNOWN_NAMES]))


def groups_of_names() -> list[list[str]]:
    """All known names as they are written, those of the same together. One query."""
    return [*_known_to_all(), *(entry.all_names for entry in KnownName.objects.all())]


@cache
def _known_to_all() -> list[list[str]]:
    return list(groups(_KNOWN_TO_ALL.read_text().splitlines()))


def groups(lines: Iterable[str]):
    """The names on each line; those after # are remarks."""
    return (line.split() for line in lines if line.strip() and not line.startswith("#"))
