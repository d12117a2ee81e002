"""Comments that readers wrote on another site, kept with their dates under the articles that came from there."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone

from meiri.comments.models import Comment, CommentState
from meiri.comments.moderation import show_at_once
from meiri.newsroom.models import Article

LONGEST_NAME = 20
NAMELESS = "旧站网友"


@dataclass(frozen=True)
class Written:
    """A comment of another site: `key` tells it from all others, `answers` is the key of the one that it answers."""

    key: str
    article: int
    name: str
    text: str
    written_at: datetime | None
    is_approved: bool = True
    answers: str = ""


def keep_old_comments(written: Sequence[Written]) -> int:
    """Keep comments that are not here yet; how many. Those that the other site showed are shown under articles that readers see; others
    are kept as not approved. Part of the caller's transaction; who wrote them gets no notice.

    Answers to answers stand below the comment that all of them are about: here are two levels.
    """
    digests = {one.key: hashlib.sha256(f"old comment {one.key}".encode()).hexdigest() for one in written}
    known = set(
        Comment.objects.filter(token_digest__in=digests.values()).values_list("token_digest", flat=True)
    )
    new = list({one.key: one for one in written if digests[one.key] not in known}.values())
    live = set(
        Article.objects.live().filter(pk__in={one.article for one in new}).values_list("pk", flat=True)
    )
    heads = _heads(new)
    kept: dict[str, Comment] = {}
    for is_answer in (False, True):
        part = [one for one in new if (heads[one.key] != one.key) == is_answer]
        comments = [
            _comment(one, digests[one.key], kept.get(heads[one.key]), one.article in live) for one in part
        ]
        Comment.objects.bulk_create(comments)
        kept |= {one.key: comment for one, comment in zip(part, comments, strict=True)}
        _date(part, comments)
        show_at_once([comment for comment in comments if comment.state == CommentState.APPROVED])
    return len(new)


def _heads(written: Sequence[Written]) -> dict[str, str]:
    """For each comment the key of the one that its thread begins with; its own where it begins one."""
    answered = {one.key: one.answers for one in written}
    heads = {}
    for one in written:
        at, seen = one.key, {one.key}
        while answered.get(at) in answered and answered[at] not in seen:
            at = answered[at]
            seen.add(at)
        heads[one.key] = at
    return heads


def _comment(one: Written, digest: str, head: Comment | None, is_live: bool) -> Comment:
    shown = one.is_approved and (head is None or head.state == CommentState.APPROVED)
    state = CommentState.APPROVED if is_live else CommentState.PENDING
    return Comment(
        article_id=one.article,
        reply_to=head,
        name=(one.name.strip() or NAMELESS)[:LONGEST_NAME],
        text=one.text,
        state=state if shown else CommentState.REJECTED,
        reason="" if shown else "旧站没有公开",
        decided_at=timezone.now(),
        token_digest=digest,
    )


def _date(written: Sequence[Written], comments: Sequence[Comment]) -> None:
    """Give comments the time at which they were written; keeping them set that of now."""
    as_kept = connection.ops.adapt_datetimefield_value
    rows = [
        (as_kept(one.written_at), c.pk) for one, c in zip(written, comments, strict=True) if one.written_at
    ]
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE comments_comment SET created_at = %s WHERE id = %s", rows)
