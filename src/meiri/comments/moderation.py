"""What moderators do to comments. Each deed is atomic and ends with one journal entry."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone

from meiri.comments.models import Comment, State
from meiri.journal.log import actor, append

PERMISSION = "comments.moderate_comment"


def approve(comment: Comment, by=None) -> Comment:
    """Show `comment` to readers. `by` is the moderator, None where the channel's rule decides (先发后审).

    Raises `PermissionDenied` where `by` may not moderate.
    """
    return _decide(comment, State.APPROVED, by)


def reject(comment: Comment, reason: str, by=None) -> Comment:
    """Keep `comment` from readers, or take it from them. `reason` is for the newsroom and must be given.

    Raises `ValidationError` without a reason, `PermissionDenied` where `by` may not moderate.
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError("请写明不通过的原因。")
    if len(reason) > 100:
        raise ValidationError("原因请控制在 100 字以内。")
    return _decide(comment, State.REJECTED, by, reason)


@transaction.atomic
def _decide(comment: Comment, state: State, by, reason: str = "") -> Comment:
    if by is not None and not by.has_perm(PERMISSION):
        raise PermissionDenied("moderate_comment is needed to decide on comments.")
    comment = Comment.objects.select_for_update().get(pk=comment.pk)
    if comment.state == state and (by is None or comment.decided_at):
        return comment
    shown = (state == State.APPROVED) - (comment.state == State.APPROVED)
    comment.state, comment.reason = state, reason
    if by is not None:
        comment.decided_by, comment.decided_at = by, timezone.now()
    comment.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    if shown:
        _count(comment.article_id, shown)
    payload: dict[str, int | str] = {"comment": comment.pk, "article": comment.article_id}
    if reason:
        payload["reason"] = reason
    append(f"comment.{state.value}", [comment.content_key], payload, actor(by))
    return comment


def _count(article_id: int, by: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO comments_commentcount (article_id, approved) VALUES (%s, %s)"
            " ON CONFLICT (article_id) DO UPDATE SET approved = comments_commentcount.approved + %s",
            [article_id, max(by, 0), by],
        )
