"""禁发 in the admin: setting an embargo on an article, and lifting it."""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets import AdminDateTimeInput

from meiri.newsroom.embargo import in_words, is_embargoed, lift_embargo, set_embargo
from meiri.newsroom.models import Article
from meiri.policy import may
from meiri.policy.checked_view import CheckedView


class EmbargoForm(forms.Form):
    until = forms.DateTimeField(
        label="禁发至",
        widget=AdminDateTimeInput(),
        help_text="到时以前，网页、订阅、接口、搜索、图片地址都看不到这篇稿件；定时发布也不能早于它。",
        error_messages={"required": "请填写时间。", "invalid": "请写成 2026-11-30 08:00 的样子。"},
    )


class EmbargoView(CheckedView):
    page_title = "禁发"
    header_icon = "time"
    template_name = "newsroom/embargo.html"
    deed = "change"

    def check_permission(self):
        self.article = self.thing = get_object_or_404(Article, pk=self.kwargs["article_id"])
        super().check_permission()

    def get_breadcrumbs_items(self):
        return [
            *WagtailAdminTemplateMixin.breadcrumbs_items,
            {"url": self.edit_url, "label": str(self.article)},
            {"url": "", "label": "禁发"},
        ]

    @property
    def edit_url(self) -> str:
        return reverse("wagtailsnippets_newsroom_article:edit", args=[self.article.pk])

    def get(self, request, **kwargs):
        return self._shown(EmbargoForm(initial={"until": self.article.embargo_until}))

    def post(self, request, **kwargs):
        form = EmbargoForm(request.POST)
        try:
            if "lift" in request.POST:
                lift_embargo(self.article, request.user)
                messages.success(request, "已解除禁发，稿件可以发布。")
            elif form.is_valid():
                set_embargo(self.article, form.cleaned_data["until"], request.user)
                messages.success(request, f"已设禁发，至{in_words(form.cleaned_data['until'])}。")
            else:
                return self._shown(form)
        except (ValidationError, PermissionDenied) as error:
            said = error.messages[0] if isinstance(error, ValidationError) else str(error)
            messages.error(request, said)
            return self._shown(form)
        return redirect(self.edit_url)

    def _shown(self, form):
        article = self.article
        return self.render_to_response(
            self.get_context_data(
                form=form,
                media=form.media,
                article=article,
                is_embargoed=is_embargoed(article),
                may_lift=may(self.request.user, "publish", article),
            )
        )
