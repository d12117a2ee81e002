"""快讯 on the first screen: three fields and one button."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import TemplateView
from wagtail.actions.publish_revision import PublishPermissionError
from wagtail.admin import messages

from meiri.newsroom.flashes import LONGEST_FLASH, SentFlash, channels_of_flashes, send_flash
from meiri.newsroom.models import Article
from meiri.policy.checked_view import CheckedView


class FlashForm(forms.Form):
    title = forms.CharField(label="标题", max_length=120, error_messages={"required": "请写标题。"})
    text = forms.CharField(
        label="正文",
        max_length=LONGEST_FLASH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写正文。"},
    )
    channel = forms.ChoiceField(
        label="频道", error_messages={"required": "请选频道。", "invalid_choice": "请从列出的频道里选。"}
    )

    def __init__(self, user, data: Any = None):
        super().__init__(data, auto_id="flash-%s")
        self.channels = {str(channel.pk): channel for channel in channels_of_flashes(user)}
        field: Any = self.fields["channel"]
        field.choices = [(key, str(channel)) for key, channel in self.channels.items()]

    def clean_channel(self):
        return self.channels[self.cleaned_data["channel"]]


class FlashView(CheckedView, TemplateView):
    """The form by itself, for phones and for what was refused; the first screen has it too."""

    deed, thing = "add", Article
    page_title = "发快讯"
    header_icon = "edit"
    template_name = "newsroom/flash.html"

    def get(self, request, *args, **kwargs):
        return self.show(FlashForm(request.user))

    def post(self, request, *args, **kwargs):
        form = FlashForm(request.user, request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        try:
            sent = send_flash(**form.cleaned_data, by=request.user)
        except ValidationError as error:
            tell_faults(form, error)
            return self.show(form, 422)
        except PublishPermissionError as error:
            form.add_error(None, str(error))
            return self.show(form, 422)
        address = reverse("wagtailsnippets_newsroom_article:edit", args=[sent.article.pk])
        messages.success(request, sent_in_words(sent), buttons=[messages.button(address, "打开")])
        return redirect("wagtailadmin_home")

    def show(self, form: FlashForm, status: int = 200):
        return self.render_to_response(self.get_context_data(flash=form), status=status)


def tell_faults(form: FlashForm, error: ValidationError) -> None:
    """Put what a flash was refused for beside its fields; what is of no field above them."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, faults in error.error_dict.items():
        form.add_error(name if name in form.fields else None, faults)


def sent_in_words(sent: SentFlash) -> str:
    title = sent.article.title
    return f"快讯《{title}》已送审（{sent.workflow}）。" if sent.workflow else f"快讯《{title}》已发布。"
