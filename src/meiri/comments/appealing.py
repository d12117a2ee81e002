"""A writer asks once that a decision be looked at again (申诉)."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from meiri.asked_words import asked_words
from meiri.comments.events import CommentAppealed
from meiri.comments.models import Comment, CommentState
from meiri.comments.moderation import names_in_journal
from meiri.journal.log import append

LONGEST_APPEAL = 300


def may_appeal(comment: Comment) -> bool:
    return comment.state == CommentState.REJECTED and comment.appealed_at is None


@transaction.atomic
def appeal(comment: Comment, words: str) -> Comment:
    """Put a rejected comment back into the queue with its writer's `words`. Who may call is settled by the caller.

    Raises `ValidationError` without words, and where the comment was not rejected or was appealed before.
    """
    words = asked_words(words, LONGEST_APPEAL, "请写明申诉的理由。", "申诉理由")
    comment = Comment.objects.select_for_update().get(pk=comment.pk)
    if not may_appeal(comment):
        raise ValidationError("这条评论不能申诉：只有未通过的评论可以申诉，每条一次。")
    comment.state, comment.appeal, comment.appealed_at = CommentState.PENDING, words, timezone.now()
    comment.save(update_fields=["state", "appeal", "appealed_at"])
    # Readers see nothing of it, so it names no key.
    append(CommentAppealed(**names_in_journal(comment)), "reader")
    return comment
