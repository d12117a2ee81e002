"""The reviews of 三审三校: done by members of a group whose desk looks after the article.

The chains of reviews are an app above this one, which says here which workflow an article takes and hears of each new version.
"""

from collections.abc import Callable

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, Exists, OuterRef, Q
from django.db.models.functions import Cast
from wagtail.actions.publish_revision import PublishPermissionError
from wagtail.admin.mail import GroupApprovalTaskStateSubmissionEmailNotifier
from wagtail.models import GroupApprovalTask, TaskState, Workflow
from wagtail.signals import task_submitted

from meiri.journal.public_models import NotPublic
from meiri.newsroom.posts import members_of
from meiri.policy.reach import Reach, reach_of_groups

# The workflow that an article takes; the first that is not None counts.
workflow_choices: list[Callable[..., Workflow | None]] = []
# What is done when a version of an article was saved, in the same transaction: `(article, revision)`.
when_a_version_is_saved: list[Callable[..., None]] = []


class ReviewRefused(PublishPermissionError):
    """A review can't be done, or not by this person. Its text says why, for them."""


class ReviewTask(GroupApprovalTask):
    """One review. What has a place is reviewed by the desks that look after it, what belongs to the nation by groups
    without a desk."""

    public = NotPublic("a step of the newsroom's work")

    class Meta:
        verbose_name = "审核"
        verbose_name_plural = "审核"

    def reach(self, user) -> Reach:
        """Where `user` does this review."""
        return reach_of_groups(user, self._group_keys)

    @property
    def _group_keys(self) -> frozenset[int]:
        if "_groups" not in self.__dict__:
            self._groups = frozenset(group.pk for group in self.groups.all())
        return self._groups

    def is_reviewed_by(self, user, thing) -> bool:
        reach = self.reach(user)
        return reach.everywhere or (hasattr(thing, "stands_within") and thing.stands_within(reach))

    def user_can_access_editor(self, obj, user):
        return self.is_reviewed_by(user, obj)

    def locked_for_user(self, obj, user):
        return not self.is_reviewed_by(user, obj)

    def user_can_lock(self, obj, user):
        return self.is_reviewed_by(user, obj)

    def get_actions(self, obj, user):
        return super().get_actions(obj, user) if self.is_reviewed_by(user, obj) else []

    def on_action(self, task_state, user, action_name, **kwargs):
        # The address of a deed names an article and a review: they need not belong together.
        if not self.is_reviewed_by(user, task_state.workflow_state.content_object):
            raise PermissionDenied("您的采编分工不包括这篇稿件，不能审核。")
        return super().on_action(task_state, user, action_name, **kwargs)

    def get_task_states_user_can_moderate(self, user, **kwargs):
        reach = self.reach(user)
        if not reach:
            return TaskState.objects.none()
        states = self.task_states.filter(status=TaskState.STATUS_IN_PROGRESS)
        if reach.everywhere:
            return states
        articles = (
            apps.get_model("newsroom.Article")
            .objects.within(reach)
            .filter(pk=Cast(OuterRef("workflow_state__object_id"), BigIntegerField()))
        )
        return states.filter(
            Exists(articles),
            workflow_state__base_content_type__app_label="newsroom",
            workflow_state__base_content_type__model="article",
        )

    @classmethod
    def get_description(cls):
        return "由所选用户组审核；有采编分工的用户组只审本组负责的稿件。"


class ReviewMail(GroupApprovalTaskStateSubmissionEmailNotifier):
    """Tells those who may do the review, and nobody else, that something waits for it."""

    def get_recipient_users(self, task_state, **kwargs):
        users = super().get_recipient_users(task_state, **kwargs).distinct()
        task, thing = task_state.task.specific, task_state.workflow_state.content_object
        if not isinstance(task, ReviewTask):
            return users
        members = members_of(task._group_keys).exclude(pk=getattr(kwargs.get("user"), "pk", None))
        users = get_user_model().objects.filter(Q(pk__in=users.values("pk")) | Q(pk__in=members.values("pk")))
        barred = set(task_state.barred.values_list("pk", flat=True)) if hasattr(task_state, "barred") else ()
        return [user for user in users if user.pk not in barred and task.is_reviewed_by(user, thing)]


review_mail = ReviewMail()


def connect(state: type[TaskState] = TaskState) -> None:
    """Send mails of reviews whose states are of the class `state`."""
    # Under the name of Wagtail's own, which connects later and finds its place taken.
    task_submitted.connect(
        review_mail, sender=state, dispatch_uid="group_approval_task_submitted_email_notification"
    )
