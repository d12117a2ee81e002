"""What a member sees of comments on the account page: the last ones with what was decided, and who answered."""

from django.urls import reverse

from meiri.comments.models import Comment, CommentState
from meiri.personal.account_parts import MOST_LINES, AccountLine, AccountPart, register_account_part

LONGEST_QUOTE = 40


def _lines(user) -> list[AccountLine]:
    """Two queries, one where there are no comments."""
    own = Comment.objects.filter(member=user).select_related("article__channel").order_by("-pk")[:MOST_LINES]
    comments = list(own)
    answers = Comment.objects.first_replies([c.pk for c in comments], 1) if comments else []
    answered = {answer.reply_to_id: answer for answer in answers}
    return [_line(comment, answered.get(comment.pk)) for comment in comments]


def _line(comment: Comment, answer: Comment | None) -> AccountLine:
    text = comment.text if len(comment.text) <= LONGEST_QUOTE else f"{comment.text[:LONGEST_QUOTE]}……"
    if answer is None:
        url = reverse("comment-mine", args=[comment.pk])
        return AccountLine(text, url, _standing(comment), comment.created_at)
    page = reverse("comments", args=[comment.article_id])
    url = f"{page}?thread={comment.pk}#comment-{answer.pk}"
    who = "编辑部" if answer.official else answer.name
    return AccountLine(text, url, f"{who}已回复", answer.created_at)


def _standing(comment: Comment) -> str:
    match CommentState(comment.state), comment.appealed_at:
        case CommentState.APPROVED, _:
            return "已显示"
        case CommentState.REJECTED, _:
            return "未通过审核"
        case _, None:
            return "等待审核"
        case _:
            return "已申诉，等待复核"


register_account_part(
    AccountPart(
        title="我的评论和回复",
        order=20,
        lines=_lines,
        links=lambda: [("全部评论", reverse("comments-mine"))],
        empty="还没有发表过评论。",
    )
)
