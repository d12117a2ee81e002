"""Build a node's index anew from the database, beside the one that answers meanwhile."""

import gc
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from math import ceil
from multiprocessing import get_context

from django.db import connection

from meiri.journal.log import end_of_journal
from meiri.search.index import LARGE_HEAP, IndexedUpTo, Store, keep_position, open_index
from meiri.search.index_documents import (
    Fields,
    document_of,
    fields_of_articles,
    greatest_key,
    keys_of_all,
    number_of_all,
    sounds_of,
)
from meiri.search.tantivy_files import damaged_file

BATCH = 500
# Cutting text into words takes most of the time: for large archives it is done in processes of its own.
LARGE = 5_000
# So many articles at most are gathered in memory before they are written as a part of the index.
PART = 8_400
# So many parts of about the same size tantivy makes one of (its `LogMergePolicy`).
JOINED = 8
PROCESSES = 2


class RebuildRunning(Exception):
    """Another process builds this node's index already."""


def rebuild(store: Store, done: Callable[[int], None] = lambda articles: None) -> int:
    """Index every published article and let the new index answer; how many there are. `done` is told the size of each
    batch. Memory is bounded. Whoever stops it halfway leaves the old index as it was. Raises `RebuildRunning`."""
    with store.alone("building") as alone:
        if not alone:
            raise RebuildRunning("This node's search index is being built by another process.")
        store.keep_progress(0)
        # What is published while this runs comes after this place: whoever follows the journal goes on from here.
        position = IndexedUpTo(*end_of_journal())
        greatest, folder = greatest_key(), store.begin()
        try:
            writer = open_index(folder).writer(LARGE_HEAP, 1)
            try:
                count, part = 0, part_of(number_of_all(greatest))
                for batch in all_fields(greatest, 0 if is_quick() else PROCESSES):
                    for fields in batch:
                        writer.add_document(document_of(fields))
                        count += 1
                        if count % part == 0:
                            writer.commit()
                    if batch:
                        store.keep_progress(int(batch[-1]["id"][0]) / max(greatest, 1))
                    done(len(batch))
                writer.commit()
            finally:
                writer.wait_merging_threads()
            if damaged := damaged_file(folder):
                raise OSError(f"{folder / damaged} is not what was written.")
            keep_position(folder, position)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        store.adopt(folder)
        return count


def part_of(articles: int) -> int:
    """How many of `articles` make a part: so many that the parts, joined again and again, leave a few large ones. Words that
    each part has for itself take space, and looking into each takes time."""
    joined = 1
    while articles > joined * JOINED * PART:
        joined *= JOINED
    left = ceil(articles / (joined * PART))
    return ceil(articles / (joined * left)) if left else 1


def is_quick() -> bool:
    """Whether the archive is so small that an index of it is built in a few seconds."""
    return greatest_key() <= LARGE


def all_fields(greatest: int, processes: int) -> Iterator[list[Fields]]:
    """What the index keeps of all published articles with keys up to `greatest`, in batches in the order of their keys."""
    keys = keys_of_all(greatest, BATCH)
    if not processes:
        yield from map(fields_of_articles, keys)
        return
    # The processes are copies of this one: dictionaries are loaded once for all, and no connection may be open.
    sounds_of("字")
    connection.close()
    # What is there is not looked at by the copies' collectors: it would be copied only for that.
    gc.freeze()
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        waiting = deque(pool.submit(fields_of_articles, batch) for batch in islice(keys, 2 * processes))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(pool.submit(fields_of_articles, batch) for batch in islice(keys, 1))
