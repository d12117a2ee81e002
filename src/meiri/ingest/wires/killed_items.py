"""What wires withdrew while readers still see it waits for those who may withdraw it."""

from django.urls import reverse

from meiri.ingest.wire_facts import PubStatus
from meiri.ingest.wire_models import WireItem
from meiri.newsroom.inbox import InboxItem, InboxSection, register_inbox
from meiri.newsroom.models import Article
from meiri.policy import among, may, visible


class KilledItems(InboxSection):
    heading, order = "通稿已撤销", 5

    def waiting(self, user):
        if not may(user, "see", WireItem):
            return None
        shown = visible(user, Article.objects.filter(live=True), "withdraw")
        killed = WireItem.objects.exclude(status=PubStatus.USABLE).filter(among(shown, "article"))
        return killed.select_related("source").order_by("changed_at", "pk")

    def item(self, row):
        return InboxItem(
            row.title, reverse("wires_item", args=[row.pk]), f"“{row.source}”撤销", row.changed_at
        )

    def address(self):
        return reverse("wires_desk")


def register() -> None:
    register_inbox(KilledItems())
