"""Keep the node's index in step with the journal, and build it anew where it can't be used.

Its place in the journal lies beside the index and moves after what was written is safe: entries may come twice, none is lost.
"""

import logging
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import tantivy
from django.db import close_old_connections

from meiri.delivery.invalidation import let_pages_go_first
from meiri.journal.content_keys import ARTICLE, PICTURE
from meiri.journal.log import idle_seconds, last_sequence
from meiri.journal.models import GENESIS, Entry
from meiri.newsroom.events import ErasureEvent
from meiri.search.index import (
    SMALL_HEAP,
    IndexedUpTo,
    Store,
    Unavailable,
    keep_position,
    open_index,
    position_of,
)
from meiri.search.index_documents import articles_with_pictures, document_of, fields_of_articles
from meiri.search.tantivy_files import damaged_file
from meiri.wakeups import wakeups

logger = logging.getLogger(__name__)

BATCH = 200
# Articles that are read at a time.
PORTION = 500
RETRY_SECONDS = 5.0
# Between two looks at what another process does.
LOOK_SECONDS = 0.2


class Indexer:
    """Works until told to stop. One a node: a lock sees to that."""

    def __init__(self, store: Store, stopping: Event):
        self.store, self.stopping = store, stopping
        self._writer = Writer(store)
        self._checked: object = None
        self._building: subprocess.Popen | None = None

    def run(self) -> None:
        """Errors are logged and never end it."""
        while not self.stopping.is_set():
            with self.store.alone("writing") as alone, self._writer:
                while alone and not self.stopping.is_set():
                    close_old_connections()
                    seen = wakeups.number
                    try:
                        if self.step() is not None:
                            wakeups.sleep(seen, idle_seconds(), self.stopping)
                    except Exception:
                        logger.exception("The search index could not be kept in step; trying again")
                        self.stopping.wait(RETRY_SECONDS)
            self.stopping.wait(RETRY_SECONDS)
        if self._building:
            self._building.terminate()
            self._building.wait()

    def step(self) -> bool | None:
        """Do a little of what there is to do. None where there may be more at once."""
        if self._is_building():
            return False
        folder = self.store.current
        if folder is None or not self._is_usable(folder) or self.store.told_of_erasure.exists():
            self._build()
            return False
        position = position_of(folder)
        if position and last_sequence() <= position.sequence:
            return True
        let_pages_go_first(self.stopping)
        return None if self._writer.catch_up() else True

    def _is_usable(self, folder) -> bool:
        """Whether the index can be read and belongs to this journal. Its files are checked once, and when somebody could not
        read them."""
        told = self.store.told_of_damage.exists()
        if self._checked != folder or told:
            position = position_of(folder)
            if position is None or not is_same_journal(position):
                logger.warning("The search index is of another journal; it is built anew.")
                return False
            if file := damaged_file(folder):
                logger.error("The search index is damaged (%s); it is built anew.", file)
                return False
            self.store.told_of_damage.unlink(missing_ok=True)
            self._checked = folder
        return True

    def _is_building(self) -> bool:
        if self._building is None:
            return False
        status = self._building.poll()
        if status is None:
            return True
        self._building = None
        if status:
            logger.error("Building the search index ended with status %s; it will be tried again", status)
            self.stopping.wait(RETRY_SECONDS)
        return False

    def _build(self) -> None:
        """In a process of its own, which other work does not wait for."""
        logger.info("Building the search index")
        self._writer.close()
        self._building = subprocess.Popen(
            [sys.executable, "-m", "meiri.conf.command", "reindex"], stdout=subprocess.DEVNULL
        )


def is_same_journal(position: IndexedUpTo) -> bool:
    """Whether the journal has the entry that the index had come to."""
    if position.sequence == 0:
        return position.digest == GENESIS
    return Entry.objects.filter(pk=position.sequence, digest=position.digest).exists()


class Writer:
    """Brings what the journal tells into the index that answers. It stays open from one batch to the next: tantivy merges parts
    of the index meanwhile, and what is published then need not wait until a large one is done."""

    def __init__(self, store: Store):
        self.store = store
        self._folder: Path | None = None
        self._open: tantivy.IndexWriter | None = None

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index. What was not committed is gone, and a merge that is not done is begun again another time."""
        self._folder = self._open = None

    def catch_up(self) -> int:
        """Write what the next entries of the journal have changed. How many; 0 at its end. Raises `Unavailable`."""
        folder = self.store.current
        position = position_of(folder) if folder else None
        if folder is None or position is None:
            raise Unavailable("There is no index to keep in step.")
        entries = list(Entry.objects.after(position.sequence)[:BATCH])
        if not entries:
            return 0
        keys = [key for entry in entries for key in entry.keys]
        pictures = sorted(set(PICTURE.numbers(keys)))
        ids = sorted({*ARTICLE.numbers(keys), *articles_with_pictures(pictures)})
        if ids:
            self._write(folder, ids)
        if any(isinstance(entry.event, ErasureEvent) for entry in entries):
            self.store.told_of_erasure.touch()
        keep_position(folder, IndexedUpTo(entries[-1].sequence, entries[-1].digest))
        return len(entries)

    def _write(self, folder: Path, ids: list[int]) -> None:
        """Let the index in `folder` have the articles `ids` as they are now: not at all where they are not published."""
        writer = self._opened(folder)
        try:
            for start in range(0, len(ids), PORTION):
                portion = ids[start : start + PORTION]
                for key in portion:
                    writer.delete_documents_by_term("id", key)
                for fields in fields_of_articles(portion):
                    writer.add_document(document_of(fields))
            writer.commit()
        except BaseException:
            del writer  # tantivy's lock goes with it, also while the error is looked at
            self.close()
            raise

    def _opened(self, folder: Path) -> tantivy.IndexWriter:
        if self._open is None or self._folder != folder:
            self.close()
            self._open, self._folder = open_index(folder).writer(SMALL_HEAP, 1), folder
        return self._open


def bring_up_to_date(store: Store, patience: float = 60.0) -> bool:
    """Wait, at most `patience` seconds, until the index knows the whole journal; do the work where nobody else does it.
    Where there is no usable index, it is built."""
    from meiri.search.rebuilding import RebuildRunning, rebuild

    until = time.monotonic() + patience
    with store.alone("writing") as alone, Writer(store) as writer:
        while time.monotonic() < until:
            folder = store.current
            position = position_of(folder) if folder else None
            is_to_be_built = store.told_of_erasure.exists()
            if alone and (position is None or not is_same_journal(position) or is_to_be_built):
                writer.close()
                try:
                    rebuild(store)
                except RebuildRunning:
                    time.sleep(LOOK_SECONDS)
            elif position and last_sequence() <= position.sequence and is_same_journal(position):
                return True
            elif not (alone and writer.catch_up()):
                time.sleep(0.02)
    return False
