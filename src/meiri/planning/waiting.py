"""What of planning waits for somebody: what was assigned, and what was proposed to a desk."""

from django.db.models import F, QuerySet
from django.urls import reverse

from meiri.newsroom.clock import local
from meiri.newsroom.inbox import InboxItem, InboxSection, register_inbox
from meiri.planning.models import Assignment, PlanItem, PlanState
from meiri.policy import may, visible


class MyAssignments(InboxSection):
    heading, order = "派给我的", 15

    def waiting(self, user) -> QuerySet | None:
        if not may(user, "see", PlanItem):
            return None
        mine = Assignment.objects.unfinished().filter(user=user.pk).select_related("item")
        return mine.order_by(F("due").asc(nulls_last=True), "pk")

    def item(self, assignment) -> InboxItem:
        due = f"，{local(assignment.due):%m-%d %H:%M} 前" if assignment.due else ""
        address = reverse("planning_item", args=[assignment.item_id])
        return InboxItem(
            str(assignment.item), address, f"{assignment.get_medium_display()}{due}", assignment.assigned_at
        )

    def address(self) -> str:
        return f"{reverse('planning_board')}?mine=1"


class ProposedItems(InboxSection):
    heading, order = "待议选题", 60

    def waiting(self, user) -> QuerySet | None:
        if not may(user, "decide", PlanItem):
            return None
        proposed = PlanItem.objects.filter(state=PlanState.PROPOSED)
        return visible(user, proposed, "decide").select_related("proposed_by").order_by("pk")

    def item(self, plan) -> InboxItem:
        by = f"{plan.proposed_by}报" if plan.proposed_by else "例行"
        return InboxItem(str(plan), reverse("planning_item", args=[plan.pk]), by, plan.created_at)

    def address(self) -> str:
        return reverse("planning_board")


for section in (MyAssignments(), ProposedItems()):
    register_inbox(section)
