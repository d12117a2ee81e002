"""Contributors in the newsroom's admin: who wants to write, and what was sent."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.asked_numbers import asked_number
from meiri.members.contributing import decide_application, turn_down
from meiri.members.models import Application, Decision, Manuscript
from meiri.policy import may, visible
from meiri.policy.checked_view import CheckedView

PER_PAGE = 50
LISTS = {"applications": (Application, "申请"), "manuscripts": (Manuscript, "来稿")}


def lists_for(user) -> list[str]:
    """The lists that `user` handles."""
    return [name for name, (model, _) in LISTS.items() if may(user, "handle", model)]


class ContributorsView(CheckedView):
    page_title = "通讯员"
    header_icon = "group"
    template_name = "members/admin/contributors.html"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "通讯员"}]

    def check_permission(self):
        self.lists = lists_for(self.request.user)
        if not self.lists:
            raise PermissionDenied
        asked = self.request.GET
        self.which = asked.get("list") if asked.get("list") in self.lists else self.lists[0]
        self.state = asked.get("state") if asked.get("state") in Decision.values else Decision.WAITING.value

    def get(self, request):
        return self.render_to_response(self.get_context_data())

    def post(self, request):
        row = get_object_or_404(self.rows(), pk=asked_number(request.POST.get("row")))
        accepted, reply = request.POST.get("deed") == "accept", request.POST.get("reply", "")
        try:
            if isinstance(row, Application):
                decide_application(row, accepted, reply, request.user)
            elif accepted:
                raise ValidationError("来稿发布后即为采用。")
            else:
                turn_down(row, reply, request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, "已处理，并已通知对方。")
        return redirect(f"{reverse('contributors_desk')}?list={self.which}&state={self.state}")

    def rows(self):
        return visible(self.request.user, LISTS[self.which][0].objects.all(), "handle")

    def get_context_data(self, **kwargs):
        rows = self.rows().filter(state=self.state)
        if (start := asked_number(self.request.GET.get("from"))) is not None:
            rows = rows.filter(pk__lt=start)
        related = ["member", "article__channel"] if self.which == "manuscripts" else ["member"]
        found = list(rows.select_related(*related).order_by("-pk")[: PER_PAGE + 1])
        shown = found[:PER_PAGE]
        if self.which == "manuscripts":
            finder = AdminURLFinder(self.request.user)
            for row in shown:
                row.edit_url = finder.get_edit_url(row.article)
        return super().get_context_data(
            rows=shown,
            next=shown[-1].pk if len(found) > PER_PAGE else None,
            which=self.which,
            state=self.state,
            lists=[(name, LISTS[name][1]) for name in self.lists],
            states=Decision.choices,
            **kwargs,
        )
