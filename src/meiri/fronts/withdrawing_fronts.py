"""Taking a laid-out page from readers, with a reason that they meet at its address, and giving it back to them."""

from django.core.exceptions import ValidationError
from django.db import transaction

from meiri.changes.models import asked_reason
from meiri.newsroom.changes import fields_changed
from meiri.policy import check


@transaction.atomic
def withdraw_front(page, reason: str, by=None, with_those_below: bool = False) -> None:
    """Take a page from readers (撤下). Its address then answers 410 with `reason`. `with_those_below`: so are the pages below it.

    Raises `ValidationError` without a reason and for home, `PermissionDenied` where `by` may not withdraw one of them.
    """
    reason = asked_reason(reason, "撤下")
    below = page.get_descendants().live().specific() if with_those_below else ()
    for one in (page.specific, *below):
        _withdraw(one, reason, by)


def _withdraw(page, reason: str, by) -> None:
    if by is not None:
        check(by, "withdraw", page)
    if not getattr(page, "keeps_changes", False):
        raise ValidationError(f"“{page.title}”不能撤下。")
    stored = type(page).objects.select_for_update().get(pk=page.pk)
    if not stored.live:
        return
    stored.withdrawal_reason, stored.changed_by = reason, by
    stored.unpublish(user=by)


@transaction.atomic
def restore_front(page, reason: str, by=None) -> None:
    """Let readers see a withdrawn page again as they saw it last (恢复). What was changed of it since stays a draft.

    Raises `ValidationError` without a reason, and where it was not withdrawn; `PermissionDenied`.
    """
    reason = asked_reason(reason, "恢复")
    page = page.specific
    if by is not None:
        check(by, "publish", page)
    stored = type(page).objects.select_for_update().get(pk=page.pk)
    if stored.live or stored.first_published_at is None:
        raise ValidationError("页面没有撤下，不用恢复。")
    latest = stored.get_latest_revision_as_object()
    newer = latest if fields_changed(stored, latest, stored.public.fields) else None
    stored.change_reason, stored.expire_at, stored.expired = reason, None, False
    stored.changed_by = by
    stored.save_revision(user=by).publish(user=by)
    if newer is not None:
        newer.live = True
        newer.save_revision(user=by)
