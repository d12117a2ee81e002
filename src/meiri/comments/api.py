"""The public API's part about comments: those that readers see."""

from datetime import datetime

from ninja import Field, Router, Schema
from ninja.errors import HttpError

from meiri.comments.models import Position
from meiri.comments.reading import page_of
from meiri.newsroom.models import Article

router = Router(tags=["comments"])
LARGEST_ID = 2**63 - 1


class Reply(Schema):
    id: int
    name: str
    text: str
    created_at: datetime
    likes: int
    official: bool = Field(description="The newsroom itself answers.")
    picked: bool = Field(description="Editors picked it (精选).")


class CommentOut(Reply):
    replies: list[Reply] = Field(description="The first five, oldest first.")


class CommentPage(Schema):
    results: list[CommentOut]
    next: int | None = Field(description="Give it as `before` for the next page; null on the last.")


@router.get(
    "/articles/{article_id}/comments/",
    response=CommentPage,
    summary="The comments of an article, newest first",
)
def get_comments(request, article_id: int, before: int | None = None):
    numbers = [n for n in (article_id, before) if n is not None]
    if not all(0 < n <= LARGEST_ID for n in numbers):
        raise HttpError(404, "没有这一页评论。")
    if not Article.objects.live().filter(pk=article_id).exists():
        raise HttpError(404, "没有这篇稿件，或它尚未发布。")
    page = page_of(article_id, Position(before) if before else None)
    return CommentPage(
        results=[
            CommentOut(**_fields(t.comment), replies=[Reply(**_fields(r)) for r in t.replies])
            for t in page.threads
        ],
        next=page.next.pk if page.next else None,
    )


def _fields(comment):
    return {name: getattr(comment, name) for name in Reply.model_fields if name != "picked"} | {
        "picked": comment.picked_at is not None
    }
