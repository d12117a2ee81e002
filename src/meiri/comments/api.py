"""The public API's part about comments: those that readers see."""

from datetime import datetime
from enum import Enum
from typing import Annotated

from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from meiri.api_problem import Problem
from meiri.asked_numbers import LARGEST_ID
from meiri.comments.models import CommentCursor
from meiri.comments.thread_pages import Order, page_of
from meiri.newsroom.models import Article

router = Router(tags=["comments"])


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
    next: int | str | None = Field(description="Give it as `before` for the next page; null on the last.")


class Ordering(Enum):
    TIME = "time"
    LIKED = "liked"


ORDERS = {Ordering.TIME: Order.NEWEST, Ordering.LIKED: Order.LIKED}


@router.get(
    "/articles/{article_id}/comments/",
    response={200: CommentPage, 404: Problem},
    summary="The comments of an article",
)
def get_comments(
    request,
    article_id: int,
    order: Annotated[
        Ordering, Query(description="The newest first, or those with the most likes first.")
    ] = Ordering.TIME,
    before: Annotated[str, Query(description="`next` of the page before, in the same order.")] = "",
):
    position = CommentCursor.parse(before)
    known = 0 < article_id <= LARGEST_ID and (position is not None or not before)
    if not known or (position and (position.likes is None) == (order == Ordering.LIKED)):
        raise HttpError(404, "没有这一页评论。")
    if not Article.objects.live().filter(pk=article_id).exists():
        raise HttpError(404, "没有这篇稿件，或它尚未发布。")
    page = page_of(article_id, position, ORDERS[order])
    return CommentPage(
        results=[
            CommentOut(**_fields(t.comment), replies=[Reply(**_fields(r)) for r in t.replies])
            for t in page.threads
        ],
        next=_next(page.next),
    )


def _next(position: CommentCursor | None) -> int | str | None:
    return str(position) if position and position.likes is not None else position and position.pk


def _fields(comment):
    return {name: getattr(comment, name) for name in Reply.model_fields if name != "picked"} | {
        "picked": comment.picked_at is not None
    }
