"""What becomes of laid-out pages after they were published first: noted whatever view, schedule or command changes them."""

from django.core.exceptions import ValidationError
from django.urls import reverse

from meiri.changes.models import ChangeKind, PublishedChange, changes_of, record_change
from meiri.changes.published_reach import PublishedReach, pages_showing
from meiri.changes.things import KindOfThing, PlaceCorrection, PublishedThing, register_kind
from meiri.changes.withdrawal_receipts import write_receipt
from meiri.fronts.front_words import exchange_in_front
from meiri.journal.content_keys import PAGE
from meiri.journal.recording import acting_user
from meiri.newsroom.changes import fields_changed

# Corrections that stand below a page; the others are among its changes.
SHOWN = 5
EXPIRED = "到期"
# Of what all pages have, not told of as changes of what they say.
_NOT_TOLD = ("url_path",)


def _described(row) -> PublishedThing | None:
    page = row.specific
    if page.first_published_at is None or not getattr(page, "keeps_changes", False):
        return None
    return PublishedThing(
        page.title, page.url or "", page.first_published_at, (PAGE.key(page.pk),), is_withdrawn=not page.live
    )


def _for_correction(row, by):
    page = row.specific_class._base_manager.select_for_update().get(pk=row.pk)
    if not getattr(page, "keeps_changes", False):
        raise ValidationError("首页整天都在重新编排，请直接修改。")
    if not page.live:
        raise ValidationError("页面没有发布，读者看不到更正。")
    if page.has_unpublished_changes:
        raise ValidationError("页面有尚未发布的修改。请先发布或放弃这些修改，再逐处更正。")
    if by is not None and page.permissions_for_user(by).page_locked():
        raise ValidationError("页面已锁定，请先解锁。")
    return page


def _publish_correction(page, reason: str, by) -> None:
    page.change_kind, page.change_reason, page.changed_by = ChangeKind.CORRECTION, reason, by
    page.save_revision(user=by, clean=False).publish(user=by)


FRONTS_CHANGED = register_kind(
    KindOfThing(
        "page",
        "页面",
        "wagtailcore.Page",
        _described,
        correction=PlaceCorrection("publish", _for_correction, exchange_in_front, _publish_correction),
    )
)


def changes_shown(page) -> dict:
    """What a page shows of its changes: where they are, None where there are none, and the newest corrections. One query."""
    found = changes_of(FRONTS_CHANGED.name(page), 2 * SHOWN)
    corrections = [change for change in found if change.kind == ChangeKind.CORRECTION]
    return {
        "changes_url": reverse("changes", args=["page", page.pk]) if found else None,
        "corrections": corrections[:SHOWN],
    }


def record_what_became(before, after, kind: str, reason: str) -> PublishedChange | None:
    """Note what became of a page that readers had seen as `before` and that was saved as `after`; None where they see the same.
    Inside the transaction that saves it, which tells the journal."""
    name, by = FRONTS_CHANGED.name(after), getattr(after, "changed_by", None) or acting_user()
    if before.live and after.live:
        told = [field for field in after.public.fields if field not in _NOT_TOLD]
        if not (parts := fields_changed(before, after, told)):
            return None
        return record_change(name, kind or ChangeKind.UPDATE, reason.strip(), by, parts)
    if after.live and before.first_published_at is not None:
        return record_change(name, ChangeKind.RESTORED, reason.strip(), by)
    if before.live and not after.live:
        why = after.withdrawal_reason or (EXPIRED if after.expired else "")
        address, keys = before.url or "", [before.content_key, *before.listed_under]
        marks = [f'href="{address}"']
        write_receipt(name, before.title, why, reach_of(before), marks, by, address, keys=keys)
        return record_change(name, ChangeKind.WITHDRAWN, why, by)
    return None


def reach_of(page) -> PublishedReach:
    """Where readers meet a page: its own address, and what lists pages of its kind."""
    return PublishedReach(pages_showing([page.content_key, *page.listed_under]))
