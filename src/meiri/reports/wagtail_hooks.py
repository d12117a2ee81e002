from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from meiri.policy.gate import admit, one, somewhere
from meiri.reports.inbox import ReportsView, ReportView

admit(
    {
        "reports_inbox": somewhere("reports.Report", "handle"),
        "reports_inbox_report": one("reports.Report", "report_id", "handle"),
    }
)


@hooks.register("register_admin_urls")
def inbox_addresses():
    return [
        path("reports/", ReportsView.as_view(), name="reports_inbox"),
        path("reports/<int:report_id>/", ReportView.as_view(), name="reports_inbox_report"),
    ]


@hooks.register("register_admin_menu_item")
def inbox_menu_item():
    return MenuItem(
        "读者纠错", reverse("reports_inbox"), icon_name="warning", order=325, name="reader-reports"
    )
