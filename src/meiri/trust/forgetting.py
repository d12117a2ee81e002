"""Forgets what leaves stood for: the log stands, and nobody can tell from it what was published."""

from meiri.trust.models import Leaf


def forget_leaves(thing: str) -> int:
    """Erase the salts of all leaves of a thing, `article:42`. How many. What is entered later of it is kept as ever."""
    return Leaf.objects.filter(thing=thing, salt__isnull=False).update(salt=None)
