"""What becomes of entries that readers have seen: corrected, withdrawn, restored. Each deed is atomic, ends with one entry of the
journal, and stands with its reason among the changes of the entry.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from meiri.changes.correcting_places import exchange_fields
from meiri.changes.exchanging_words import WordExchange
from meiri.changes.models import ChangeKind, record_change
from meiri.changes.published_reach import PublishedReach, pages_showing
from meiri.changes.things import KindOfThing, PlaceCorrection, PublishedThing, register_kind
from meiri.changes.withdrawal_receipts import write_receipt
from meiri.journal.log import actor, append
from meiri.live.entry_checks import check_entry
from meiri.live.events import LiveEntryCorrected, LiveEntryRestored, LiveEntryWithdrawn
from meiri.live.models import EntryState, LiveEntry, next_change
from meiri.live.reporting import asked_note, check_content, check_deed, take_entry, told_of_entry
from meiri.newsroom.body.stream import edited_body
from meiri.newsroom.change_checks import check_small

# Of the old wording of an entry, so much is kept.
LONGEST_BEFORE = 20_000


def _described(entry: LiveEntry) -> PublishedThing | None:
    if entry.number is None or entry.shown_at is None:
        return None
    return PublishedThing(
        f"{entry.coverage.title}：第 {entry.number} 条",
        entry.get_absolute_url(),
        entry.shown_at,
        (entry.coverage.content_key,),
        is_withdrawn=entry.state == EntryState.WITHDRAWN,
    )


def _for_correction(entry: LiveEntry, by) -> LiveEntry:
    _, stored = take_entry(entry, by, "change")
    if stored.state != EntryState.SHOWN:
        raise ValidationError("读者看不到这一条，不用更正。")
    return stored


def _exchange(entry: LiveEntry, exchange: WordExchange) -> None:
    exchange_fields(entry, ("title",), exchange)
    entry.body = entry.body.stream_block.to_python(edited_body(entry.body.raw_data, exchange))


def _publish_correction(entry: LiveEntry, reason: str, by) -> None:
    correct_entry(entry, entry.title, entry.body, entry.version, reason, by)


ENTRIES = register_kind(
    KindOfThing(
        "entry",
        "直播条目",
        "live.LiveEntry",
        _described,
        correction=PlaceCorrection("change", _for_correction, _exchange, _publish_correction),
    )
)


def reach_of_entry(entry: LiveEntry) -> PublishedReach:
    return PublishedReach(pages_showing([entry.coverage.content_key]))


class ChangedMeanwhile(ValidationError):
    """Somebody else changed the entry after the form was opened. `stored` is as it is now."""

    def __init__(self, stored: LiveEntry):
        super().__init__("这一条刚刚有人修改过。您的文字还在下面，请对照后再保存。")
        self.stored = stored


@transaction.atomic
def correct_entry(
    entry: LiveEntry,
    title: str,
    body: Any,
    version: int,
    note: str = "",
    by=None,
    kind: str = ChangeKind.CORRECTION,
) -> LiveEntry:
    """Give an entry another title and content; `version` is that of the wording that the corrector had before them.

    Of one that readers have seen, `note` tells them what was wrong, and the journal keeps the old wording. A small repair (小改)
    stands among the changes alone, not below the entry, and is for who releases entries. Raises `ChangedMeanwhile`,
    `ValidationError`, `PermissionDenied`.
    """
    coverage, stored = take_entry(entry, by, "change")
    if stored.state == EntryState.WITHDRAWN:
        raise ValidationError("这一条已经撤下，不能再修改。")
    if stored.version != version:
        raise ChangedMeanwhile(stored)
    before_title, before = stored.title, stored.words[:LONGEST_BEFORE]
    is_shown = stored.state == EntryState.SHOWN
    note = asked_note(note, "请写明更正了什么，读者会看到。") if is_shown else ""
    is_small = is_shown and kind == ChangeKind.SMALL
    ours, blocks = f"{stored.title}\n{stored.words}", _shapes_of(stored)
    stored.title, stored.body, stored.version = title.strip(), body, stored.version + 1
    check_content(stored)
    if is_shown:
        check_entry(coverage, stored)
        if is_small:
            check_deed(by, "release", stored)
            check_small(kind, ours, f"{stored.title}\n{stored.words}")
            if _shapes_of(stored) != blocks:
                raise ValidationError("这不是小改：图片、视频等改了。请选“更正”。")
        else:
            stored.corrections.create(note=note, by=by)
        stored.change = next_change(coverage)
        chosen = ChangeKind.SMALL if is_small else ChangeKind.CORRECTION
        record_change(ENTRIES.name(stored), chosen, note, by, ["文字"], {"原文": ours[:LONGEST_BEFORE]})
        said = told_of_entry(stored, coverage)
        told: dict[str, Any] = {
            "note": note,
            "before_title": before_title,
            "before": before,
            "change": str(chosen),
        }
        append(LiveEntryCorrected(**said, **told), actor(by))
    elif stored.state == EntryState.REFUSED:
        stored.state, stored.reason = EntryState.WAITING, ""
    stored.save()
    return stored


@transaction.atomic
def withdraw_entry(entry: LiveEntry, reason: str, by=None) -> LiveEntry:
    """Take an entry from readers, who are told the reason in its place. One that they never saw just goes."""
    coverage, stored = take_entry(entry, by, "withdraw")
    if stored.state == EntryState.WITHDRAWN:
        return stored
    was_shown, before = stored.state == EntryState.SHOWN, stored.words[:LONGEST_BEFORE]
    stored.reason = asked_note(reason, "请写明撤下的原因，读者会看到。")
    stored.state, stored.decided_by, stored.is_pinned = EntryState.WITHDRAWN, by, False
    if was_shown:
        _write_receipt(stored, stored.reason, by)
        stored.change = next_change(coverage)
        said = told_of_entry(stored, coverage)
        append(LiveEntryWithdrawn(**said, reason=stored.reason, before=before), actor(by))
        record_change(ENTRIES.name(stored), ChangeKind.WITHDRAWN, stored.reason, by, before={"原文": before})
    stored.save()
    return stored


@transaction.atomic
def restore_entry(entry: LiveEntry, reason: str, by=None) -> LiveEntry:
    """Show a withdrawn entry again in its place (恢复), as it stood. Raises `ValidationError`, `PermissionDenied`."""
    coverage, stored = take_entry(entry, by, "release")
    if stored.state != EntryState.WITHDRAWN or stored.number is None:
        raise ValidationError("这一条没有撤下，不用恢复。")
    reason = asked_note(reason, "请写明恢复的原因，读者会看到。")
    check_entry(coverage, stored)
    stored.state, stored.reason, stored.decided_by = EntryState.SHOWN, "", by
    stored.change, stored.version = next_change(coverage), stored.version + 1
    stored.save()
    append(LiveEntryRestored(**told_of_entry(stored, coverage), reason=reason), actor(by))
    record_change(ENTRIES.name(stored), ChangeKind.RESTORED, reason, by)
    return stored


def _write_receipt(entry: LiveEntry, reason: str, by) -> None:
    address = entry.get_absolute_url()
    # The time of an entry leads to its page as long as the entry stands.
    mark = f'<p class="live-line"><a href="{address}"'
    coverage = entry.coverage
    also = [coverage.get_absolute_url(), reverse("live-changes", args=[coverage.pk])]
    name, reach, keys = ENTRIES.name(entry), reach_of_entry(entry), [coverage.content_key]
    write_receipt(name, str(entry), reason, reach, [mark], by, address, also, keys)


def _shapes_of(entry: LiveEntry) -> list:
    """What an entry shows besides words: its blocks, and the values of those that are no text."""
    return [(b["type"], None if isinstance(b["value"], str) else b["value"]) for b in entry.body.raw_data]
