"""What waits for somebody: reviews and checks after publication. A fixed number of queries, whatever waits."""

from functools import reduce
from operator import or_

from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from wagtail.models import TaskState

from meiri.newsroom.inbox import InboxItem, InboxSection, register_inbox
from meiri.newsroom.models import Article
from meiri.policy import may, visible
from meiri.policy.reach import Reach
from meiri.review.after_checks import AfterCheck
from meiri.review.chains import ChainStep
from meiri.review.states import ReviewState


def steps_of(user) -> dict[Reach, list[int]]:
    """The steps (keys) that `user` does, by where, kept with the object as its permissions are. Two queries, and those of the posts."""
    if (kept := getattr(user, "_review_steps", None)) is not None:
        return kept
    steps = ChainStep.objects.filter(in_force=True, chain__active=True).prefetch_related("groups")
    found: dict[Reach, list[int]] = {}
    for step in steps:
        if reach := step.reach(user):
            found.setdefault(reach, []).append(step.pk)
    user._review_steps = found
    return found


def reviews_waiting_for(user) -> QuerySet[ReviewState]:
    """The reviews that `user` may do now, the first due first."""
    conditions = []
    for reach, steps in steps_of(user).items():
        of_steps = Q(task__in=steps)
        if not reach.everywhere:
            articles = Article.objects.within(reach).filter(
                pk=Cast(OuterRef("workflow_state__object_id"), BigIntegerField())
            )
            of_steps &= Q(Exists(articles))
        conditions.append(of_steps)
    if not conditions:
        return ReviewState.objects.none()
    condition = reduce(or_, conditions)
    waiting = ReviewState.objects.filter(condition, status=TaskState.STATUS_IN_PROGRESS)
    return waiting.exclude(barred=user).order_by("due_at", "pk")


def checks_waiting_for(user) -> QuerySet[AfterCheck]:
    """The checks after publication that `user` may do, the first due first."""
    # Asked of each check, of which few wait: as a list of keys it would be that of the archive.
    articles = visible(user, Article.objects.all(), "publish").filter(pk=OuterRef("article"))
    waiting = AfterCheck.objects.filter(done_at=None).exclude(barred=user)
    return waiting.filter(Exists(articles)).order_by("due_at", "pk")


class ReviewsOfChains(InboxSection):
    heading, order = "等我审校", 5

    def waiting(self, user):
        if not may(user, "see", Article) or not steps_of(user):
            return None
        states = reviews_waiting_for(user).select_related("revision", "task")
        return states.prefetch_related("revision__content_object")

    def item(self, row):
        thing = row.revision.content_object
        late = "，已逾期" if row.is_late else ""
        note = f"{row.task.name}{late}"
        return thing and InboxItem(str(thing), reverse("review_one", args=[row.pk]), note, row.started_at)

    def address(self):
        return reverse("review_inbox")


class ChecksAfterwards(InboxSection):
    heading, order = "发后复核", 6

    def waiting(self, user):
        if not may(user, "publish", Article) or not steps_of(user):
            return None
        return checks_waiting_for(user).select_related("article")

    def item(self, row):
        note = "已逾期" if row.due_at < timezone.now() else f"{timezone.localtime(row.due_at):%H:%M} 前"
        return InboxItem(str(row.article), reverse("review_inbox"), note, row.began_at)

    def address(self):
        return reverse("review_inbox")


def register() -> None:
    for section in (ReviewsOfChains(), ChecksAfterwards()):
        register_inbox(section)
