"""Moving an archive in: looked at, run in steps of one transaction each, gone on with wherever it ended."""

import logging
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from django.utils import timezone

from meiri.ingest.migration.looking import count_content, propose_columns
from meiri.ingest.migration.old_addresses import canonical_address, digest_of, keep_addresses
from meiri.ingest.migration.old_archive import ArchiveSource, ArchiveSystem, NotTaken, OldArchive, OldPost
from meiri.ingest.migration.reading_bodies import reading_bodies
from meiri.ingest.migration.storing_posts import PostReader, PostStore, ReadPost
from meiri.ingest.migration.systems import system_of
from meiri.ingest.models import MovedPost, MoveIn, MoveState, OldAddress, PostFate
from meiri.ingest.parsed import Unreadable
from meiri.review.reviewed_publication import publishing_unreviewed
from meiri.sections.models import Channel

logger = logging.getLogger(__name__)

# Posts of one transaction, and how many steps are read ahead of the one that is stored.
STEP = 100
AHEAD = 2
TRIED = 50
_TAKEN = (PostFate.IMPORTED, PostFate.DUPLICATE)
# What a run tells of itself; all else of a move is what somebody decided.
_TOLD = ["state", "seen", "message", "began_at", "ended_at", "faults"]


@dataclass
class OpenedArchive:
    """An archive with its system and the move that it belongs to."""

    source: ArchiveSource
    system: ArchiveSystem
    archive: OldArchive
    move: MoveIn

    @property
    def folder(self) -> Path:
        return Path(self.move.files) if self.move.files else self.archive.folder or self.source.folder


@contextmanager
def opened(path: Path, files: Path | None = None, move: MoveIn | None = None) -> Iterator[OpenedArchive]:
    """The archive at `path`, with its move: the one that is given, else the same for the same site, wherever its files lie. Raises
    `Unreadable`."""
    source = ArchiveSource(path)
    system = system_of(source)
    archive = _open(system, source)
    try:
        site = (archive.site or path.name)[:200]
        if move is None:
            move, _ = MoveIn.objects.get_or_create(
                system=system.name, site=site, defaults={"source": str(path)[:1000]}
            )
        move.source = str(path)[:1000]
        move.files = str(files) if files else move.files
        yield OpenedArchive(source, system, archive, move)
    finally:
        archive.close()


def _open(system: ArchiveSystem, source: ArchiveSource) -> OldArchive:
    try:
        return system.open(source)
    except Unreadable:
        raise
    except Exception as error:  # whatever a damaged file makes its reader trip over
        logger.exception("An archive could not be opened")
        raise Unreadable(
            f"打开时出错（{type(error).__name__}）：{system.label}已损坏，或不是完整的备份。"
        ) from error


def look(opened_archive: OpenedArchive) -> MoveIn:
    """Count what is in an archive, and propose where its columns go; what an editor has decided stays."""
    move, archive = opened_archive.move, opened_archive.archive
    content = count_content(archive)
    move.columns = propose_columns(archive.columns(), content, move.columns)
    move.found = content.as_data()
    move.found["friend_links"] = [[link.name, link.url] for link in archive.friend_links()[:1000]]
    move.found["navigation"] = [[link.name, link.url] for link in archive.navigation()[:100]]
    move.faults = archive.faults()[:1000]
    move.save(update_fields=["columns", "found", "faults", "source", "files"])
    return move


@contextmanager
def _reading(one: OpenedArchive, otherwise: Channel | None) -> Iterator[PostReader]:
    chosen = {key: column["channel"] for key, column in one.move.columns.items() if column.get("channel")}
    channels = {channel.slug: channel for channel in Channel.objects.filter(slug__in=set(chosen.values()))}
    if missing := sorted(set(chosen.values()) - set(channels)):
        raise Unreadable(f"没有频道“{'”“'.join(missing[:5])}”，请先建立，或改栏目对应。")
    with reading_bodies(one.archive.base) as bodies:
        yield PostReader(
            bodies,
            {key: channels[slug] for key, slug in chosen.items()},
            partial(one.archive.picture_file, one.folder),
            {column.key: column.name for column in one.archive.columns()},
            otherwise,
        )


def try_some(one: OpenedArchive, otherwise: Channel | None = None) -> list[ReadPost]:
    """The first posts as they would come in. Nothing is stored."""
    with _reading(one, otherwise) as reader:
        return reader.read(list(islice(one.archive.posts(), TRIED)))


