"""The state of the newsroom at a moment: what waits, what is late, what goes out next, what was corrected, what is read, and what
stands on the first screen of home. Every list is bounded.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import BigIntegerField, Exists, OuterRef
from django.db.models.functions import Cast
from django.urls import reverse
from wagtail.models import WorkflowState

from meiri.audience.hot import WINDOWS, HotEntry, hot_list
from meiri.fronts.pages import HomePage
from meiri.newsroom.cards import Card
from meiri.newsroom.models import Article, Correction
from meiri.newsroom.today import due_revisions
from meiri.policy import visible

# So many articles under review are looked at: those that wait longest.
MOST_WAITING = 500
SHOWN = 10
# The blocks of home that a reader sees first.
FIRST_BLOCKS = 2


@dataclass(frozen=True)
class WaitingArticle:
    article: Article
    step: str
    since: datetime

    def hours(self, now: datetime) -> float:
        return (now - self.since) / timedelta(hours=1)


@dataclass
class WaitingAtStep:
    """What waits at one step of the reviews: how much, and for how long the first of it."""

    step: str
    number: int = 0
    longest: WaitingArticle | None = None


@dataclass(frozen=True)
class ReviewsWaiting:
    steps: list[WaitingAtStep] = field(default_factory=list)
    longest: list[WaitingArticle] = field(default_factory=list)
    is_whole: bool = True  # whether no more waits than was looked at


def waiting_articles(user) -> ReviewsWaiting:
    """The articles under review that `user` may see. Two queries."""
    seen = visible(user, Article.objects.all()).filter(pk=Cast(OuterRef("object_id"), BigIntegerField()))
    states = (
        # Of those that are active there is an index; most reviews of an archive ended long ago.
        WorkflowState.objects.active()
        .filter(Exists(seen), status=WorkflowState.STATUS_IN_PROGRESS)
        .filter(base_content_type__app_label="newsroom", base_content_type__model="article")
        .select_related("current_task_state__task")
        .order_by("current_task_state__started_at")[: MOST_WAITING + 1]
    )
    rows = [state for state in states if state.current_task_state]
    articles = Article.objects.only("title", "channel", "home_station", "created_by", "binned_at").in_bulk(
        [int(row.object_id) for row in rows]
    )
    found = [
        WaitingArticle(
            articles[int(row.object_id)], row.current_task_state.task.name, row.current_task_state.started_at
        )
        for row in rows[:MOST_WAITING]
        if int(row.object_id) in articles
    ]
    return ReviewsWaiting(at_steps(found), found[:SHOWN], len(rows) <= MOST_WAITING)


def at_steps(found: list[WaitingArticle]) -> list[WaitingAtStep]:
    """`found`, which is longest waiting first, by the step it waits at; what holds most first."""
    steps: dict[str, WaitingAtStep] = {}
    for one in found:
        at = steps.setdefault(one.step, WaitingAtStep(one.step, longest=one))
        at.number += 1
    return sorted(steps.values(), key=lambda at: -at.number)


def next_publications(user) -> list:
    """The versions that go live next, of articles that `user` may see, late ones first. Two queries."""
    seen = visible(user, Article.objects.all()).filter(pk=Cast(OuterRef("object_id"), BigIntegerField()))
    revisions = due_revisions().filter(Exists(seen)).prefetch_related("content_object")
    return [revision for revision in revisions[:SHOWN] if revision.content_object]


def newest_corrections() -> list[Correction]:
    """What readers were told last. One query."""
    return Correction.objects.newest(SHOWN)


def most_read() -> list[HotEntry]:
    """What was read most in the last hour."""
    return hot_list(WINDOWS["hour"].name)


def first_screen() -> list[tuple[str, list[Card]]]:
    """The first blocks of home as readers have them now: what each is called, with its articles."""
    home = HomePage.objects.live().first()
    if home is None:
        return []
    blocks = home.planned_blocks()[:FIRST_BLOCKS]
    return [(block.title or block.label, [*block.more.get("lead", []), *block.articles]) for block in blocks]


def home_editor() -> str:
    """The address where home is laid out; empty where there is none."""
    key = HomePage.objects.live().values_list("pk", flat=True).first()
    return reverse("wagtailadmin_pages:edit", args=[key]) if key else ""
