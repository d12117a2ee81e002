from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from meiri.newsroom.permissions import policy
from meiri.reports.inbox import ReportsView, ReportView


@hooks.register("register_admin_urls")
def inbox_addresses():
    return [
        path("reports/", ReportsView.as_view(), name="reports_inbox"),
        path("reports/<int:report_id>/", ReportView.as_view(), name="reports_inbox_report"),
    ]


class InboxMenuItem(MenuItem):
    def is_shown(self, request):
        return policy.user_has_permission(request.user, "change")


@hooks.register("register_admin_menu_item")
def inbox_menu_item():
    return InboxMenuItem(
        "读者纠错", reverse("reports_inbox"), icon_name="warning", order=325, name="reader-reports"
    )
