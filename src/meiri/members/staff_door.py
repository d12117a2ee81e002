"""Who is let into the newsroom: whoever has passed a second factor, and has just done so where accounts are changed."""

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from meiri.members.proof import proven_in, proven_within

# Seconds for which a second factor opens the pages that change accounts and groups, and those for which what was filled in
# there is taken.
TO_OPEN, TO_SEND = 15 * 60, 45 * 60
ENDED = "登录已过期，文字还在这一页，尚未保存。请在另一个标签页登录，或先把文字复制下来。"
_ACCOUNTS = {"wagtailusers_users", "wagtailusers_groups", "wagtailsnippets_newsroom_desk"}
_LOOKING = {"index", "index_results", "list", "list_results", "history", "history_results", "usage"}
_BULK_MODELS = {("members", "user"), ("auth", "group"), ("newsroom", "desk")}


class StaffDoor:
    """Middleware of everything below /admin/."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info.startswith("/admin/"):
            signed_in = request.user.is_authenticated
            unproven = settings.STAFF_SECOND_FACTOR and signed_in and not proven_in(request, request.user)
            if (unproven or not signed_in) and _waits_for_json(request):
                return JsonResponse(
                    {"success": False, "error_code": "signed_out", "error_message": ENDED}, status=401
                )
            if unproven:
                return redirect(f"{reverse('mfa_index')}?{urlencode({'next': '/admin/'})}")
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not settings.STAFF_SECOND_FACTOR or not changes_accounts(request.resolver_match):
            return None
        window = TO_OPEN if request.method in ("GET", "HEAD") else TO_SEND
        if not request.user.is_authenticated or proven_within(request, request.user, window):
            return None
        # What was filled in is not kept in the session: a password may be in it.
        method = get_adapter(request).get_reauthentication_methods(request.user)[0]
        return redirect(f"{method['url']}?{urlencode({'next': request.get_full_path()})}")


def changes_accounts(match) -> bool:
    """Whether a view of Wagtail's changes who may do what and where."""
    if (
        match.kwargs.get("model_name")
        and (match.kwargs.get("app_label"), match.kwargs["model_name"]) in _BULK_MODELS
    ):
        return True
    return bool(_ACCOUNTS.intersection(match.namespaces)) and match.url_name not in _LOOKING


def _waits_for_json(request) -> bool:
    """Whether a script of a page sent the request, which would take a redirect for an answer and lose what it sent."""
    return request.method not in ("GET", "HEAD") and "application/json" in request.headers.get("Accept", "")
