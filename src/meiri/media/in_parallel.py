"""Work that waits for another machine, several pieces at a time."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

THREADS = 8

Given = TypeVar("Given")
Made = TypeVar("Made")


def in_parallel(
    work: Callable[[Given], Made],
    items: Iterable[Given],
    undo: Callable[[Made], object] = lambda made: None,
) -> Iterator[Made]:
    """What `work`, which asks no database, makes of each item, in the order of the items. These are asked for in this thread, no more than
    are being worked at. What `work` raises is raised here, once what was made before it was given; what was made beyond is undone."""
    waiting: deque[Future[Made]] = deque()
    rest = iter(items)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="s3") as threads:
        try:
            waiting.extend(threads.submit(work, item) for item in islice(rest, 2 * THREADS))
            while waiting:
                yield waiting.popleft().result()
                waiting.extend(threads.submit(work, item) for item in islice(rest, 1))
        finally:
            for future in waiting:
                if not future.cancel() and future.exception() is None:
                    undo(future.result())
