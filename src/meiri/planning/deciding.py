"""What a desk does with plan items: propose, discuss, assign, start, drop. Each deed is atomic. Readers see nothing of it, so the journal
is not told.
"""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from meiri.asked_words import asked_words
from meiri.live.directing import announce_coverage
from meiri.live.models import Coverage
from meiri.newsroom.embargo import set_embargo
from meiri.newsroom.models import Article
from meiri.personal.notices import tell
from meiri.planning.models import (
    PROPOSED,
    Assignment,
    AssignmentState,
    Medium,
    PlanComment,
    PlanItem,
    PlanState,
)
from meiri.policy import check, may, may_enter

MOST_ASSIGNMENTS, MOST_COMMENTS = 20, 200
LONGEST_COMMENT, LONGEST_REASON = 1000, 200


@transaction.atomic
def propose_item(item: PlanItem, by=None) -> PlanItem:
    """Store a new item. Raises `ValidationError`, `PermissionDenied`."""
    if by is not None:
        check(by, "add", PlanItem)
    item.proposed_by, item.state = by, PlanState.PROPOSED
    item.full_clean(exclude=["theme", "proposed_by"])
    item.save(force_insert=True)
    return item


@transaction.atomic
def change_item(item: PlanItem, by) -> PlanItem:
    """Store what was changed of the fields of `item`."""
    check(by, "change", locked_item(item))
    item.full_clean(exclude=["theme", "proposed_by"])
    item.save(update_fields=PROPOSED)
    return item


@transaction.atomic
def comment_on_item(item: PlanItem, text: str, by) -> PlanComment:
    """Say something about an item. One that was only proposed has been discussed then, where a decider says it."""
    stored = locked_item(item)
    check(by, "see", stored)
    text = asked_words(text, LONGEST_COMMENT, "请写下意见。", "意见")
    if stored.comments.count() >= MOST_COMMENTS:
        raise ValidationError(f"一个选题最多 {MOST_COMMENTS} 条意见。")
    return stored.comments.create(text=text, by=by)


@transaction.atomic
def settle_item(item: PlanItem, by) -> PlanItem:
    """Note that a proposed item was discussed, or take a dropped one up again."""
    stored = locked_item(item)
    check(by, "decide", stored)
    if stored.state not in (PlanState.PROPOSED, PlanState.DROPPED):
        return stored
    stored.state, stored.reason = PlanState.DISCUSSED, ""
    stored.save(update_fields=["state", "reason"])
    return stored


@transaction.atomic
def drop_item(item: PlanItem, reason: str, by) -> PlanItem:
    """Decide that nothing is made of an item, and why. What was begun of it stays with its authors. `by` None: the system."""
    stored = locked_item(item)
    if by is not None:
        check(by, "decide", stored)
    reason = asked_words(reason, LONGEST_REASON, "请写明不做的原因。", "原因")
    if stored.state == PlanState.PUBLISHED:
        raise ValidationError("这个选题已经发布。")
    stored.state, stored.reason = PlanState.DROPPED, reason
    stored.save(update_fields=["state", "reason"])
    stored.assignments.unfinished().update(state=AssignmentState.CANCELLED)
    return stored


@transaction.atomic
def assign_person(item: PlanItem, user, medium: Medium, due: datetime | None, note: str, by) -> Assignment:
    """Have `user` do a part of an item, until `due`. The same part given twice to one person is one assignment."""
    stored = locked_item(item)
    check(by, "decide", stored)
    if not stored.is_open:
        raise ValidationError(f"选题{stored.get_state_display()}，不能派单。")
    if not may_enter(user):
        raise ValidationError("只能派给能进入采编后台的人。")
    if len(note) > 200:
        raise ValidationError("要求请控制在 200 字以内。")
    assignments = stored.assignments.exclude(state=AssignmentState.CANCELLED)
    earlier = assignments.filter(user=user, medium=medium).first()
    if earlier is None and assignments.count() >= MOST_ASSIGNMENTS:
        raise ValidationError(f"一个选题最多派 {MOST_ASSIGNMENTS} 单。")
    assignment = earlier or Assignment(item=stored, user=user, medium=medium)
    assignment.due, assignment.note, assignment.assigned_by = due, note.strip(), by
    assignment.save()
    if stored.state in (PlanState.PROPOSED, PlanState.DISCUSSED):
        stored.state = PlanState.ASSIGNED
        stored.save(update_fields=["state"])
    if earlier is None and user != by:
        words = f"派给您：《{stored.title}》（{assignment.get_medium_display()}）"
        tell(user, words, reverse("planning_item", args=[stored.pk]))
    return assignment


@transaction.atomic
def cancel_assignment(assignment: Assignment, by) -> None:
    stored = locked_item(assignment.item)
    check(by, "decide", stored)
    stored.assignments.filter(pk=assignment.pk).update(state=AssignmentState.CANCELLED)


@transaction.atomic
def start_assignment(assignment: Assignment, by) -> Article | Coverage:
    """Begin with what was assigned: the draft of an article, or a coverage, with the fields of the item filled in. Begun once; who
    begins again gets the same. Raises `ValidationError`, `PermissionDenied`.
    """
    item = locked_item(assignment.item)
    stored = Assignment.objects.select_related("article", "coverage").get(pk=assignment.pk)
    if stored.user_id != by.pk and not may(by, "decide", item):
        raise PermissionDenied("这一单派给了别人。")
    begun = stored.coverage if stored.medium == Medium.LIVE else stored.article
    if begun is not None:
        return begun
    if stored.state == AssignmentState.CANCELLED or not item.is_open:
        raise ValidationError("这一单已经取消，或选题不再进行。")
    if stored.medium == Medium.LIVE:
        stored.coverage = begun = _coverage_of(item, by)
    else:
        stored.article = begun = _draft_of(item, by)
    stored.state = AssignmentState.WORKING
    stored.save(update_fields=["article", "coverage", "state"])
    if item.state != PlanState.SUBMITTED:
        item.state = PlanState.IN_PROGRESS
        item.save(update_fields=["state"])
    return begun


def _draft_of(item: PlanItem, by) -> Article:
    check(by, "add", Article)
    article = Article(
        title=item.title, channel=item.channel, home_station=item.station, created_by=by, live=False
    )
    article.save()
    if item.station:
        article.stations.set([item.station])
        article.save()
    article.save_revision(user=by)
    if item.embargo_until and item.embargo_until > timezone.now():
        set_embargo(article, item.embargo_until, by)
    return article


def _coverage_of(item: PlanItem, by) -> Coverage:
    if item.channel is None:
        raise ValidationError("请先为选题选定频道，再开直播。")
    return announce_coverage(Coverage(title=item.title, channel=item.channel, station=item.station), by)


def locked_item(item: PlanItem) -> PlanItem:
    """The item as it is stored; nobody else changes it or its assignments until the transaction ends."""
    PlanItem.objects.select_for_update().get(pk=item.pk)
    return PlanItem.objects.select_related("channel", "station").get(pk=item.pk)
