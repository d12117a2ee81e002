"""What editors ask of old sites' archives, done by the worker: looked at, tried, moved in, undone; and ended where somebody pauses it."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from django.conf import settings
from django.utils import timezone

from meiri.ingest.migration.fetched_store import FetchedStore, is_store
from meiri.ingest.migration.fetching_site import (
    FetchOrder,
    base_of,
    fetch_site,
    folder_for,
    is_address,
    kind_of,
)
from meiri.ingest.migration.moving_in import OpenedArchive, look, opened, run, try_some
from meiri.ingest.migration.storing_posts import ReadPost
from meiri.ingest.migration.undoing import undo
from meiri.ingest.models import AskedOfMove, MoveIn, MoveState
from meiri.ingest.parsed import Unreadable
from meiri.ingest.sanitise import plain
from meiri.operations.clock_jobs import ClockJob, run_line
from meiri.sections.models import Channel

logger = logging.getLogger(__name__)

# Seconds between two looks for what somebody asked.
PERIOD = 2
# Characters of a text that are shown of a trial.
BEGINNING = 300
# Answers of an old site between two notes of how many came.
TOLD_EVERY = 20


def folder_of_archives() -> Path:
    """Where operators put the archives that editors may choose."""
    return Path(settings.HOME) / "move-in"


def mover(stopping: Event) -> Thread:
    """The thread of a worker that does what is asked. Nothing is lost where it dies, so the worker's end need not wait for it."""

    def move_in() -> None:
        do_what_is_asked(stopping)

    job = ClockJob(move_in, PERIOD, line="moving in", is_wanted=is_anything_asked)
    return Thread(target=run_line, args=[[job], stopping], name="moving in", daemon=True)


class _Over(Exception):
    """What was asked is asked no more, or the worker ends, while an old site is waited for."""


@dataclass(frozen=True)
class _Wish:
    """What is asked of a move, as long as it is."""

    move: MoveIn
    asked: str
    stopping: Event

    def is_over(self) -> bool:
        return self.stopping.is_set() or not MoveIn.objects.filter(pk=self.move.pk, asked=self.asked).exists()

    def wait(self, seconds: float) -> None:
        """Sleep so many seconds. Raises `_Over`."""
        until = time.monotonic() + seconds
        while (rest := until - time.monotonic()) > 0:
            if self.is_over():
                raise _Over
            self.stopping.wait(min(rest, PERIOD))


def is_anything_asked() -> bool:
    return MoveIn.objects.exclude(asked=AskedOfMove.NOTHING).exists()


def do_what_is_asked(stopping: Event) -> None:
    """Do the first thing that is asked, to its end, until somebody asks for something else, or until `stopping` is set; then it is still
    asked for, and the next worker goes on."""
    move = MoveIn.objects.exclude(asked=AskedOfMove.NOTHING).order_by("pk").first()
    if move is None:
        return
    asked, message = move.asked, ""
    wish = _Wish(move, asked, stopping)
    try:
        for _ in _steps(wish):
            if wish.is_over():
                return
    except _Over:
        return
    except Unreadable as error:
        message = error.reason
    except Exception as error:  # whatever it is: it is told, and asked again by whoever mended it
        logger.exception("What was asked of an old site could not be done")
        message = f"出错（{type(error).__name__}），没有做完；再做一次会接着做。请把数据交给技术人员查看。"
    MoveIn.objects.filter(pk=move.pk, asked=asked).update(asked=AskedOfMove.NOTHING)
    if message:
        MoveIn.objects.filter(pk=move.pk).update(
            message=message[:500], state=MoveState.FAILED, ended_at=timezone.now()
        )


def _steps(wish: _Wish) -> Iterator[object]:
    move = wish.move
    if move.asked == AskedOfMove.UNDO:
        yield from undo(move)
        return
    files = Path(move.files) if move.files else None
    if not move.system:
        yield from _look_at_new(wish, files)
        return
    if move.asked == AskedOfMove.LOOK and is_store(Path(move.source)):
        yield from _fetch_again(wish)
    with opened(Path(move.source), files, move) as one:
        otherwise = Channel.objects.filter(slug=move.otherwise).first() if move.otherwise else None
        if move.asked == AskedOfMove.LOOK:
            yield look(one)
        elif move.asked == AskedOfMove.TRY:
            _note_trial(one, otherwise)
        else:
            yield from run(one, otherwise)


def _look_at_new(wish: _Wish, files: Path | None) -> Iterator[object]:
    """Look at an archive of which nobody knows the system yet: its move takes the place of the one asked of. Of a site all is fetched first."""
    asked = wish.move
    path = Path(asked.source)
    if is_address(asked.source):
        order = FetchOrder(asked.source)
        archives = folder_of_archives()
        kind = kind_of(order, archives, wish.wait)
        path = folder_for(archives, base_of(asked.source), kind)
        yield from _fetch(wish, order, path, kind)
    with opened(path, files) as one:
        look(one)
    asked.delete()


def _fetch_again(wish: _Wish) -> Iterator[object]:
    """Fetch what came to a site since, or was changed."""
    folder = Path(wish.move.source)
    store = FetchedStore(folder)
    address, kind = store.about("address"), store.about("kind")
    store.close()
    yield from _fetch(wish, FetchOrder(address, kind), folder, kind)


def _fetch(wish: _Wish, order: FetchOrder, folder: Path, kind: str) -> Iterator[object]:
    for count, step in enumerate(fetch_site(order, folder, kind, wish.wait), start=1):
        if count % TOLD_EVERY == 0:
            MoveIn.objects.filter(pk=wish.move.pk).update(seen=count)
        yield step


def _note_trial(one: OpenedArchive, otherwise: Channel | None) -> None:
    one.move.trial = [_told(read) for read in try_some(one, otherwise)]
    one.move.save(update_fields=["trial"])


def _told(read: ReadPost) -> dict:
    """A post as it would come in, for a table. `text`: how its text begins, without markup."""
    parsed = read.parsed
    return {
        "title": read.post.title[:200],
        "date": f"{read.post.published_at:%Y-%m-%d}" if read.post.published_at else "",
        "channel": read.channel.name if read.channel else "",
        "text": plain(parsed.body)[:BEGINNING] if parsed else "",
        "pictures": f"{len(read.files)}/{len(parsed.pictures)}" if parsed else "",
        "comments": len(read.post.comments),
        "notes": "；".join(parsed.warnings) if parsed else read.reason,
        "is_taken": parsed is not None,
    }
