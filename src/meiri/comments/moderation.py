"""What the newsroom does to comments. Each deed is atomic and ends with one journal entry.

The entry names the comment, its article and the member who wrote it, where one did. It never holds what a comment says.
Members are told of it in the same transaction.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone

from meiri.asked_words import asked_words
from meiri.comments.events import (
    CommentAnswered,
    CommentApproved,
    CommentEvent,
    CommentPending,
    CommentPicked,
    CommentRejected,
    CommentUnpicked,
)
from meiri.comments.models import LONGEST, Comment, CommentReport, CommentState
from meiri.comments.notifying import tell_answer, tell_decision, tell_pick, tell_replies
from meiri.identity import site_name
from meiri.journal.log import actor, append
from meiri.policy import may

PERMISSION = "comments.moderate_comment"


def official_name() -> str:
    """Under which the newsroom answers."""
    return f"{site_name()[:17]}编辑部"


def approve_comment(comment: Comment, by=None) -> Comment:
    """Show `comment` to readers. `by` is the moderator, None where the channel's rule decides (先发后审).

    Raises `PermissionDenied` where `by` may not moderate, `ValidationError` where another moderator has to decide, and for
    a reply to a comment that readers don't see.
    """
    return _decide(comment, CommentState.APPROVED, by)


def show_at_once(comments: Sequence[Comment]) -> None:
    """Comments that were just kept as approved (先发后审) are counted and told of. Part of the caller's transaction."""
    for comment in comments:
        _count(comment.article_id, 1)
        tell_journal(CommentApproved, comment, None)
    tell_replies(comments)


def reject_comment(comment: Comment, reason: str, by=None) -> Comment:
    """Keep `comment` from readers, or take it from them. Its writer is told the `reason`, which must be given.

    Raises `ValidationError` without a reason and where another moderator has to decide, `PermissionDenied` where `by`
    may not moderate.
    """
    reason = asked_words(reason, 100, "请写明不通过的原因。", "原因")
    return _decide(comment, CommentState.REJECTED, by, reason)


@transaction.atomic
def pick_comment(comment: Comment, by) -> Comment:
    """Put a comment that readers see among the editors' picks (精选)."""
    return _set_pick(comment, timezone.now(), by)


@transaction.atomic
def unpick_comment(comment: Comment, by) -> Comment:
    """Take a comment from the editors' picks again."""
    return _set_pick(comment, None, by)


@transaction.atomic
def answer_comment(comment: Comment, text: str, by) -> Comment:
    """Answer `comment` in the newsroom's name (官方回复); it is shown at once, with `comment` where that still waits.

    Raises `ValidationError` for a text that is empty or too long.
    """
    text = asked_words(text.replace("\r\n", "\n"), LONGEST, "请填写回复内容。", "回复")
    comment = approve_comment(comment, by)
    reply = Comment.objects.create(
        article_id=comment.article_id, reply_to_id=comment.reply_to_id or comment.pk, member=None,
        name=official_name(), text=text, official=True, state=CommentState.APPROVED, decided_by=by, decided_at=timezone.now(),
        token_digest=f"official:{uuid.uuid4().hex}",
    )  # fmt: skip
    _count(comment.article_id, 1)
    tell_journal(CommentAnswered, comment, by, reply=reply.pk)
    tell_answer(comment, reply)
    return reply


def must_be_decided_by_another(comment: Comment, by) -> bool:
    """Whether `comment` is an appeal against what `by` decided, and there is another moderator."""
    if comment.state != CommentState.PENDING or comment.appealed_at is None or comment.decided_by_id != by.pk:
        return False
    moderators = get_user_model().objects.with_perm(
        PERMISSION, backend="django.contrib.auth.backends.ModelBackend"
    )
    return moderators.filter(is_active=True).exclude(pk=by.pk).exists()


