"""Signs how far the log has come. What is signed once is never contradicted: a log that does not go on from the checkpoint
before is not signed.
"""

import base64
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from meiri.kept_once import kept_once
from meiri.sm2 import sm2_key
from meiri.trust.checkpoints import Checkpoint, open_checkpoint
from meiri.trust.entering import take_over_lost_leaves
from meiri.trust.log_files import CHECKPOINT, KEY, PREFIX, LogFiles, log_files
from meiri.trust.models import Leaf, SignedCheckpoint, next_index
from meiri.trust.notes import BY_LOG, BadNote, SignedNote, Signer, with_signatures
from meiri.trust.sm2_notes import sign_with_sm2
from meiri.trust.tiles import WIDTH, FalseTile
from meiri.trust.witnesses import Contradiction, cosignatures_of

logger = logging.getLogger(__name__)

KEY_FILE = "log.key"
# Leaves that one checkpoint is ahead of the one before: a long journal is entered in steps.
MOST_LEAVES = 256 * WIDTH
NEWEST = 1


class LogForked(Exception):
    """The log is not what was signed of it before. The message says what is wrong and what to do, for operators."""


def key_file() -> Path:
    return Path(settings.HOME) / KEY_FILE


def log_key() -> Signer:
    """The key of this site's log, in `MEIRI_HOME/log.key`. Made when it is first asked for, with the origin of the log in it. Raises
    `LogForked` where it is gone after something was signed with it."""
    if not key_file().exists() and SignedCheckpoint.objects.exists():
        raise LogForked(f"{key_file()} is gone: put it back from where you keep it (docs/backups.md).")
    origin = urlsplit(settings.BASE_URL).netloc + PREFIX.rstrip("/")
    made = kept_once(key_file(), lambda: f"{Signer.made(origin, BY_LOG)}\n".encode())
    return Signer.read(made.decode())


def signed_before(key: Signer, files: LogFiles) -> Checkpoint | None:
    """The largest checkpoint that was signed, by what the database and the files of this node say. Raises `LogForked` where they
    contradict each other, or hold one that is not of this key."""
    row = SignedCheckpoint.objects.filter(pk=NEWEST).first()
    found = []
    for place, note in (("the database", row.note if row else None), (f"{files.folder}", files.checkpoint())):
        if note is None:
            continue
        try:
            found.append(open_checkpoint(note, key.verifier)[0])
        except BadNote as error:
            raise LogForked(f"The newest checkpoint in {place} can't be gone on from: {error}") from error
    if len({(one.size, one.root) for one in found}) > len({one.size for one in found}):
        raise LogForked(f"Two checkpoints of {found[0].size} leaves have different roots.")
    return max(found, key=lambda one: one.size, default=None)


def log_is_to_be_signed() -> bool:
    """Whether the log has come further than it was signed, or is behind it. Two queries."""
    signed = SignedCheckpoint.objects.filter(pk=NEWEST).values_list("size", flat=True).first()
    return next_index() != (signed or 0)


def sign_log() -> timedelta | None:
    """Sign the log as far as it has come, with the witnesses' cosignatures, and publish it. Run by the clock, on one node at a time.

    Zero where more is to be signed at once. Raises `LogForked` for a log that does not go on from what was signed before.
    """
    key, files = log_key(), log_files()
    take_over_lost_leaves()
    before = signed_before(key, files)
    old, count = (before.size if before else 0), next_index()
    if count < old:
        raise LogForked(f"{old} leaves were signed, and the database has {count}: restore the newest backup.")
    if count == old:
        return None
    size = min(count, old + MOST_LEAVES)
    checkpoint = Checkpoint(key.name, size, write_tiles(files, size, before))
    note = SignedNote(checkpoint.text, (key.sign(checkpoint.text),))
    try:
        note = with_signatures(note, cosignatures_of(note, checkpoint, files.tree(size)))
    except Contradiction as error:
        raise LogForked(str(error)) from error
    if sm2 := sm2_key():
        note = with_signatures(note, [sign_with_sm2(sm2, key.name, checkpoint.text)])
    SignedCheckpoint.objects.update_or_create(
        pk=NEWEST, defaults={"size": size, "root": checkpoint.root, "note": str(note)}
    )
    publish(files, key, str(note), old, size)
    return timedelta() if count > size else None


def keep_log_files() -> None:
    """Bring the files of this node to the newest checkpoint, which another may have signed. Run by the clock, on each node.

    Raises `LogForked` where the leaves in the database are not those that were signed.
    """
    row = SignedCheckpoint.objects.filter(pk=NEWEST).first()
    files = log_files()
    published = files.checkpoint()
    if row is None or published == row.note:
        return
    key = log_key()
    here = open_checkpoint(published, key.verifier)[0] if published else None
    if here and here.size > row.size:
        return  # the database was restored: its leaves come before the next is signed
    signed = open_checkpoint(row.note, key.verifier)[0]
    if write_tiles(files, row.size, here) != signed.root:
        raise LogForked(f"The leaves in the database are not the {row.size} that were signed.")
    publish(files, key, row.note, here.size if here else 0, row.size)


def write_tiles(files: LogFiles, size: int, before: Checkpoint | None) -> bytes:
    """Write the tiles up to `size` leaves out of the database; the root. Raises `LogForked` where the log does not begin with that
    of `before`. A node without tiles writes all of them."""
    old = _whole_up_to(files, before)
    try:
        written = files.extend(old, entries_from(old // WIDTH * WIDTH, size))
        tree = files.tree(size)
        root, old_root = tree.root(), tree.root(before.size) if before else None
    except FalseTile as error:
        raise LogForked(f"{error}: delete the folder {files.folder}/tile, and it is written anew.") from error
    if written != size:
        raise LogForked(f"The database has {written} of {size} leaves.")
    if before and old_root != before.root:
        raise LogForked(
            f"The first {before.size} leaves have the root {_shown(old_root)}; signed was {_shown(before.root)}."
        )
    return root


def _whole_up_to(files: LogFiles, before: Checkpoint | None) -> int:
    """How far the tiles need not be written again: the size of the checkpoint of which they are; else 0."""
    note = files.checkpoint()
    if before is None or note is None:
        return 0
    here = Checkpoint.read(SignedNote.read(note).text)
    try:
        return here.size if files.tree(here.size).root() == here.root else 0
    except FalseTile:
        return 0


def entries_from(first: int, size: int) -> Iterator[bytes]:
    rows = Leaf.objects.filter(index__gte=first, index__lt=size).order_by("index")
    for expected, (index, commitment) in enumerate(
        rows.values_list("index", "commitment").iterator(chunk_size=8 * WIDTH), first
    ):
        if index != expected:
            raise LogForked(f"Leaf {expected} is missing in the database.")
        yield bytes(commitment)


def publish(files: LogFiles, key: Signer, note: str, old: int, size: int) -> None:
    files.publish(KEY, f"{key.verifier}\n")
    files.publish(CHECKPOINT, note)
    files.forget_partial_tiles(old, size)


def _shown(root: bytes | None) -> str:
    return base64.b64encode(root or b"").decode()
