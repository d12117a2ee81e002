"""What of readers' reports waits for editors."""

from django.urls import reverse

from meiri.newsroom.inbox import InboxItem, InboxSection, register_inbox
from meiri.policy import may
from meiri.reports.models import Report, ReportState


class OpenReports(InboxSection):
    heading, order = "读者纠错", 40

    def waiting(self, user):
        if not may(user, "handle", Report):
            return None
        waiting = Report.objects.filter(state=ReportState.OPEN).waiting_for(user)
        return waiting.select_related("article").order_by("pk")

    def item(self, report):
        address = reverse("reports_inbox_report", args=[report.pk])
        about = f"《{report.article}》" if report.article else report.address
        return InboxItem(report.text[:40], address, about, report.created_at)

    def address(self):
        return reverse("reports_inbox")


def register() -> None:
    register_inbox(OpenReports())
