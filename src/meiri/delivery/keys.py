"""The content keys a page was made of (`article:42`, `channel:keji`, `nav`).

Whoever reads something for a page says so with `uses`; whoever renders the page collects the keys.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# What every page shows: pages are not listed under these keys, a change of one concerns them all.
EVERYWHERE = frozenset({"nav", "footer", "script"})

_collected: ContextVar[set[str] | None] = ContextVar("collected", default=None)


def uses(*keys: str) -> None:
    """Note that the page being rendered shows the things named by `keys`. Without a page it does nothing."""
    collected = _collected.get()
    if collected is not None:
        collected.update(keys)


@contextmanager
def collecting() -> Iterator[set[str]]:
    """Collect the keys used inside the block into the set it yields."""
    keys: set[str] = set()
    token = _collected.set(keys)
    try:
        yield keys
    finally:
        _collected.reset(token)
