"""What reporters and their desk do with the entries of a coverage: write, release, refuse, correct, withdraw, pin. Each deed is
atomic; what readers see of it ends with one entry of the journal.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from meiri.journal.log import actor, append
from meiri.live.directing import locked, told_of
from meiri.live.entry_checks import check_entry
from meiri.live.events import (
    LiveEntryCorrected,
    LiveEntryMarked,
    LiveEntryPublished,
    LiveEntryWithdrawn,
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
# Of the words of an entry, so much stands in the journal with each publication, and of its old wording.
BEGINNING, LONGEST_BEFORE = 60, 20_000


class ChangedMeanwhile(ValidationError):
    """Somebody else changed the entry after the form was opened. `stored` is as it is now."""

    def __init__(self, stored: LiveEntry):
        super().__init__("这一条刚刚有人修改过。您的文字还在下面，请对照后再保存。")
        self.stored = stored


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
    coverage = locked(entry.coverage)
    stored = _stored(entry)
    _check(by, "release", stored)
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
    said = _said_of(entry, coverage)
    append(LiveEntryPublished(**said, important=entry.is_important, signature=entry.signature), actor(by))
    return entry


@transaction.atomic
def refuse_entry(entry: LiveEntry, reason: str, by=None) -> LiveEntry:
    """Say why an entry that waits is not shown; its author reads it. The journal is not told: readers never saw it."""
    locked(entry.coverage)
    stored = _stored(entry)
    _check(by, "release", stored)
    if stored.state != EntryState.WAITING:
        raise ValidationError("这一条已经有人处理过。")
    stored.reason = _words(reason, "请写明不采用的原因。")
    stored.state, stored.decided_by = EntryState.REFUSED, by
    stored.save(update_fields=["state", "reason", "decided_by"])
    return stored


@transaction.atomic
def correct_entry(
    entry: LiveEntry, title: str, body: Any, version: int, note: str = "", by=None
) -> LiveEntry:
    """Give an entry another title and content; `version` is that of the wording that the corrector had before them.

    Of one that readers have seen, `note` tells them what was wrong, and the journal keeps the old wording. Raises
    `ChangedMeanwhile`, `ValidationError`, `PermissionDenied`.
    """
    coverage = locked(entry.coverage)
    stored = _stored(entry)
    _check(by, "change", stored)
    if stored.state == EntryState.WITHDRAWN:
        raise ValidationError("这一条已经撤下，不能再修改。")
    if stored.version != version:
        raise ChangedMeanwhile(stored)
    before_title, before = stored.title, stored.words[:LONGEST_BEFORE]
    is_shown = stored.state == EntryState.SHOWN
    note = _words(note, "请写明更正了什么，读者会看到。") if is_shown else ""
    stored.title, stored.body, stored.version = title.strip(), body, stored.version + 1
    check_content(stored)
    if is_shown:
        check_entry(coverage, stored)
        stored.change = next_change(coverage)
        stored.corrections.create(note=note, by=by)
        said = _said_of(stored, coverage)
        append(LiveEntryCorrected(**said, note=note, before_title=before_title, before=before), actor(by))
    elif stored.state == EntryState.REFUSED:
        stored.state, stored.reason = EntryState.WAITING, ""
    stored.save()
    return stored


@transaction.atomic
def withdraw_entry(entry: LiveEntry, reason: str, by=None) -> LiveEntry:
    """Take an entry from readers, who are told the reason in its place. One that they never saw just goes."""
    coverage = locked(entry.coverage)
    stored = _stored(entry)
    _check(by, "withdraw", stored)
    if stored.state == EntryState.WITHDRAWN:
        return stored
    was_shown, before = stored.state == EntryState.SHOWN, stored.words
    stored.reason = _words(reason, "请写明撤下的原因，读者会看到。")
    stored.state, stored.decided_by, stored.is_pinned = EntryState.WITHDRAWN, by, False
    if was_shown:
        stored.change = next_change(coverage)
        said = _said_of(stored, coverage)
        append(LiveEntryWithdrawn(**said, reason=stored.reason, before=before[:LONGEST_BEFORE]), actor(by))
    stored.save()
    return stored


@transaction.atomic
def pin_entry(entry: LiveEntry, pinned: bool, by=None) -> LiveEntry:
    """Keep an entry on top of its coverage, or let it go back to its place."""
    coverage = locked(entry.coverage)
    stored = _stored(entry)
    _check(by, "release", stored)
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
    said = _said_of(entry, coverage)
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


def _stored(entry: LiveEntry) -> LiveEntry:
    """The entry as it is stored; call it with the coverage's row locked."""
    return LiveEntry.objects.select_related("coverage__channel", "coverage__station").get(pk=entry.pk)


def _check(by, deed: str, entry: LiveEntry) -> None:
    if by is not None:
        check(by, deed, entry)


def _words(text: str, empty: str) -> str:
    text = text.strip()
    if not text:
        raise ValidationError(empty)
    if len(text) > LONGEST_NOTE:
        raise ValidationError(f"请控制在 {LONGEST_NOTE} 字以内，现在是 {len(text)} 字。")
    return text


def _said_of(entry: LiveEntry, coverage: Coverage) -> dict[str, Any]:
    """What each entry of the journal says of an entry of a coverage."""
    words = entry.title or entry.words.replace("\n", " ")[:BEGINNING]
    return {"keys": [coverage.content_key], "number": entry.number, "words": words, **told_of(coverage)}
