"""Reminders of reviews that are late, and alarms of checks after publication that nobody did: jobs of the clock."""

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from wagtail.models import TaskState

from meiri.newsroom.models import Article
from meiri.newsroom.posts import members_of
from meiri.operations.duty_roster import alarm_with_duty
from meiri.personal.notices import tell
from meiri.review.after_checks import AfterCheck
from meiri.review.chains import ChainStep, active_chains
from meiri.review.permissions import EXCEPT, may_except, may_set_up
from meiri.review.states import ReviewState

# What one run handles; the next one goes on.
MOST = 50
# So many people are told of one thing.
MOST_TOLD = 40


def remind_of_late_reviews() -> int:
    """Tell those who may do a review that it is late, once. How many reviews that were."""
    late = ReviewState.objects.filter(
        status=TaskState.STATUS_IN_PROGRESS, due_at__lt=timezone.now(), reminded_at=None
    )
    states = list(late.select_related("task", "workflow_state").order_by("due_at")[:MOST])
    for state in states:
        _remind(state)
    return len(states)


@transaction.atomic
def _remind(state: ReviewState) -> None:
    if not ReviewState.objects.filter(pk=state.pk, reminded_at=None).update(reminded_at=timezone.now()):
        return
    step, article = state.task.specific, state.workflow_state.content_object
    if not isinstance(step, ChainStep) or article is None:
        return
    barred = set(state.barred.values_list("pk", flat=True))
    groups = [group.pk for group in step.groups.all()]
    for user in _first(
        user
        for user in members_of(groups).order_by("pk").iterator()
        if user.pk not in barred and step.is_reviewed_by(user, article)
    ):
        tell(
            user, f"《{article}》的{step.name}已经逾期，请尽快审校。", reverse("review_one", args=[state.pk])
        )


def tell_of_late_checks() -> int:
    """Tell chiefs that nobody looked again in time at what went out by the fast lane, once. How many checks that were."""
    late = AfterCheck.objects.filter(done_at=None, due_at__lt=timezone.now(), alarmed_at=None)
    checks = list(late.select_related("article").order_by("due_at")[:MOST])
    for check in checks:
        _alarm(check)
    return len(checks)


@transaction.atomic
def _alarm(check: AfterCheck) -> None:
    if AfterCheck.objects.filter(pk=check.pk, alarmed_at=None).update(alarmed_at=timezone.now()):
        alarm = alarm_with_duty(f"快讯应急稿件《{check.article}》发后复核逾期，请立即安排。")
        for user in _first(chiefs_of(check.article)):
            tell(user, alarm, reverse("review_inbox"))


def chiefs_of(article: Article) -> Iterable:
    """Those who may let the article pass."""
    app, codename = EXCEPT.split(".")
    groups = Group.objects.filter(permissions__content_type__app_label=app, permissions__codename=codename)
    members = members_of(list(groups.values_list("pk", flat=True))).order_by("pk")
    return (user for user in members.iterator() if may_except(user, article))


def _first(users: Iterable) -> Iterable:
    return (user for user, _ in zip(users, range(MOST_TOLD), strict=False))


def warnings_of_reviews(user) -> list[str]:
    """What chiefs are warned of on the first screen."""
    if not may_set_up(user):
        return []
    if not active_chains():
        return ["还没有启用的审校流程，稿件不经三审三校就可以发布。请在“系统—审校流程”里设置。"]
    late = AfterCheck.objects.filter(done_at=None, due_at__lt=timezone.now())
    number = len(late.values_list("pk", flat=True)[:MOST])
    return [f"{number} 篇快讯应急稿件逾期没有复核，请在“审稿”里安排。"] if number else []
