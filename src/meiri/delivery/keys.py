"""The content keys a page was made of (`article:42`, `channel:keji`, `nav`).

Whoever reads something for a page says so with `uses`; whoever renders the page collects the keys.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from meiri.journal.content_keys import FOOTER, NAV, SCRIPT, ContentKey

# What every page shows: pages are not listed under these keys, a change of one concerns them all.
EVERYWHERE = frozenset({NAV, FOOTER, SCRIPT})

_collected: ContextVar[set[ContentKey] | None] = ContextVar("collected", default=None)


def uses(*keys: ContentKey) -> None:
    """Note that the page being rendered shows the things named by `keys`. Without a page it does nothing."""
    collected = _collected.get()
    if collected is not None:
        collected.update(keys)


@contextmanager
def collecting() -> Iterator[set[ContentKey]]:
    """Collect the keys used inside the block into the set it yields."""
    keys: set[ContentKey] = set()
    token = _collected.set(keys)
    try:
        yield keys
    finally:
        _collected.reset(token)
