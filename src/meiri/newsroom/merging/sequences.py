"""Two people's changes of one list, put together."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any


def merge_sequences(
    base: Sequence[Any],
    theirs: Sequence[Any],
    mine: Sequence[Any],
    identity: Callable[[Any], Hashable],
    both_changed: Callable[[Hashable, Any, Any, Any], Any],
) -> list[Any]:
    """The items of two changed lists that are told apart by `identity`, in one list.

    What one of the two took out goes, unless the other changed it; what one of the two put in stands behind what it stands
    behind there. The order is that of whoever changed it, where both did, theirs. `both_changed(identity, base or None,
    theirs, mine)` gives the item for one that differs in both.
    """
    old, their, my = ({identity(item): item for item in items} for items in (base, theirs, mine))
    merged = {}
    for key in dict.fromkeys([*their, *my]):
        item = _item(key, old, their, my, both_changed)
        if item is not None:
            merged[key] = item
    return [merged[key] for key in _order(list(old), list(their), list(my)) if key in merged]


def _item(key: Hashable, old: dict, their: dict, my: dict, both_changed: Callable) -> Any:
    if key not in my:
        return None if key in old and old[key] == their[key] else their[key]
    if key not in their:
        return None if key in old and old[key] == my[key] else my[key]
    base = old.get(key)
    if my[key] in (base, their[key]):
        return their[key]
    if their[key] == base:
        return my[key]
    return both_changed(key, base, their[key], my[key])


def _order(old: list, their: list, my: list) -> list:
    """The keys of both lists in one order."""
    common = [key for key in their if key in set(my)]
    my_order = [key for key in my if key in set(their)]
    was = [key for key in old if key in set(common)]
    known = [key for key in common if key in set(old)]
    leading, following = (my, their) if known == was and common != my_order else (their, my)
    return _insert(leading, following)


def _insert(leading: list, following: list) -> list:
    """`leading`, with what only `following` has behind what it stands behind there."""
    order = list(leading)
    places = set(leading)
    before = None
    for key in following:
        if key not in places:
            at = order.index(before) + 1 if before is not None else 0
            order.insert(at, key)
            places.add(key)
        before = key
    return order
