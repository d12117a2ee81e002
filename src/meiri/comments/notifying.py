"""What members are told of their comments: how they were decided, picked and answered. In the transaction of each deed."""

from collections.abc import Iterable

from django.urls import reverse

from meiri.comments.models import Comment, CommentState
from meiri.personal.notices import tell, tell_once

LONGEST_TITLE = 60


def tell_decision(comment: Comment, before: CommentState) -> None:
    """That a moderator changed a member's comment from the state `before`."""
    if comment.member is None or comment.state == before:
        return
    which = f"您对《{_title(comment)}》的评论"
    match CommentState(comment.state), comment.appealed_at is not None and before == CommentState.PENDING:
        case CommentState.APPROVED, True:
            words = f"{which}经申诉复核，已通过。"
        case CommentState.APPROVED, False:
            words = f"{which}已通过审核。"
        case _, True:
            words = f"{which}经申诉复核，仍未通过：{comment.reason}"
        case _:
            words = f"{which}未通过审核：{comment.reason}"
    tell(comment.member, words, _own_address(comment))


def tell_pick(comment: Comment) -> None:
    """That editors picked a member's comment; told once, however often they change their minds."""
    if comment.member:
        tell_once(comment.member, f"您对《{_title(comment)}》的评论入选编辑精选。", _address(comment))


def tell_answer(comment: Comment, reply: Comment) -> None:
    """That the newsroom answered a member's comment."""
    if comment.member:
        tell(comment.member, f"编辑部回复了您对《{_title(comment)}》的评论。", _address(reply))


def tell_replies(replies: Iterable[Comment]) -> None:
    """That readers now see replies to a member's comment; of each reply once. One query where there are none to tell of."""
    replies = [reply for reply in replies if reply.reply_to_id]
    if not replies:
        return
    threads = Comment.objects.filter(pk__in={reply.reply_to_id for reply in replies}).exclude(member=None)
    by_number = {thread.pk: thread for thread in threads.select_related("article", "member")}
    for reply in replies:
        thread = by_number.get(reply.reply_to_id or 0)
        if thread and thread.member_id != reply.member_id:
            words = f"{reply.name}回复了您对《{_title(thread)}》的评论。"
            tell_once(thread.member, words, _address(reply))


def _title(comment: Comment) -> str:
    title = comment.article.title
    return title if len(title) <= LONGEST_TITLE else f"{title[:LONGEST_TITLE]}……"


def _own_address(comment: Comment) -> str:
    return reverse("comment-mine", args=[comment.pk])


def _address(comment: Comment) -> str:
    """Where readers see the comment."""
    page = reverse("comments", args=[comment.article_id])
    return f"{page}?thread={comment.reply_to_id or comment.pk}#comment-{comment.pk}"
