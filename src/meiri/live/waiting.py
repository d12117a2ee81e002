"""What of live coverage waits for somebody: entries to release, and own ones that came back."""

from django.db.models import QuerySet
from django.urls import reverse

from meiri.live.models import Coverage, LiveEntry
from meiri.newsroom.inbox import InboxItem, InboxSection, register_inbox
from meiri.policy import may, visible


class EntriesToRelease(InboxSection):
    heading = "直播待审"
    order = 5

    def waiting(self, user) -> QuerySet | None:
        if not may(user, "release", Coverage):
            return None
        theirs = visible(user, Coverage.objects.running(), "release")
        return LiveEntry.objects.waiting().filter(coverage__in=theirs).select_related("coverage")

    def item(self, entry) -> InboxItem:
        address = reverse("live_console", args=[entry.coverage_id])
        return InboxItem(str(entry), address, f"直播：{entry.coverage.title}", entry.created_at)

    def address(self) -> str:
        return reverse("live_coverages")


register_inbox(EntriesToRelease())
