"""What the newsroom does with its official answers after they were published: change, withdraw, restore. Each deed has a reason that
readers are told, is atomic and ends with one journal entry.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from meiri.asked_words import asked_words
from meiri.changes.correcting_places import exchange_fields
from meiri.changes.exchanging_words import WordExchange
from meiri.changes.models import ChangeKind, asked_kind, asked_reason, record_change
from meiri.changes.published_reach import PublishedReach, pages_showing
from meiri.changes.things import KindOfThing, PlaceCorrection, PublishedThing, register_kind
from meiri.changes.withdrawal_receipts import write_receipt
from meiri.comments.events import AnswerChanged, AnswerRestored, AnswerWithdrawn
from meiri.comments.models import LONGEST, Comment, CommentState
from meiri.comments.moderation import lock_comment, tell_journal
from meiri.newsroom.change_checks import check_small


def _described(comment: Comment) -> PublishedThing | None:
    if not comment.official or comment.state != CommentState.APPROVED:
        return None
    page = reverse("comments", args=[comment.article_id])
    return PublishedThing(
        "编辑部的回复",
        f"{page}?thread={comment.reply_to_id or comment.pk}#comment-{comment.pk}",
        comment.created_at,
        (comment.content_key,),
        is_withdrawn=bool(comment.withdrawn_text),
    )


def _for_correction(answer: Comment, by) -> Comment:
    return _standing(answer, by)


def _exchange(answer: Comment, exchange: WordExchange) -> None:
    exchange_fields(answer, ("text",), exchange)


def _publish_correction(answer: Comment, reason: str, by) -> None:
    change_answer(answer, answer.text, ChangeKind.CORRECTION, reason, by)


ANSWERS = register_kind(
    KindOfThing(
        "comment",
        "官方回复",
        "comments.Comment",
        _described,
        correction=PlaceCorrection("moderate", _for_correction, _exchange, _publish_correction),
    )
)


def reach_of_answer(answer: Comment) -> PublishedReach:
    return PublishedReach(pages_showing([answer.content_key]))


@transaction.atomic
def change_answer(answer: Comment, text: str, kind: str, reason: str, by) -> Comment:
    """Give an official answer another text. Raises `ValidationError` without a reason, or where a small repair is none;
    `PermissionDenied` where `by` may not moderate."""
    answer = _standing(answer, by)
    chosen, reason = asked_kind(kind), asked_reason(reason, "修改")
    text = asked_words(text.replace("\r\n", "\n"), LONGEST, "请填写回复内容。", "回复")
    if text == answer.text:
        raise ValidationError("回复的内容没有变。")
    check_small(chosen, answer.text, text)
    before, answer.text = {"回复": answer.text}, text
    _keep(answer)
    record_change(ANSWERS.name(answer), chosen, reason, by, ["回复内容"], before)
    tell_journal(AnswerChanged, answer, by, reason=reason, change=str(chosen))
    return answer


@transaction.atomic
def withdraw_answer(answer: Comment, reason: str, by) -> Comment:
    """Withdraw an official answer (撤回); where it stood, readers are told so with the reason. Raises as `change_answer`."""
    answer = _standing(answer, by)
    reason = asked_reason(reason, "撤回")
    name = ANSWERS.name(answer)
    title = f"官方回复：{answer.text[:60]}"
    mark = f'data-answer="{answer.pk}"'
    also = [reverse(view, args=[answer.article_id]) for view in ("comments", "comments-fragment")]
    write_receipt(name, title, reason, reach_of_answer(answer), [mark], by, also=also)
    answer.withdrawn_text, answer.text = answer.text, f"这条官方回复已经撤回。原因：{reason}"
    _keep(answer)
    record_change(name, ChangeKind.WITHDRAWN, reason, by)
    tell_journal(AnswerWithdrawn, answer, by, reason=reason)
    return answer


@transaction.atomic
def restore_answer(answer: Comment, reason: str, by) -> Comment:
    """Show a withdrawn answer again. Raises as `change_answer`."""
    answer = _official(answer, by)
    if not answer.withdrawn_text:
        raise ValidationError("这条回复没有撤回，不用恢复。")
    reason = asked_reason(reason, "恢复")
    answer.text, answer.withdrawn_text = answer.withdrawn_text, ""
    _keep(answer)
    record_change(ANSWERS.name(answer), ChangeKind.RESTORED, reason, by)
    tell_journal(AnswerRestored, answer, by, reason=reason)
    return answer


def _official(answer: Comment, by) -> Comment:
    """The answer as it is now, kept from others until the transaction ends."""
    answer = lock_comment(answer, by)
    if not answer.official or answer.state != CommentState.APPROVED:
        raise ValidationError("这不是读者看得到的官方回复。")
    return answer


def _standing(answer: Comment, by) -> Comment:
    answer = _official(answer, by)
    if answer.withdrawn_text:
        raise ValidationError("这条回复已经撤回，请先恢复。")
    return answer


def _keep(answer: Comment) -> None:
    answer.changed_at = timezone.now()
    answer.save(update_fields=["text", "withdrawn_text", "changed_at"])
