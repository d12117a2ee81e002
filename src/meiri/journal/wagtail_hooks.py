from django.shortcuts import redirect
from wagtail import hooks
from wagtail.admin import messages

from meiri.journal.recording import RecordedSnippetViewSet


@hooks.register("before_bulk_action")
def delete_recorded_rows_one_by_one(request, action_type, objects, action):
    """Bulk deletion would leave no entries in the journal."""
    viewset = getattr(action.model, "snippet_viewset", None)
    if action_type == "delete" and isinstance(viewset, RecordedSnippetViewSet):
        messages.error(request, "这类内容的每次删除都要记入日志，请逐条删除。")
        return redirect(viewset.get_url_name("list"))
    return None
