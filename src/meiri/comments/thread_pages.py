"""What readers see of comments: a page of threads with their first replies, and counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import TextChoices

from meiri.comments.models import Comment, CommentCount, CommentCursor

THREADS = 20
REPLIES = 5
REPLIES_OF_ONE = 50
PICKS = 3


@dataclass
class Thread:
    """A comment and the first replies to it; `more` when there are others, after reply number `last`."""

    comment: Comment
    replies: list[Comment] = field(default_factory=list)
    more: bool = False

    @property
    def last(self) -> int:
        return self.replies[-1].pk if self.replies else 0


@dataclass
class ThreadPage:
    """A page of threads; the next page begins after the comment at `next`."""

    threads: list[Thread]
    next: CommentCursor | None

    @property
    def comments(self) -> list[Comment]:
        return [c for t in self.threads for c in (t.comment, *t.replies)]

    @property
    def ids(self) -> list[int]:
        return [c.pk for c in self.comments]


class Order(TextChoices):
    """How threads are ordered; the words of the address and what they are called."""

    NEWEST = "new", "最新"
    LIKED = "liked", "最多赞"


def page_of(article_id: int, before: CommentCursor | None = None, order: Order = Order.NEWEST) -> ThreadPage:
    """Two queries, whatever was said."""
    listed = Comment.objects.liked_threads if order == Order.LIKED else Comment.objects.threads
    comments = listed(article_id, THREADS + 1, before)
    more, comments = len(comments) > THREADS, comments[:THREADS]
    threads: dict[int | None, Thread] = {c.pk: Thread(c) for c in comments}
    for reply in Comment.objects.first_replies(list(threads), REPLIES + 1) if threads else []:
        threads[reply.reply_to_id].replies.append(reply)
    for thread in threads.values():
        thread.more, thread.replies = len(thread.replies) > REPLIES, thread.replies[:REPLIES]
    last = comments[-1] if more else None
    position = CommentCursor(last.pk, last.likes if order == Order.LIKED else None) if last else None
    return ThreadPage(list(threads.values()), position)


def thread_of(article_id: int, comment_id: int, after: int = 0) -> Thread | None:
    """One comment and the replies to it after number `after`; None where readers can't see it. Two queries."""
    comment = Comment.objects.approved().filter(pk=comment_id, article_id=article_id, reply_to=None).first()
    if comment is None:
        return None
    replies = Comment.objects.replies(comment.pk, REPLIES_OF_ONE + 1, after)
    return Thread(comment, replies[:REPLIES_OF_ONE], len(replies) > REPLIES_OF_ONE)


def counts_of(ids: Sequence[int]) -> dict[int, int]:
    """How many comments readers see of each article among `ids` that has any. One query."""
    return dict(CommentCount.objects.filter(pk__in=ids).values_list("article_id", "approved"))


def all_counts() -> Iterator[tuple[int, int]]:
    """As `counts_of`, for every article that has any, by id. One query, read in bounded memory."""
    return CommentCount.objects.order_by("pk").values_list("article_id", "approved").iterator(10_000)
