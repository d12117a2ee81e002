"""Keep the node's file of counts as the database has them, whichever process or node changed them.

Views are followed by the numbers that their changes have (`ViewsHead`), comments by the entries of the journal that
name `comments:N`. The file says how far it follows; that is written last, so that a worker that dies goes over the
same changes again. It is made anew when a worker begins, when it is missing or damaged, and when the database was set
back behind it.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from meiri.audience.counts_file import LARGEST_ID, NAME, ArticleCounts, CountsFile, NoCounts, Progress, create
from meiri.audience.models import ArticleViews, ViewsHead
from meiri.file_locks import try_lock
from meiri.journal.content_keys import COMMENTS
from meiri.journal.events import kinds_naming
from meiri.journal.log import last_sequence
from meiri.journal.models import Entry
from meiri.journal.verification import register_check

LOCK = "counts.lock"
CHUNK = 10_000
PART = 500
# How many articles that seem to differ are looked at again, and how long a running worker is given to catch up.
DOUBTED = 1_000
PATIENCE_SECONDS = 5


class CommentCounts(NamedTuple):
    """Where the numbers of comments come from: those of some articles, and all, ordered by article."""

    of: Callable[[Sequence[int]], Mapping[int, int]]
    every: Callable[[], Iterable[tuple[int, int]]]


_comments = CommentCounts(lambda ids: {}, lambda: ())


def comments_are_counted_by(source: CommentCounts) -> None:
    """Say where the numbers of comments come from. Comments stand beside this app, which can't know them."""
    global _comments
    _comments = source


class CountsFileWriter:
    """The one process of a node that writes the file; it holds a lock for as long as it lives."""

    def __init__(self, home: Path, lock: int):
        self.path = home / NAME
        self.file: CountsFile | None = None
        self._lock = lock

    @classmethod
    def take(cls, home: Path) -> "CountsFileWriter | None":
        """The keeper of a data folder, None where another process is."""
        lock = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        if not try_lock(lock):
            os.close(lock)
            return None
        return cls(home, lock)

    def keep(self) -> None:
        """Bring the file up to what is committed. Three queries where nothing changed."""
        now = _present()
        if self.file is None or not self._holds(self.file, now):
            self.make_anew()
            return
        before = self.file.progress
        if before.change < now.change:
            self.file.set_views(_views().filter(changed__gt=before.change).iterator(CHUNK))
        if before.entry < now.entry:
            for ids in _commented(before.entry, now.entry):
                counted = _comments.of(ids)
                self.file.set_comments((i, counted.get(i, 0)) for i in ids)
        self.file.set_progress(now)

    def make_anew(self) -> None:
        """Write a new file from the whole database in bounded memory, and put it in the old one's place."""
        # Whatever is changed from here on is gone over once more by the next `keep`.
        progress = _present()
        draft = create(self.path.with_suffix(".new"))
        draft.set_views(_views().iterator(CHUNK))
        draft.set_comments(_comments.every())
        draft.set_progress(progress)
        draft.path.rename(self.path)
        draft.path = self.path
        if self.file is not None:
            self.file.close()
        self.file = draft

    def let_go(self) -> None:
        """Close the file and let another process keep it."""
        if self.file is not None:
            self.file.close()
        os.close(self._lock)

    @staticmethod
    def _holds(file: CountsFile, now: Progress) -> bool:
        if not (file.is_current() and file.is_sound()):
            return False
        return file.progress.change <= now.change and file.progress.entry <= now.entry


_keeper: CountsFileWriter | None = None


def keep_counts() -> None:
    """Keep this node's file of counts, where no other process does. Run by the clock, each second."""
    global _keeper
    home = Path(settings.HOME)
    if _keeper is not None and _keeper.path.parent != home:
        _keeper.let_go()
        _keeper = None
    if _keeper is None:
        _keeper = CountsFileWriter.take(home)
    if _keeper is not None:
        _keeper.keep()


def _present() -> Progress:
    change = ViewsHead.objects.values_list("changed", flat=True).first() or 0
    return Progress(change, last_sequence())


def _views():
    return ArticleViews.objects.order_by().values_list("article_id", "total")


def _commented(after: int, last: int) -> Iterator[list[int]]:
    """The articles whose comments changed in the entries after `after` up to `last`, in bounded parts."""
    entries = Entry.objects.filter(sequence__gt=after, sequence__lte=last, kind__in=kinds_naming(COMMENTS))
    found = entries.order_by("sequence").values_list("keys", flat=True).iterator(CHUNK)
    ids = (number for keys in found for number in COMMENTS.numbers(keys))
    while part := list(islice(ids, PART)):
        yield part


@register_check("counts")
def counts_are_those_of_the_database() -> Iterable[str]:
    """Compare the file with the database, article by article, in bounded memory. A missing file is no fault."""
    path = Path(settings.HOME, NAME)
    if not path.exists():
        return
    try:
        file = CountsFile(path)
    except NoCounts:
        yield f"{path} is no file of counts; delete it, and the worker makes it anew"
        return
    doubtful = list(islice(_differing(file), DOUBTED))
    until = time.monotonic() + PATIENCE_SECONDS
    while doubtful and time.monotonic() < until:
        time.sleep(0.2)
        doubtful = _still_differing(path, doubtful)
    for article in doubtful:
        yield f"article {article}: {path} does not hold the views or comments of the database"
    file.close()


def _differing(file: CountsFile) -> Iterator[int]:
    """The articles of which the file has something else than the database."""
    following = 0
    for article, expected in _counted():
        yield from _not_nought(file, following, article)
        if article <= LARGEST_ID and file.counts(article) != expected:
            yield article
        following = article + 1
    yield from _not_nought(file, following, file.end)


def _not_nought(file: CountsFile, first: int, end: int) -> Iterator[int]:
    return (article for article in range(first, min(end, file.end)) if file.counts(article) != (0, 0))


def _counted() -> Iterator[tuple[int, ArticleCounts]]:
    """Every article of which the database has views or comments, by id."""
    rows = [iter(_views().order_by("pk").iterator(CHUNK)), iter(_comments.every())]
    heads = [next(row, None) for row in rows]
    while found := [head for head in heads if head]:
        article = min(head[0] for head in found)
        counts = [0, 0]
        for n, head in enumerate(heads):
            if head and head[0] == article:
                counts[n], heads[n] = head[1], next(rows[n], None)
        yield article, ArticleCounts(*counts)


def _still_differing(path: Path, articles: Sequence[int]) -> list[int]:
    """Those of `articles` that differ now; the worker may have changed the file, or made another, meanwhile."""
    views = dict(_views().filter(pk__in=articles))
    comments = _comments.of(articles)
    try:
        file = CountsFile(path)
    except NoCounts:
        return []
    try:
        return [i for i in articles if file.counts(i) != (views.get(i, 0), comments.get(i, 0))]
    finally:
        file.close()
