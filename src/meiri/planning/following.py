"""Plan items follow what becomes of their articles and coverages, and what is published is counted: a consumer of the journal, and
Wagtail's word that an article was sent for review.
"""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.dispatch import receiver
from wagtail.models import WorkflowState
from wagtail.signals import workflow_rejected, workflow_submitted

from meiri.journal.consumers import consumer
from meiri.journal.content_keys import ARTICLE
from meiri.journal.models import Entry
from meiri.live.events import CoverageMoved
from meiri.live.models import CoverageState
from meiri.newsroom.clock import local
from meiri.newsroom.events import ArticlePublished, ArticleWithdrawn
from meiri.newsroom.models import Article, Byline
from meiri.planning.models import (
    Assignment,
    AssignmentState,
    CountedArticle,
    CountedCredit,
    PlanItem,
    PlanState,
)


@consumer("planning")
def follow(entries: Sequence[Entry]) -> None:
    """See which articles and coverages the entries are about, and bring what is planned and counted up to how those stand now; so an
    entry may come again."""
    articles, coverages = set(), set()
    for entry in entries:
        event = entry.event
        if isinstance(event, ArticlePublished | ArticleWithdrawn):
            articles.update(list(ARTICLE.numbers(event.keys))[:1])
        elif isinstance(event, CoverageMoved) and event.state == CoverageState.ENDED:
            coverages.add(event.coverage)
    if articles:
        count_articles(articles)
    _finish(Assignment.objects.filter(article__in=articles, article__live=True))
    _finish(Assignment.objects.filter(coverage__in=coverages, coverage__state=CoverageState.ENDED))


@transaction.atomic
def count_articles(keys: Iterable[int]) -> None:
    """Count these articles as they stand: their places, kinds and bylines. A bounded number of queries for each batch."""
    found = Article.objects.filter(pk__in=list(keys), first_published_at__isnull=False, channel__isnull=False)
    found = list(found)
    signed: dict[int, list[int]] = {article.pk: [] for article in found}
    for article, author in Byline.objects.filter(article__in=signed).values_list("article_id", "author_id"):
        if author not in signed[article]:
            signed[article].append(author)
    rows = [
        CountedArticle(
            article=article,
            day=local(article.first_published_at).date(),
            channel_id=article.channel_id,
            station_id=article.home_station_id,
            kind=article.kind,
            origin=article.origin,
            authors=len(signed[article.pk]),
            is_withdrawn=not article.live,
        )
        for article in found
    ]
    changing = ["channel", "station", "kind", "origin", "authors", "is_withdrawn"]
    CountedArticle.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["article"], update_fields=changing
    )
    counted = dict(CountedArticle.objects.filter(article__in=signed).values_list("article_id", "pk"))
    CountedCredit.objects.filter(counted__in=counted.values()).delete()
    CountedCredit.objects.bulk_create(
        [
            CountedCredit(counted_id=counted[article], author_id=author)
            for article, authors in signed.items()
            for author in authors
        ]
    )


def _finish(assignments) -> None:
    """Note that what these assignments were for is there; an item all of whose assignments are done is published."""
    done = assignments.exclude(state__in=[AssignmentState.DONE, AssignmentState.CANCELLED])
    for item in sorted(set(done.values_list("item", flat=True))):
        with transaction.atomic():
            PlanItem.objects.select_for_update().get(pk=item)
            done.filter(item=item).update(state=AssignmentState.DONE)
            waits = Assignment.objects.filter(item=item).exclude(
                state__in=[AssignmentState.DONE, AssignmentState.CANCELLED]
            )
            if not waits.exists():
                PlanItem.objects.filter(pk=item).exclude(state=PlanState.DROPPED).update(
                    state=PlanState.PUBLISHED
                )


@receiver(workflow_submitted, sender=WorkflowState)
def note_submission(sender, instance: WorkflowState, **details) -> None:
    """An article that was planned was sent for review."""
    _move(instance, AssignmentState.SUBMITTED, PlanState.SUBMITTED)


@receiver(workflow_rejected, sender=WorkflowState)
def note_return(sender, instance: WorkflowState, **details) -> None:
    """A review gave it back."""
    _move(instance, AssignmentState.WORKING, PlanState.IN_PROGRESS)


def _move(review: WorkflowState, state: AssignmentState, of_item: PlanState) -> None:
    if not isinstance(review.content_object, Article):
        return
    theirs = Assignment.objects.filter(article=review.content_object.pk).exclude(
        state__in=[AssignmentState.DONE, AssignmentState.CANCELLED]
    )
    items = list(theirs.values_list("item", flat=True))
    theirs.update(state=state)
    moving = [PlanState.ASSIGNED, PlanState.IN_PROGRESS, PlanState.SUBMITTED]
    PlanItem.objects.filter(pk__in=items, state__in=moving).update(state=of_item)
