"""How editors change articles: the form, and withdrawal with a reason."""

from django import forms
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from wagtail.admin import messages
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.snippets.views.snippets import UnpublishView

from meiri.newsroom.permissions import policy
from meiri.newsroom.publishing import withdraw


class ArticleForm(WagtailAdminModelForm):
    """An editor can file an article only where the editor's desk covers."""

    def clean_channel(self):
        channel = self.cleaned_data["channel"]
        if channel and self.for_user and not policy.covers_channel(self.for_user, channel):
            raise ValidationError("您的采编分工不包括这个频道，请另选频道或联系管理员。")
        return channel

    def save(self, commit=True):
        if self.instance.pk is None and self.for_user and self.for_user.is_authenticated:
            self.instance.created_by = self.for_user
        return super().save(commit=commit)


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label="撤稿原因",
        max_length=200,
        help_text="读者打开原地址时会看到这个原因，日志也会记下。",
        error_messages={"required": "请写明撤稿原因。"},
    )


class WithdrawView(UnpublishView):
    """Withdrawal asks for the reason that readers are told."""

    page_title = "撤稿"
    template_name = "newsroom/withdraw.html"
    permission_required = "publish"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context.setdefault("form", WithdrawalForm())
        return context

    def post(self, request, *args, **kwargs):
        if not policy.user_has_permission_for_instance(request.user, "publish", self.object):
            messages.error(request, "您没有撤下这篇稿件的权限。")
            return redirect(self.get_next_url())
        form = WithdrawalForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        withdraw(self.object, form.cleaned_data["reason"], by=request.user)
        messages.success(request, f"《{self.object.title}》已撤下，读者不再能看到。")
        return redirect(self.get_next_url())
