"""What a move brought in is taken away again, but for what somebody has touched since."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from wagtail.log_actions import log

from meiri.comments.models import Comment
from meiri.ingest.models import MovedPost, MoveIn, MoveState, OldAddress, PostFate
from meiri.media.models import Picture
from meiri.media.use import is_used
from meiri.newsroom.models import Article

logger = logging.getLogger(__name__)

STEP = 50


@dataclass
class Undone:
    """A step of it: how many articles are gone, and those that stay because they were changed, commented on or are in use."""

    gone: int
    kept: list[MovedPost]


def undo(move: MoveIn) -> Iterator[Undone]:
    """Delete the articles that a move made and nobody has touched since, with the pictures that nothing else uses; step by step, each
    article in a transaction of its own. Of articles that readers saw the journal tells."""
    last = 0
    while step := list(MovedPost.objects.filter(move=move, pk__gt=last).order_by("pk")[:STEP]):
        last = step[-1].pk
        yield _undo_step(move, step)
    left = MovedPost.objects.filter(move=move).exists()
    if not left:
        OldAddress.objects.filter(move=move).delete()
    MoveIn.objects.filter(pk=move.pk).update(state=MoveState.UNDONE, seen=0)
    move.refresh_from_db()


def _undo_step(move: MoveIn, step: Sequence[MovedPost]) -> Undone:
    untouched = _untouched(move, step)
    gone, kept = 0, []
    for fate in step:
        if fate.fate != PostFate.IMPORTED:
            fate.delete()
        elif fate.article_id is None or fate.article_id in untouched:
            try:
                _delete(fate)
                gone += 1
            except Exception:  # something of the newsroom's leads to it: it stays
                logger.info("A moved article stays", exc_info=True)
                kept.append(fate)
        else:
            kept.append(fate)
    return Undone(gone, kept)


def _untouched(move: MoveIn, step: Sequence[MovedPost]) -> set[int]:
    made = {
        fate.article_id: fate.revision for fate in step if fate.fate == PostFate.IMPORTED and fate.article_id
    }
    newest = Article.objects.filter(pk__in=made).values_list("pk", "latest_revision_id")
    same = {key for key, revision in newest if revision == made[key]}
    discussed = Comment.objects.filter(article__in=same, created_at__gte=move.began_at)
    return same - set(discussed.values_list("article", flat=True))


@transaction.atomic
def _delete(fate: MovedPost) -> None:
    article = Article.objects.filter(pk=fate.article_id).first()
    if article is not None:
        log(article, "wagtail.delete", deleted=True)
        article.delete()
    for picture in Picture.objects.filter(pk__in=fate.pictures):
        if not is_used(picture):
            picture.delete()
    fate.delete()