@transaction.atomic
def _decide(comment: Comment, state: CommentState, by, reason: str = "") -> Comment:
    comment = lock_comment(comment, by)
    if comment.state == state and comment.flagged_at is None and (by is None or comment.decided_at):
        return comment
    if comment.official and state != CommentState.APPROVED:
        raise ValidationError("官方回复不能改为未通过。请打开它撤回，并写明原因，读者会看到。")
    if by is not None and must_be_decided_by_another(comment, by):
        raise ValidationError("这条申诉针对您的决定，请由另一位审核员处理。")
    before = CommentState(comment.state)
    shown = _change_of_count(comment, before, state)
    comment.state, comment.reason = state, reason
    if state != CommentState.APPROVED:
        comment.picked_at = None
    if by is not None:
        comment.decided_by, comment.decided_at = by, timezone.now()
        if comment.reports:
            CommentReport.objects.filter(comment=comment).delete()
        comment.reports, comment.flagged_at = 0, None
    comment.save(
        update_fields=[
            *("state", "reason", "picked_at", "decided_by", "decided_at", "reports", "flagged_at"),
        ]
    )
    if shown:
        _count(comment.article_id, shown)
    tell_journal(_DECIDED[state], comment, by, **({"reason": reason} if reason else {}))
    tell_decision(comment, before)
    if shown > 0:
        tell_replies([comment])
    return comment


def heads_that_readers_see(replies: Sequence[Comment]) -> set[int]:
    """The comments that `replies` answer and that readers see; none of them changes until the transaction ends."""
    numbers = {reply.reply_to_id for reply in replies if reply.reply_to_id}
    if not numbers:
        return set()
    heads = Comment.objects.select_for_update().filter(pk__in=numbers).order_by("pk")
    return {number for number, state in heads.values_list("pk", "state") if state == CommentState.APPROVED}


def _change_of_count(comment: Comment, before: CommentState, state: CommentState) -> int:
    """How many more comments readers see when `comment` comes from `before` to `state`: its replies come and go with it."""
    change = (state == CommentState.APPROVED) - (before == CommentState.APPROVED)
    if not change:
        return 0
    if comment.reply_to_id:
        if heads_that_readers_see([comment]):
            return change
        if change > 0:
            raise ValidationError("它回复的评论读者看不到，不能单独通过。请先通过那条评论。")
        return 0
    return change * (1 + Comment.objects.approved().filter(reply_to=comment).count())


def _set_pick(comment: Comment, moment, by) -> Comment:
    comment = lock_comment(comment, by)
    if comment.state != CommentState.APPROVED:
        raise ValidationError("只有已通过的评论可以精选。")
    if moment and comment.reply_to_id and not heads_that_readers_see([comment]):
        raise ValidationError("它回复的评论读者看不到，不能精选。")
    if (comment.picked_at is None) == (moment is None):
        return comment
    comment.picked_at = moment
    comment.save(update_fields=["picked_at"])
    tell_journal(CommentPicked if moment else CommentUnpicked, comment, by)
    if moment:
        tell_pick(comment)
    return comment


def lock_comment(comment: Comment, by) -> Comment:
    """The comment as it is now, kept from others until the transaction ends."""
    if by is not None and not may(by, "moderate", comment):
        raise PermissionDenied("moderate_comment is needed to decide on comments.")
    if comment.reply_to_id:
        # Always before the reply, so that two deeds on one thread never wait for each other.
        heads_that_readers_see([comment])
    return Comment.objects.select_for_update().get(pk=comment.pk)


_DECIDED: dict[CommentState, type[CommentEvent]] = {
    CommentState.APPROVED: CommentApproved,
    CommentState.REJECTED: CommentRejected,
    CommentState.PENDING: CommentPending,
}


def tell_journal(event: type[CommentEvent], comment: Comment, by, **more) -> None:
    append(event(keys=[comment.content_key], **names_in_journal(comment), **more), actor(by))


def names_in_journal(comment: Comment) -> dict[str, Any]:
    """What the journal says of a comment: its number, its article's, its member's."""
    payload: dict[str, Any] = {"comment": comment.pk, "article": comment.article_id}
    if comment.member_id:
        payload["member"] = comment.member_id
    return payload


def _count(article_id: int, by: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO comments_commentcount (article_id, approved) VALUES (%s, %s)"
            " ON CONFLICT (article_id) DO UPDATE SET approved = comments_commentcount.approved + %s",
            [article_id, max(by, 0), by],
        )
