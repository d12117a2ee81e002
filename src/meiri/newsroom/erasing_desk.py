"""依令删除 in the admin: the text of one published version, by an order, with the reason that readers are told."""

from django import forms
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from wagtail.admin import messages

from meiri.changes.changes_desk import DeedWithReasonView, ReasonForm
from meiri.changes.version_numbers import erasures_of
from meiri.newsroom.changes import ARTICLES
from meiri.newsroom.erasing import LONGEST_ORDER, erase_version
from meiri.newsroom.models import Article
from meiri.newsroom.published_versions import newest_number


class ErasureForm(ReasonForm):
    authority = forms.CharField(
        label="依据的机关", max_length=80, help_text="谁要求删除，如“某市中级人民法院”。读者看不到。",
        error_messages={"required": "请写明是谁要求删除。"},
    )  # fmt: skip
    file_number = forms.CharField(
        label="文号", max_length=80, help_text="如“（2026）某 01 民终 7 号”。读者看不到，日志会记下。",
        error_messages={"required": "请写明文号；没有文号的，写明日期和形式。"},
    )  # fmt: skip
    sure = forms.BooleanField(
        label="我已核对版本和文书，知道删除以后不能恢复",
        error_messages={"required": "请确认：删除以后不能恢复。"},
    )
    field_order = ("authority", "file_number", "reason", "sure")

    def clean(self):
        given = super().clean() or {}
        order = f"{given.get('authority', '')} {given.get('file_number', '')}".strip()
        if len(order) > LONGEST_ORDER:
            raise ValidationError(f"机关和文号请合起来控制在 {LONGEST_ORDER} 字以内。")
        return given


class EraseVersionView(DeedWithReasonView):
    thing: Article
    deed = "erase"
    form_class = ErasureForm
    warning = (
        "只有这一版说过、其他各版都没有的话，会从稿件的各版和草稿、审稿单、旁注、更正、日志、原件、通知里一并删去，"
        "没有发布过的稿件和回收站里的抄件也删，别的已发布稿件里的不删，请另行查找；正在填写的表单会断开。修改记录保留这一版的时间和删除原因，存证日志照旧可以核验。"
    )

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.thing = get_object_or_404(Article, pk=kwargs["article_id"])
        self.number = kwargs["number"]
        self.back_url = reverse("changes_of_thing", args=["article", self.thing.pk])

    @property
    def deed_in_words(self) -> str:  # type: ignore[override]
        return f"依令删除第 {self.number} 版的文字"

    def dispatch(self, request, *args, **kwargs):
        self.check_permission()
        name = ARTICLES.name(self.thing)
        if self.thing.first_published_at is None or not 0 < self.number <= newest_number(self.thing):
            messages.error(request, f"这篇稿件没有第 {self.number} 版。")
        elif self.number in erasures_of(name):
            messages.error(request, f"第 {self.number} 版的文字已经删除。")
        else:
            return super().dispatch(request, *args, **kwargs)
        return redirect(self.back_url)

    def act(self, form):
        given = form.cleaned_data
        order = f"{given['authority']} {given['file_number']}"
        erase_version(self.thing, self.number, order, given["reason"], self.request.user)
        self.thing.refresh_from_db()

    def done_response(self):
        return redirect(self.back_url)
