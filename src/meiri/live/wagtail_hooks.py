"""The live desk in the admin's menu."""

from django.contrib.auth.models import Permission
from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from meiri.live.console import (
    ConsoleEntriesView,
    ConsoleView,
    CoveragesView,
    CoverageView,
    NewCoverageView,
    SendView,
)
from meiri.live.entry_desk import EntryView
from meiri.live.models import Coverage
from meiri.policy import may
from meiri.policy.gate import admit, one, somewhere

admit(
    {
        "live_coverages": somewhere("live.Coverage", "see"),
        "live_coverage_new": somewhere("live.Coverage", "add"),
        "live_coverage": one("live.Coverage", "coverage_id", "change"),
        "live_console": one("live.Coverage", "coverage_id", "see"),
        "live_console_entries": one("live.Coverage", "coverage_id", "see"),
        "live_send": one("live.Coverage", "coverage_id", "write"),
        "live_entry": one("live.LiveEntry", "entry_id", "see"),
    }
)


@hooks.register("register_admin_urls")
def live_addresses():
    return [
        path("live/", CoveragesView.as_view(), name="live_coverages"),
        path("live/new/", NewCoverageView.as_view(), name="live_coverage_new"),
        path("live/<int:coverage_id>/", ConsoleView.as_view(), name="live_console"),
        path("live/<int:coverage_id>/edit/", CoverageView.as_view(), name="live_coverage"),
        path("live/<int:coverage_id>/entries/", ConsoleEntriesView.as_view(), name="live_console_entries"),
        path("live/<int:coverage_id>/send/", SendView.as_view(), name="live_send"),
        path("live/entries/<int:entry_id>/", EntryView.as_view(), name="live_entry"),
    ]


class LiveMenuItem(MenuItem):
    def is_shown(self, request):
        return may(request.user, "see", Coverage)


@hooks.register("register_admin_menu_item")
def live_menu_item():
    return LiveMenuItem("直播", reverse("live_coverages"), icon_name="radio-full", order=215, name="live")


@hooks.register("register_permissions")
def live_permissions():
    return Permission.objects.filter(content_type__app_label="live").exclude(
        content_type__model="entrycorrection"
    )
