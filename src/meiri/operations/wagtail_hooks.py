from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from meiri.operations.status_desk import ChecksView, StatusView
from meiri.policy import administers
from meiri.policy.gate import admit

admit(
    {name: lambda request, kwargs: administers(request.user) for name in ("system_status", "system_checks")}
)


@hooks.register("register_admin_urls")
def status_addresses():
    return [
        path("system/", StatusView.as_view(), name="system_status"),
        path("system/checks/", ChecksView.as_view(), name="system_checks"),
    ]


class StatusMenuItem(MenuItem):
    def is_shown(self, request):
        return administers(request.user)


@hooks.register("register_reports_menu_item")
def status_menu_item():
    return StatusMenuItem("系统状态", reverse("system_status"), icon_name="desktop", order=890)
