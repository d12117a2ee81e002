"""A reader says what is wrong."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError

from meiri.newsroom.models import Article
from meiri.reports.handling import receive_report
from meiri.reports.models import LONGEST, LONGEST_QUOTE, Report
from meiri.visitors.forms import LineField, PlainTextField, VisitorForm
from meiri.visitors.rate_limits import RateLimit
from meiri.visitors.receipt_keys import digest_of_key, key_for

MOST, PERIOD = 10, timedelta(minutes=30)


def _text(label: str, empty: str) -> PlainTextField:
    return PlainTextField(
        label=label,
        min_length=4,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": empty,
            "min_length": "说明太短，请写得具体一些。",
            "max_length": "说明请控制在 %(limit_value)d 字以内，现在是 %(show_value)d 字。",
        },
    )


class ErrorForm(VisitorForm):
    """纠错: an error in an article."""

    quote = LineField(
        label="有误的文字",
        required=False,
        max_length=LONGEST_QUOTE,
        help_text="从稿件里复制，便于编辑找到。",
        error_messages={"max_length": "有误的文字请控制在 %(limit_value)d 字以内。"},
    )
    text = _text("错在哪里，应当是什么", "请写明错在哪里。")


class BarrierForm(VisitorForm):
    """无障碍反馈: a page that somebody can't read or use."""

    address = LineField(
        label="页面地址",
        required=False,
        max_length=300,
        help_text="本网页面的地址，不清楚可以不填。",
        error_messages={"max_length": "地址太长。"},
    )
    text = _text("遇到了什么困难，用的是什么设备", "请写明遇到了什么困难。")

    def clean_address(self):
        address = self.cleaned_data["address"]
        if address and not address.startswith(("/", "http://", "https://")):
            raise ValidationError("地址应以“/”或“https://”开头。")
        return address


def reports_too_often(request) -> bool:
    return not RateLimit("report", MOST, PERIOD).hit_by_address(request)


def submit_report(form: VisitorForm, article: Article | None = None) -> str:
    """Keep the report of a valid form. The key to its receipt; the same form sent again gives the same one."""
    data = form.cleaned_data
    key = key_for("report", data["once"])
    receive_report(
        Report(
            article=article,
            address=data.get("address", ""),
            quote=data.get("quote", ""),
            text=data["text"],
            key_digest=digest_of_key(key),
        )
    )
    return key
