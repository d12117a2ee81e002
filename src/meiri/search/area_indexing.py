"""Keep the indexes of areas in step with the journal, and build them anew where they can't be used: in one thread of the worker, for
they are small. One that is of another version or of another journal is never asked and built at once."""

import logging
import shutil
import time
from threading import Event

from django.db import close_old_connections

from meiri.journal.log import end_of_journal, idle_seconds, last_sequence
from meiri.journal.models import Entry
from meiri.search.areas import SearchArea, areas
from meiri.search.index import SMALL_HEAP, IndexedUpTo, Store, keep_position, open_index, position_of, store
from meiri.search.index_documents import document_of, fields_of
from meiri.search.indexing import is_same_journal
from meiri.search.tantivy_files import damaged_file
from meiri.wakeups import wakeups

logger = logging.getLogger(__name__)

# Things that are read at a time, and entries of the journal.
PORTION, BATCH = 500, 200
RETRY_SECONDS = 5.0
LOOK_SECONDS = 0.02


def keep_areas(stopping: Event) -> None:
    """Work until told to stop; one process a node does. Errors are logged and never end it."""
    checked: set[str] = set()
    while not stopping.is_set():
        with store().alone("areas") as alone:
            while alone and not stopping.is_set():
                close_old_connections()
                seen = wakeups.number
                try:
                    if not catch_up_areas(checked):
                        wakeups.sleep(seen, idle_seconds(), stopping)
                except Exception:
                    logger.exception("The indexes of areas could not be kept in step; trying again")
                    stopping.wait(RETRY_SECONDS)
        stopping.wait(RETRY_SECONDS)


def catch_up_areas(checked: set[str]) -> bool:
    """Do a little of what there is to do in each area; whether there was anything. `checked`: the folders of indexes that were found
    whole, which are not looked at again. One query where nothing waits."""
    end = last_sequence()
    return sum(_catch_up(area, end, checked) for area in areas()) > 0


def areas_up_to_date(patience: float = 60.0) -> bool:
    """Wait, at most `patience` seconds, until the indexes of areas know the whole journal; do the work where nobody else does."""
    until, checked = time.monotonic() + patience, set[str]()
    with store().alone("areas") as alone:
        while time.monotonic() < until:
            if alone and not catch_up_areas(checked):
                return True
            time.sleep(0 if alone else LOOK_SECONDS)
    return False


def _catch_up(area: SearchArea, end: int, checked: set[str]) -> bool:
    folder = area.store.current
    position = position_of(folder) if folder else None
    if folder is None or position is None or not _is_usable(area.store, str(folder), position, checked):
        build_area(area)
        return True
    if end <= position.sequence:
        return False
    entries = list(Entry.objects.after(position.sequence)[:BATCH])
    changed = area.changed([key for entry in entries for key in entry.keys])
    if changed is None:
        build_area(area)
        return True
    _write(area, folder, sorted(changed))
    keep_position(folder, IndexedUpTo(entries[-1].sequence, entries[-1].digest))
    return True


def _is_usable(kept: Store, folder: str, position: IndexedUpTo, checked: set[str]) -> bool:
    if folder in checked and not kept.told_of_damage.exists():
        return True
    current = kept.current
    if current is None or not is_same_journal(position) or damaged_file(current):
        return False
    kept.told_of_damage.unlink(missing_ok=True)
    checked.add(folder)
    return True


def build_area(area: SearchArea) -> int:
    """Index all of an area beside the index that answers, and let the new one answer; how many things there are. Memory is bounded."""
    position, folder, count, key = IndexedUpTo(*end_of_journal()), area.store.begin(), 0, 0
    try:
        writer = open_index(folder).writer(SMALL_HEAP, 1)
        try:
            while keys := area.keys_after(key, PORTION):
                for text in area.texts_of(keys):
                    writer.add_document(document_of(fields_of(text)))
                    count += 1
                key = keys[-1]
            writer.commit()
        finally:
            writer.wait_merging_threads()
        keep_position(folder, position)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    area.store.adopt(folder)
    return count


def _write(area: SearchArea, folder, keys: list[int]) -> None:
    """Let the index in `folder` have `keys` as they are now: not at all where readers may not see them."""
    if not keys:
        return
    writer = open_index(folder).writer(SMALL_HEAP, 1)
    try:
        for start in range(0, len(keys), PORTION):
            portion = keys[start : start + PORTION]
            for key in portion:
                writer.delete_documents_by_term("id", key)
            for text in area.texts_of(portion):
                writer.add_document(document_of(fields_of(text)))
        writer.commit()
    finally:
        writer.wait_merging_threads()
