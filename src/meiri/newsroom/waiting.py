"""What of articles waits for people: reviews, what came back from one, and what other desks offer."""

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from wagtail.models import Page, TaskState, WorkflowState

from meiri.newsroom.inbox import InboxItem, InboxSection, register_inbox
from meiri.newsroom.models import Article, Proposal
from meiri.policy import may, visible


def address_of(thing) -> str:
    """Where an article or a page is edited, by whoever may; the lists ask nothing of each."""
    view = "wagtailadmin_pages:edit" if isinstance(thing, Page) else "wagtailsnippets_newsroom_article:edit"
    return reverse(view, args=[thing.pk])


class Reviews(InboxSection):
    heading, order = "待审稿件", 10

    def waiting(self, user):
        if not may(user, "see", Article):
            return None
        states = TaskState.objects.reviewable_by(user).select_related("revision", "task")
        # Those of chains of reviews wait in a section of their own.
        states = states.filter(content_type=ContentType.objects.get_for_model(TaskState))
        return states.prefetch_related("revision__content_object").order_by("started_at", "pk")

    def item(self, state):
        thing = state.revision.content_object
        return thing and InboxItem(str(thing), address_of(thing), state.task.name, state.started_at)


class Returns(InboxSection):
    """What one sent for review and has to change before it is sent again."""

    heading, order = "退回修改", 20

    def waiting(self, user):
        if not may(user, "see", Article):
            return None
        states = WorkflowState.objects.filter(status=WorkflowState.STATUS_NEEDS_CHANGES, requested_by=user)
        states = states.select_related("current_task_state__task").prefetch_related("content_object")
        return states.order_by("created_at", "pk")

    def item(self, state):
        back = state.current_task_state
        note = f"{back.task.name}退回{f'：{back.comment}' if back.comment else ''}" if back else "退回"
        thing = state.content_object
        return thing and InboxItem(str(thing), address_of(thing), note, back and back.finished_at)


class Offers(InboxSection):
    heading, order = "送来的稿", 30

    def waiting(self, user):
        if not may(user, "accept", Proposal):
            return None
        asked = visible(user, Proposal.objects.asked(), "accept")
        return asked.select_related("article", "channel", "station", "asked_by").order_by("pk")

    def item(self, proposal):
        sender = f"{proposal.asked_by}送" if proposal.asked_by else "送"
        note = f"{sender}{proposal.place}"
        return InboxItem(str(proposal.article), reverse("proposals_inbox"), note, proposal.asked_at)

    def address(self):
        return reverse("proposals_inbox")


def register() -> None:
    for section in (Reviews(), Returns(), Offers()):
        register_inbox(section)
