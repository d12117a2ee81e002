"""The journal in the admin: its list, and who may read it."""

from django.contrib.auth.models import Permission
from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from meiri.journal.listing import JournalView
from meiri.journal.models import Entry
from meiri.policy import may
from meiri.policy.gate import admit, somewhere

admit({"journal_list": somewhere("journal.Entry", "see")})


@hooks.register("register_admin_urls")
def list_address():
    return [path("journal/", JournalView.as_view(), name="journal_list")]


class JournalMenuItem(MenuItem):
    def is_shown(self, request):
        return may(request.user, "see", Entry)


@hooks.register("register_admin_menu_item")
def journal_menu_item():
    return JournalMenuItem("日志", reverse("journal_list"), icon_name="history", order=400)


@hooks.register("register_permissions")
def permissions():
    return Permission.objects.filter(content_type__app_label="journal", codename="view_entry")
