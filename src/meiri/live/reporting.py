"""What reporters and their desk do with the entries of a coverage: write, release, refuse, pin. Each deed is atomic; what readers
see of it ends with one entry of the journal.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from meiri.journal.encoding import content_digest
from meiri.journal.log import actor, append
from meiri.live.directing import locked, told_of
from meiri.live.entry_checks import check_entry
from meiri.live.events import (
    LiveEntryMarked,
    LiveEntryPublished,
)
from meiri.live.models import (
    LONGEST_NOTE,
    MOST_ENTRIES,
    Coverage,
    EntryState,
    LiveEntry,
    next_change,
)
from meiri.newsroom.models import Author
from meiri.newsroom.posts import name_of
from meiri.policy import check, may

# So many waiting entries of one coverage are kept: beyond that somebody has to decide first.
MOST_WAITING = 200
MOST_PINNED = 5
# Of the words of an entry, so much stands in the journal with each publication.
BEGINNING = 60


@transaction.atomic
def write_entry(entry: LiveEntry, by=None) -> LiveEntry:
    """Keep an entry that was just written. Readers see it at once where `by` may post; else it waits for a release.

    An entry whose key is there already is given back as it is stored. Raises `ValidationError`, `PermissionDenied`.
    """
    coverage = locked(entry.coverage)
    earlier = LiveEntry.objects.filter(key=entry.key, coverage=coverage).first()
    if earlier:
        return earlier
    if by is not None:
        check(by, "write", coverage)
    if not coverage.is_running:
        raise ValidationError(f"直播{coverage.get_state_display()}，不能发条目。请先开始直播。")
    check_content(entry)
    entry.coverage, entry.author, entry.state = coverage, by, EntryState.WAITING
    entry.signature = entry.signature or signature_of(by)
    posts = by is None or may(by, "post", coverage)
    if not posts and coverage.entries.waiting()[:MOST_WAITING].count() >= MOST_WAITING:
        raise ValidationError("待审的条目太多，请等编辑处理后再发。")
    entry.save(force_insert=True)
    return _show(entry, coverage, by) if posts else entry


@transaction.atomic
def release_entry(entry: LiveEntry, by=None) -> LiveEntry:
    """Show readers an entry that waits, or one that was refused. Shown once, however often it is released."""
    coverage, stored = take_entry(entry, by, "release")
    if stored.state == EntryState.SHOWN:
        return stored
    if stored.number:
        raise ValidationError("这一条已经撤下，不能再发布。请另发一条。")
    if not coverage.is_running:
        raise ValidationError(f"直播{coverage.get_state_display()}，不能发布条目。")
    return _show(stored, coverage, by)


def _show(entry: LiveEntry, coverage: Coverage, by) -> LiveEntry:
    if coverage.entry_count >= MOST_ENTRIES:
        raise ValidationError(f"一场直播最多 {MOST_ENTRIES} 条。请结束这一场，另开一场。")
    check_entry(coverage, entry)
    entry.number = coverage.entry_count + 1
    entry.change = next_change(coverage, entry_count=entry.number)
    entry.state, entry.shown_at, entry.decided_by, entry.reason = EntryState.SHOWN, timezone.now(), by, ""
    entry.save()
    said = told_of_entry(entry, coverage)
    append(LiveEntryPublished(**said, important=entry.is_important, signature=entry.signature), actor(by))
    return entry


@transaction.atomic
def refuse_entry(entry: LiveEntry, reason: str, by=None) -> LiveEntry:
    """Say why an entry that waits is not shown; its author reads it. The journal is not told: readers never saw it."""
    _, stored = take_entry(entry, by, "release")
    if stored.state != EntryState.WAITING:
        raise ValidationError("这一条已经有人处理过。")
    stored.reason = asked_note(reason, "请写明不采用的原因。")
    stored.state, stored.decided_by = EntryState.REFUSED, by
    stored.save(update_fields=["state", "reason", "decided_by"])
    return stored


@transaction.atomic
def pin_entry(entry: LiveEntry, pinned: bool, by=None) -> LiveEntry:
    """Keep an entry on top of its coverage, or let it go back to its place."""
    coverage, stored = take_entry(entry, by, "release")
    if stored.state != EntryState.SHOWN:
        raise ValidationError("只有已发布的条目可以置顶。")
    if stored.is_pinned == pinned:
        return stored
    if pinned and coverage.entries.pinned()[:MOST_PINNED].count() >= MOST_PINNED:
        raise ValidationError(f"最多置顶 {MOST_PINNED} 条，请先取消一条。")
    stored.is_pinned = pinned
    mark_entry(stored, coverage, by)
    return stored


def mark_entry(entry: LiveEntry, coverage: Coverage, by) -> None:
    """Store that an entry is pinned, or has an article, and tell the journal. Call it with the coverage's row locked."""
    entry.change = next_change(coverage)
    entry.save(update_fields=["is_pinned", "article", "change"])
    said = told_of_entry(entry, coverage)
    append(LiveEntryMarked(**said, pinned=entry.is_pinned, article=entry.article_id), actor(by))


def check_content(entry: LiveEntry) -> None:
    """Raise `ValidationError` where an entry says nothing, or its title is too long."""
    entry.clean_fields(exclude=[f.name for f in entry._meta.fields if f.name not in ("title", "body")])
    if not entry.title.strip() and not len(entry.body):
        raise ValidationError("请写点什么，或者附一张图片、一段视频。")


def signature_of(user) -> str:
    """How an entry of `user` is signed: by the name under which the user writes, else as they sign in the newsroom."""
    if user is None:
        return ""
    author = Author.objects.filter(user=user).first()
    return (author.name if author else name_of(user))[:60]


def take_entry(entry: LiveEntry, by, deed: str) -> tuple[Coverage, LiveEntry]:
    """An entry as it is stored, and its coverage, which nobody else changes until the transaction ends. Raises `PermissionDenied` where
    `by` may not do the `deed` to the entry."""
    coverage = locked(entry.coverage)
    stored = LiveEntry.objects.select_related("coverage__channel", "coverage__station").get(pk=entry.pk)
    check_deed(by, deed, stored)
    return coverage, stored


def check_deed(by, deed: str, entry: LiveEntry) -> None:
    if by is not None:
        check(by, deed, entry)


def asked_note(text: str, empty: str) -> str:
    text = text.strip()
    if not text:
        raise ValidationError(empty)
    if len(text) > LONGEST_NOTE:
        raise ValidationError(f"请控制在 {LONGEST_NOTE} 字以内，现在是 {len(text)} 字。")
    return text


def told_of_entry(entry: LiveEntry, coverage: Coverage) -> dict[str, Any]:
    """What each entry of the journal says of an entry of a coverage."""
    words = entry.title or entry.words.replace("\n", " ")[:BEGINNING]
    said = {"number": entry.number, "words": words, "text": entry_digest(entry)}
    return {"keys": [coverage.content_key], **said, **told_of(coverage)}


def entry_digest(entry: LiveEntry) -> str:
    """The digest of what an entry says: SHA-256 of the canonical JSON of its title and its body, as they are stored."""
    return content_digest({"title": entry.title, "body": entry.body.get_prep_value()})
