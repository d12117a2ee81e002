"""Values made of content, kept in a process until the journal tells that something they were made of has changed."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from threading import Lock
from typing import Generic, TypeVar

from django.db import connection

from meiri.journal.log import end_of_journal
from meiri.journal.models import GENESIS, Entry

Name = TypeVar("Name", bound=Hashable)
Value = TypeVar("Value")

# With more entries to read than this, everything is forgotten instead.
FEW = 200


class InvalidatingCache(Generic[Name, Value]):
    """At most `most` values by name. Each goes when an entry names one of its content keys, or one of `everywhere`.

    Threads may share it. It costs one small query to see that the journal stands still.
    """

    def __init__(self, most: int, everywhere: Iterable[str] = ()):
        self._most, self._everywhere = most, frozenset(everywhere)
        self._values: OrderedDict[Name, tuple[Value, frozenset[str]]] = OrderedDict()
        self._names: dict[str, set[Name]] = {}
        self._stands_at: tuple[str, int, str] = ("", 0, "")
        self._lock = Lock()

    def get(
        self, names: Sequence[Name], make: Callable[[list[Name]], Mapping[Name, tuple[Value, Iterable[str]]]]
    ) -> dict[Name, Value]:
        """The values of `names`. Those not at hand come from `make(missing)`, each with the keys it was made of."""
        stands_at = _end_of_journal()
        with self._lock:
            self._follow(stands_at)
            found = {name: self._values[name][0] for name in names if name in self._values}
        missing = [name for name in names if name not in found]
        if missing:
            made = make(missing)
            found |= {name: value for name, (value, _) in made.items()}
            with self._lock:
                # What was read after the journal went on may be kept too: the next look makes it go. Where another
                # thread has looked meanwhile, it may have passed the entry by which this would have to go.
                if self._stands_at == stands_at:
                    for name, (value, keys) in made.items():
                        self._keep(name, value, frozenset(keys))
        return found

    def one(self, name: Name, make: Callable[[], tuple[Value, Iterable[str]]]) -> Value:
        """The value of `name`. Where it isn't at hand it comes from `make`, with the keys it was made of."""
        return self.get([name], lambda names: {name: make()})[name]

    def forget(self) -> None:
        """Forget all values."""
        self._values.clear()
        self._names.clear()

    def _follow(self, stands_at: tuple[str, int, str]) -> None:
        if stands_at == self._stands_at:
            return
        database, sequence, _ = self._stands_at
        new = Entry.objects.after(sequence).values_list("sequence", "previous", "keys")[: FEW + 1]
        entries = list(new) if database == stands_at[0] else []
        follows = (
            entries and entries[0][0] == sequence + 1 and entries[0][1] == (self._stands_at[2] or GENESIS)
        )
        changed = {key for _, _, keys in entries for key in keys}
        if not follows or len(entries) > FEW or not self._everywhere.isdisjoint(changed):
            self.forget()
        else:
            for name in {name for key in changed for name in self._names.get(key, ())}:
                self._drop(name)
        self._stands_at = stands_at

    def _keep(self, name: Name, value: Value, keys: frozenset[str]) -> None:
        self._drop(name)
        self._values[name] = value, keys
        for key in keys:
            self._names.setdefault(key, set()).add(name)
        while len(self._values) > self._most:
            self._drop(next(iter(self._values)))

    def _drop(self, name: Name) -> None:
        _, keys = self._values.pop(name, (None, frozenset()))
        for key in keys:
            names = self._names[key]
            names.discard(name)
            if not names:
                del self._names[key]


def _end_of_journal() -> tuple[str, int, str]:
    """The database and the number and digest of its newest entry: what tells one state of content from another."""
    return (str(connection.settings_dict["NAME"]), *end_of_journal())
