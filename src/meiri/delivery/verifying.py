"""Is every stored page what would be rendered now? A page that is not, is stale: a defect that can be counted."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import brotli
from django.conf import settings
from django.utils.timezone import localtime

from meiri.delivery.failures import Failure
from meiri.delivery.invalidation import bring_up_to_date
from meiri.delivery.page_store import PageStore, page_store
from meiri.delivery.rendering import Rendered, render
from meiri.journal.verification import register_check
from meiri.own_address import kept_address

# A page that differs may have been changed by what was committed a moment ago: so often it is looked at before it is told.
LOOKS = 3
# Pages that are made anew each minute may differ by what happened since.
PASSING = "minute"


@register_check("pages")
def stored_pages() -> Iterator[str]:
    """Render every stored page afresh and compare. What waits to be made again is made first."""
    if not settings.PAGE_FILES:
        return
    if wrong := other_address():
        yield wrong
        return
    store = page_store()
    if not bring_up_to_date(store):
        yield f"{store.index.pending()} pages are still being made again"
    for failure in store.index.failures():
        yield sentence_of(failure)
    # What editors can mend, such as a picture that was deleted, is told to them alone.
    for address, omission in store.index.omissions(broken=True):
        yield f"{address} is shown without “{omission.part}”: {omission.reason}"
    for address in stale_pages(store):
        yield f"{address} is not what it should be"
    for address in store.files.addresses():
        if not store.index.knows(address):
            yield f"{address} is stored, but nobody knows what it shows"


def other_address() -> str:
    """What is said where this command was told another address of the site than the pages were made with."""
    served = kept_address(Path(settings.HOME))
    if served in ("", settings.BASE_URL):
        return ""
    return f"the site is served as {served}, but MEIRI_BASE_URL says {settings.BASE_URL} here: unset it, or set it to the former"


def sentence_of(failure: Failure) -> str:
    """Since when a page can't be rendered and why, for operators."""
    since = localtime(datetime.fromtimestamp(failure.since, UTC))
    return (
        f"{failure.address} can't be rendered since {since:%Y-%m-%d %H:%M:%S}, tried {failure.tries} times: "
        f"{failure.error}; the log has the traceback"
    )


def stale_pages(store: PageStore) -> Iterator[str]:
    """The addresses of pages whose file differs from what is rendered now, or of which none can be rendered now. What changes
    meanwhile is looked at again."""
    found = store.index.current()
    while found:
        suspects = [address for _, address in found if PASSING not in store.index.keys_of(address)]
        for look in range(LOOKS):
            if look:
                bring_up_to_date(store)
            suspects = [a for a in suspects if store.index.knows(a) and is_stale(store, a)]
            if not suspects:
                break
        yield from suspects
        last, _ = found[-1]
        found = store.index.current(after=last)


def is_stale(store: PageStore, address: str) -> bool:
    return compare(store, address).stale


@dataclass(frozen=True)
class Compared:
    """Whether a stored page differs from what is rendered now, and the status of that answer."""

    stale: bool
    status: int


def compare(store: PageStore, address: str) -> Compared:
    with store.locked(address):
        snapshot = store.index.snapshot()
        rendered = render(address)
        differs = _differs(store, address, rendered)
        unchanged = store.index.snapshot() == snapshot  # else it may have changed while it was rendered
        return Compared(differs and unchanged, rendered.response.status_code)


def _differs(store: PageStore, address: str, rendered: Rendered) -> bool:
    file = store.files.read(address)
    if rendered.response.status_code == 503:
        return False  # the database is away
    if file is None or not rendered.fit or rendered.response.content != file.content:
        return True
    return any(
        variant is None or expanded(variant.content) != file.content
        for variant, expanded in (
            (store.files.read(address, "br"), brotli.decompress),
            (store.files.read(address, "gzip"), gzip.decompress),
        )
    )
