"""What readers say of comments without words: likes (赞) and reports (举报). Each reader counts once, whoever is faster."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from meiri.comments.events import CommentLiked, CommentReported
from meiri.comments.models import Comment, CommentReport, Like, LikedArticle, ReportReason
from meiri.comments.moderation import names_in_journal
from meiri.journal.content_keys import COMMENTS
from meiri.journal.log import append
from meiri.visitors.devices import device_of

# So many readers, or one for these reasons, put a comment before the moderators again.
ENOUGH_REPORTS = 3
GRAVE = frozenset({ReportReason.UNLAWFUL, ReportReason.PRIVACY})
# Articles named in one entry that says that likes were counted.
TOLD_AT_ONCE = 1_000


def reader_of(request) -> str | None:
    """Whose likes and reports these are: a member's, else the device's; None for a device that has no name yet."""
    if request.user.is_authenticated:
        return f"member:{request.user.pk}"
    device = device_of(request)
    return device and f"device:{device}"


@transaction.atomic
def like_comment(comment: Comment, reader: str) -> bool:
    """Count that `reader` likes `comment`. Whether that is new."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO comments_like (comment_id, reader) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [comment.pk, reader],
        )
        new = cursor.rowcount == 1
    if new:
        _add(comment, 1)
    return new


@transaction.atomic
def unlike_comment(comment: Comment, reader: str) -> bool:
    """Take a like back. Whether there was one."""
    deleted, _ = Like.objects.filter(comment=comment, reader=reader).delete()
    if deleted:
        _add(comment, -1)
    return bool(deleted)


def liked_by(reader: str | None, comments: Iterable[int]) -> set[int]:
    """Those of the `comments` that `reader` likes. One query, none for somebody unknown."""
    if reader is None:
        return set()
    return set(
        Like.objects.filter(reader=reader, comment__in=list(comments)).values_list("comment_id", flat=True)
    )


def _add(comment: Comment, count: int) -> None:
    Comment.objects.filter(pk=comment.pk).update(likes=F("likes") + count)
    LikedArticle.objects.bulk_create([LikedArticle(article_id=comment.article_id)], ignore_conflicts=True)


def likes_wait() -> bool:
    return LikedArticle.objects.exists()


@transaction.atomic
def tell_likes() -> int:
    """Let the journal say whose comments were liked since it last did, in one entry, so that readers' pages show the new
    numbers. How many articles. Run by the clock: a like alone is too little to make a page again."""
    articles = list(LikedArticle.objects.order_by("pk").values_list("pk", flat=True)[:TOLD_AT_ONCE])
    if articles:
        LikedArticle.objects.filter(pk__in=articles).delete()
        keys = [COMMENTS.key(pk) for pk in articles]
        append(CommentLiked(keys=keys, articles=len(articles)), "system")
    return len(articles)


@transaction.atomic
def report_comment(comment: Comment, reader: str, reason: str, words: str = "") -> bool:
    """Keep that `reader` reports `comment`. Whether that is new. Enough reports, or a grave one, flag the comment."""
    reason = ReportReason(reason)
    comment = Comment.objects.select_for_update().get(pk=comment.pk)
    _, new = CommentReport.objects.get_or_create(
        comment=comment, reader=reader, defaults={"reason": reason, "words": words.strip()[:200]}
    )
    if not new:
        return False
    comment.reports += 1
    flagged = comment.flagged_at is None and (comment.reports >= ENOUGH_REPORTS or reason in GRAVE)
    if flagged:
        comment.flagged_at = timezone.now()
    comment.save(update_fields=["reports", "flagged_at"])
    if flagged:
        # Readers see it as before, so it names no key.
        append(CommentReported(**names_in_journal(comment), reports=comment.reports), "reader")
    return True
