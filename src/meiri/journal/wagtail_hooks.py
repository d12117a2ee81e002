"""The journal in the admin: its list, who may read it, and no way past it."""

from django.contrib.auth.models import Permission
from django.shortcuts import redirect
from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem

from meiri.journal.listing import PERMISSION, JournalView
from meiri.journal.recording import RecordedSnippetViewSet


@hooks.register("register_admin_urls")
def list_address():
    return [path("journal/", JournalView.as_view(), name="journal_list")]


class JournalMenuItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm(PERMISSION)


@hooks.register("register_admin_menu_item")
def journal_menu_item():
    return JournalMenuItem("日志", reverse("journal_list"), icon_name="history", order=400)


@hooks.register("register_permissions")
def permissions():
    return Permission.objects.filter(content_type__app_label="journal", codename="view_entry")


@hooks.register("before_bulk_action")
def delete_recorded_rows_one_by_one(request, action_type, objects, action):
    """Bulk deletion would leave no entries in the journal."""
    viewset = getattr(action.model, "snippet_viewset", None)
    if action_type == "delete" and isinstance(viewset, RecordedSnippetViewSet):
        messages.error(request, "这类内容的每次删除都要记入日志，请逐条删除。")
        return redirect(viewset.get_url_name("list"))
    return None