def run(one: OpenedArchive, otherwise: Channel | None = None) -> Generator[list[MovedPost], None, None]:
    """Move what is not here yet, step by step; what became of each post of a step, when it is stored. Whoever stops asking pauses it.

    What a step is is one transaction: a run that was killed is gone on with by running again. A run after one that ended changes nothing.
    """
    move = one.move
    if not move.columns:
        look(one)
    move.state, move.seen, move.message = MoveState.RUNNING, 0, ""
    move.began_at = move.began_at or timezone.now()
    move.save(update_fields=["columns", "publishes", "source", "files", *_TOLD])
    try:
        with _reading(one, otherwise) as reader, publishing_unreviewed("旧站迁入"):
            yield from _steps(one, reader)
        _lead_on_from_columns(one, reader)
        move.state, move.ended_at = MoveState.ENDED, timezone.now()
        move.faults = one.archive.faults()[:1000]
    except GeneratorExit:
        move.state = MoveState.PAUSED
        raise
    except Unreadable as error:
        move.state, move.message = MoveState.FAILED, error.reason[:500]
        raise
    except BaseException as error:
        move.state, move.message = MoveState.FAILED, f"出错（{type(error).__name__}），再运行一次会接着迁。"
        raise
    finally:
        move.save(update_fields=_TOLD)


def _steps(one: OpenedArchive, reader: PostReader) -> Iterator[list[MovedPost]]:
    store = PostStore(one.move)
    waiting: deque[Future[list[ReadPost]]] = deque()
    with ThreadPoolExecutor(max_workers=1) as pool:
        for step in _new_steps(one):
            waiting.append(pool.submit(reader.read, step))
            if len(waiting) > AHEAD:
                yield take(store, waiting.popleft().result())
        while waiting:
            yield take(store, waiting.popleft().result())


def _new_steps(one: OpenedArchive) -> Iterator[list[OldPost | NotTaken]]:
    """The posts that were not taken yet, in steps."""
    posts = one.archive.posts()
    step: list[OldPost | NotTaken] = []
    while piece := list(islice(posts, STEP)):
        known = _taken(one.move, piece)
        one.move.seen += sum(digest_of(post.key) in known for post in piece)
        step += [post for post in piece if digest_of(post.key) not in known]
        if len(step) >= STEP:
            yield _told_apart(step)
            step = []
    if step:
        yield _told_apart(step)


def _taken(move: MoveIn, posts: Sequence[OldPost | NotTaken]) -> set[int]:
    found = MovedPost.objects.filter(
        move=move, digest__in=[digest_of(post.key) for post in posts], fate__in=_TAKEN
    )
    return set(found.values_list("digest", flat=True))


def _told_apart(posts: list[OldPost | NotTaken]) -> list[OldPost | NotTaken]:
    """Posts that their system calls the same get numbers of their own."""
    seen: dict[str, int] = {}
    found = []
    for post in posts:
        seen[post.key] = number = seen.get(post.key, 0) + 1
        found.append(post if number == 1 else replace(post, key=f"{post.key}#{number}"))
    return found


def take(store: PostStore, read: list[ReadPost]) -> list[MovedPost]:
    """Store a step. Where it fails as a whole, each of its posts is tried alone, and what can't be stored is refused."""
    seen = store.move.seen
    try:
        return store.take(read)
    except Exception:
        logger.info("A step of a move is taken post by post", exc_info=True)
        store.move.seen = seen
        store.forget_pictures()
    fates = []
    for one in read:
        try:
            fates += store.take([one])
        except Exception as error:  # one post, whatever is in it, never ends a run
            logger.exception("A post could not be moved")
            store.forget_pictures()
            reason = f"存入时出错（{type(error).__name__}），没有迁入。"
            fates += store.take([ReadPost(OldPost(one.post.key, one.post.title), reason=reason)])
    return fates


def _lead_on_from_columns(one: OpenedArchive, reader: PostReader) -> None:
    """The addresses of columns lead to the channels that they went to."""
    rows = []
    for column in one.archive.columns():
        address = canonical_address(column.address) if column.address else ""
        if address and address != "/" and (channel := reader.channels.get(column.key)):
            rows.append(
                OldAddress(digest=digest_of(address), address=address, move=one.move, channel=channel)
            )
    keep_addresses(rows)
