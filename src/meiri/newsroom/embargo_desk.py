"""禁发 in the admin: setting an embargo on an article, and lifting it."""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect
from wagtail.admin import messages
from wagtail.admin.widgets import AdminDateTimeInput

from meiri.asked_words import sentence_of
from meiri.newsroom.article_view import ArticleView
from meiri.newsroom.clock import in_words
from meiri.newsroom.embargo import is_embargoed, lift_embargo, set_embargo
from meiri.policy import may


class EmbargoForm(forms.Form):
    until = forms.DateTimeField(
        label="禁发至",
        widget=AdminDateTimeInput(),
        help_text="到时以前，网页、订阅、接口、搜索、图片地址都看不到这篇稿件；定时发布也不能早于它。",
        error_messages={"required": "请填写时间。", "invalid": "请写成 2026-11-30 08:00 的样子。"},
    )


class EmbargoView(ArticleView):
    page_title = name = "禁发"
    header_icon = "time"
    template_name = "newsroom/embargo.html"
    deed = "change"

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
            messages.error(request, sentence_of(error))
            return self._shown(form)
        return redirect(self.form_url)

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
