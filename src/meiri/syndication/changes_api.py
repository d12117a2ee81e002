"""The public API's part about what became of an article after it was published first (修改记录)."""

from datetime import datetime

from ninja import Field, Query, Router, Schema

from meiri.api_problem import Problem
from meiri.asked_numbers import LARGEST_ID
from meiri.changes.change_wording import wordings_of
from meiri.changes.models import PublishedChange, changes_of
from meiri.changes.version_numbers import numbers_of
from meiri.journal.read_replica import reads_replica
from meiri.newsroom.changes import ARTICLES
from meiri.newsroom.clock import zoned
from meiri.search.comparing import ComparedSentence, differing
from meiri.syndication.proofs_api import published

router = Router()

MOST = 20


class SentenceChange(Schema):
    """A sentence that differs; null where there is none: one was added, or removed."""

    before: str | None
    after: str | None


class ArticleChange(Schema):
    id: int
    kind: str = Field(description="update, small, correction, withdrawn, restored or erased.")
    at: datetime = Field(description="Beijing time.")
    reason: str
    version: int | None = Field(
        description="The number of the version that it made, or, of `erased`, whose text an order took away. Null where it was withdrawn."
    )
    parts: list[str] = Field(description="What was changed, in Chinese words: 标题, 正文 2 段.")
    sentences: list[SentenceChange] = Field(
        description="At most 60 that differ. Empty where nothing of the words was changed, where the newsroom does not show the"
        " old ones, of what is withdrawn, and of what may harm minors."
    )


class Changes(Schema):
    results: list[ArticleChange]
    next: str | None = Field(description="Path and query of the next page; null on the last.")


@router.get(
    "/articles/{article_id}/changes",
    response={200: Changes, 404: Problem},
    tags=["articles"],
    summary="What became of an article since it was published",
)
@reads_replica
def get_changes(
    request, article_id: int, before: int | None = Query(None, ge=1, le=LARGEST_ID, description="An id.")
):
    """Newest first, 20 at a time. Four queries."""
    article = published(article_id)
    found = changes_of(ARTICLES.name(article), MOST + 1, before)
    shown = found[:MOST]
    thing = ARTICLES.describe(article)
    wordings = wordings_of(thing, shown) if thing else {}
    numbers = numbers_of(ARTICLES.name(article), shown)
    results = [
        _change(
            change,
            numbers.get(change.pk, change.version),
            differing(*wordings[change.pk]).first if change.pk in wordings else [],
        )
        for change in shown
    ]
    following = f"{request.path}?before={shown[-1].pk}" if len(found) > MOST else None
    return Changes(results=results, next=following)


def _change(change: PublishedChange, version: int | None, sentences: list[ComparedSentence]) -> ArticleChange:
    return ArticleChange(
        id=change.pk,
        kind=change.kind,
        at=zoned(change.at),
        reason=change.reason,
        version=version,
        parts=change.parts,
        sentences=[
            SentenceChange(before=row.first_text or None, after=row.second_text or None) for row in sentences
        ],
    )
