"""Ending what stands above all pages, and making live coverage the breaking news, in the admin."""

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from meiri.asked_numbers import LARGEST_ID
from meiri.fronts.advertisements import Advertisement
from meiri.fronts.notice_bars import Greying, NoticeBar, Timed, end_now, set_for_coverage
from meiri.live.models import Coverage

TIMED = {model._meta.model_name: model for model in (NoticeBar, Greying, Advertisement)}


def timed_or_404(model: str, number: int) -> Timed:
    if model not in TIMED or number > LARGEST_ID:
        raise Http404
    return get_object_or_404(TIMED[model], pk=number)


def address_in_admin(thing: Timed, view: str, *arguments) -> str:
    meta = thing._meta
    return reverse(f"wagtailsnippets_{meta.app_label}_{meta.model_name}:{view}", args=arguments)


class EndView(WagtailAdminTemplateMixin, TemplateView):
    """Asks, and ends it. One that is over by now stays as it is."""

    template_name = "fronts/notice_end.html"
    page_title = "结束"
    _show_breadcrumbs = True

    def dispatch(self, request, *args, **kwargs):
        self.thing = timed_or_404(kwargs["model"], kwargs["number"])
        self.list_address = address_in_admin(self.thing, "list")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"thing": self.thing, "list_address": self.list_address}

    def post(self, request, *args, **kwargs):
        if end_now(self.thing, request.user):
            messages.success(request, f"已结束：{self.thing}")
        else:
            messages.warning(request, f"已经结束过了：{self.thing}")
        return redirect(self.list_address)


@require_POST
def set_breaking_of_coverage(request, coverage_id: int):
    """Make a coverage the breaking news for the usual time."""
    coverage = get_object_or_404(Coverage, pk=coverage_id)
    try:
        bar = set_for_coverage(coverage, request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        edit = address_in_admin(bar, "edit", bar.pk)
        messages.success(request, "已设为突发，全站可见。", buttons=[messages.button(edit, "修改文字和时间")])
    return redirect("live_console", coverage_id)
