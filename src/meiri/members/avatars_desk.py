"""Avatars in the newsroom's admin: moderators look at each before readers see it, and take away what should not stand."""

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.asked_numbers import asked_number
from meiri.members.avatars import LONGEST_REASON, Avatar, AvatarState, decide_avatar
from meiri.policy import visible
from meiri.policy.checked_view import CheckedView

PER_PAGE = 50


class AvatarsView(CheckedView):
    page_title = "会员头像"
    header_icon = "user"
    template_name = "members/admin/avatars.html"
    deed, thing = "moderate", Avatar
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "会员头像"}]

    @property
    def state(self) -> str:
        asked = self.request.GET.get("state")
        return asked if asked in AvatarState.values else AvatarState.WAITING.value

    def get(self, request):
        return self.render_to_response(self.get_context_data())

    def post(self, request):
        avatar = get_object_or_404(self.rows(), pk=asked_number(request.POST.get("row")))
        # What the moderator looked at: the member may have sent another one since.
        avatar.file.name = request.POST.get("file", "")
        try:
            decide_avatar(
                avatar, request.POST.get("deed") == "accept", request.POST.get("reason", ""), request.user
            )
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, "已处理，并已通知对方。")
        return redirect(f"{reverse('avatars_desk')}?state={self.state}")

    def rows(self):
        return visible(self.request.user, Avatar.objects.all(), "moderate")

    def get_context_data(self, **kwargs):
        rows = self.rows().filter(state=self.state)
        if (start := asked_number(self.request.GET.get("from"))) is not None:
            rows = rows.filter(pk__lt=start)
        found = list(rows.select_related("member").order_by("-pk")[: PER_PAGE + 1])
        return super().get_context_data(
            rows=found[:PER_PAGE],
            next=found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None,
            state=self.state,
            states=AvatarState.choices,
            longest=LONGEST_REASON,
            **kwargs,
        )
