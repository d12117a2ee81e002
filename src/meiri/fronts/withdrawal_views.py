"""Withdrawing and restoring a laid-out page in the admin, each with the reason that readers are told."""

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from wagtail.admin import messages
from wagtail.admin.views.pages.unpublish import UnpublishView
from wagtail.models import Page

from meiri.changes.changes_desk import DeedWithReasonView, ReasonForm
from meiri.fronts.front_changes import reach_of
from meiri.fronts.withdrawing_fronts import restore_front, withdraw_front


class FrontWithdrawView(UnpublishView):
    """Wagtail's view, with the reach before and the reason that readers are told."""

    page_title = "撤下页面"
    template_name = "fronts/withdraw.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context.setdefault("form", ReasonForm())
        keeps = getattr(self.object, "keeps_changes", False)
        return context | {"standing": reach_of(self.object) if keeps else None}

    def post(self, request, *args, **kwargs):
        form = ReasonForm(request.POST)
        if form.is_valid():
            below = bool(request.POST.get("include_descendants"))
            try:
                withdraw_front(self.object, form.cleaned_data["reason"], request.user, below)
            except ValidationError as error:
                form.add_error(None, error)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        messages.success(request, f"“{self.object.title}”已撤下，读者不再能看到。")
        return redirect("changes_of_thing", "page", self.object.pk)


class FrontRestoreView(DeedWithReasonView):
    deed, deed_in_words = "publish", "恢复页面"
    warning = "读者会重新看到撤下前的样子；撤下以后的改动仍是草稿。"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.thing = get_object_or_404(Page, pk=kwargs["page_id"]).specific
        self.back_url = reverse("wagtailadmin_pages:edit", args=[self.thing.pk])

    def act(self, form):
        restore_front(self.thing, form.cleaned_data["reason"], self.request.user)

    def done_response(self):
        return redirect("changes_of_thing", "page", self.thing.pk)
