"""The folder of pages, as whoever watches it for changes from outside needs it."""

import os

from meiri.delivery.checked_pages import WATCHED_UNTIL
from meiri.delivery.page_files import address_of
from meiri.delivery.page_store import PageStore

NOT_ALL_WATCHED = "not all watched"


class GuardedPages:
    """See `operations.file_guard.GuardedFolder`."""

    def __init__(self, store: PageStore):
        self.store, self.root = store, str(store.files.folder)

    def inspect(self, since: float) -> None:
        self.store.inspect(since)

    def look_at(self, path: str) -> None:
        name = os.path.relpath(path, self.root)
        self.store.put_right(address_of(name.removesuffix(".br").removesuffix(".gz")))

    def folder_is_gone(self, path: str) -> None:
        self.store.inspect_below(f"/{os.path.relpath(path, self.root)}/")

    def watched_until(self) -> float:
        return float(self.store.index.recall(WATCHED_UNTIL) or 0)

    def note_watched(self, until: float, everything: bool) -> None:
        self.store.index.keep(WATCHED_UNTIL, str(until))
        self.store.index.keep(NOT_ALL_WATCHED, "" if everything else "1")
