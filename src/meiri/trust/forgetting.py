"""Forgets what leaves stood for: the log stands, and nobody can tell from it what was published."""

from collections.abc import Collection

from meiri.trust.models import Leaf


def forget_leaves(thing: str) -> int:
    """Erase the salts of all leaves of a thing, `article:42`. How many. What is entered later of it is kept as ever."""
    return Leaf.objects.filter(thing=thing, salt__isnull=False).update(salt=None)


def forget_leaves_of_entries(sequences: Collection[int]) -> int:
    """The same of the leaves that stand for these entries of the journal. How many."""
    if not sequences:
        return 0
    return Leaf.objects.filter(entry__in=sequences, salt__isnull=False).update(salt=None)
