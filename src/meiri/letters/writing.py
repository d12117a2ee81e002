"""Somebody writes a letter, and comes back to ask what became of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from django import forms
from django.db import IntegrityError, transaction
from django.utils import timezone

from meiri.letters.attachments import AttachmentsField
from meiri.letters.handling import receive_letter
from meiri.letters.masking import masked
from meiri.letters.models import Letter
from meiri.letters.sealing import digest_of_key, key_for, new_receipt, seal_contact
from meiri.sections.models import Station
from meiri.visitors.address import address_of, network_of
from meiri.visitors.forms import LineField, PlainTextField, VisitorForm
from meiri.visitors.rate_limits import RateLimit, hit_all

MOST_LETTERS, LETTERS_PERIOD = 5, timedelta(hours=1)
# Forms with attachments, which take long to make anew: of one address, and of one network.
MOST_WITH_FILES, MOST_WITH_FILES_OF_NETWORK, FILES_PERIOD = 8, 60, timedelta(hours=1)
TOO_MANY_FILES = f"一小时内最多提交 {MOST_WITH_FILES} 次附件，请稍后再试；也可以先只提交文字。"
MOST_LOOKS, LOOKS_PERIOD = 20, timedelta(minutes=10)
# So long after a letter came, its form sent again still shows the key.
KEY_SHOWN = timedelta(hours=1)


def _too_long(what: str) -> str:
    return what + "请控制在 %(limit_value)d 字以内，现在是 %(show_value)d 字。"


class LetterForm(VisitorForm):
    subject = LineField(
        label="标题",
        max_length=60,
        error_messages={"required": "请用一句话写明反映的问题。", "max_length": _too_long("标题")},
    )
    station = forms.ModelChoiceField(
        label="反映地区",
        queryset=Station.objects.none(),
        required=False,
        empty_label="全国或其他",
        help_text="来信将交给当地的地方站办理；不选时按下面写的地点分派。",
        error_messages={"invalid_choice": "请从列表里选择地区。"},
    )
    place = LineField(
        label="具体地点",
        max_length=60,
        required=False,
        help_text="如“浙江省杭州市余杭区”。",
        error_messages={"max_length": _too_long("地点")},
    )
    text = PlainTextField(
        label="来信内容",
        min_length=10,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="请写明时间、地点、经过和诉求，5000 字以内。",
        error_messages={
            "required": "请填写来信内容。",
            "min_length": "内容太短，请把情况写清楚一些。",
            "max_length": _too_long("来信"),
        },
    )
    name = LineField(
        label="姓名",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "请填写姓名。", "max_length": _too_long("姓名")},
    )
    contact = LineField(
        label="联系方式",
        max_length=100,
        help_text="手机号或电子邮箱。加密保存，只用于核实和回复，刊登时不公开。",
        widget=forms.TextInput(attrs={"autocomplete": "tel"}),
        error_messages={"required": "请填写联系方式，以便核实和回复。", "max_length": _too_long("联系方式")},
    )
    attachments = AttachmentsField()
    may_publish = forms.BooleanField(label="同意公开刊登来信和答复（隐去姓名和联系方式）", required=False)
    consent = forms.BooleanField(
        label="我知道所填信息将由编辑部用于核实、转交和回复，并保证内容属实",
        error_messages={"required": "请勾选知情同意后再提交。"},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["station"]).queryset = Station.objects.visible()

    def clean(self):
        super().clean()
        data = self.cleaned_data
        if data.get("station") is None and data.get("place"):
            data["station"] = station_of(data["place"])
        return data


def station_of(place: str) -> Station | None:
    """The station that a place in words begins with: 浙江 for 浙江省杭州市."""
    return next((station for station in Station.objects.visible() if place.startswith(station.name)), None)


class AdditionForm(VisitorForm):
    """What a writer adds to a letter."""

    text = PlainTextField(
        label="补充内容",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "请填写补充的内容。", "max_length": _too_long("补充内容")},
    )
    attachments = AttachmentsField()


class TakeBackForm(forms.Form):
    """A writer's word that a letter is to be taken back."""

    sure = forms.BooleanField(
        label="我确定撤回这封来信，知道撤回后不能恢复",
        error_messages={"required": "请先勾选确认，再撤回来信。"},
    )


class AskForm(forms.Form):
    """The key to a letter."""

    key = LineField(
        label="查询码",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        help_text="提交来信时显示的 12 位查询码。",
        error_messages={"required": "请填写查询码。", "max_length": "查询码不正确。"},
    )


@dataclass(frozen=True)
class Receipt:
    """What the writer takes along. `key` is None where the same form came again too late to show it."""

    number: str
    key: str | None


def submit_letter(form: LetterForm) -> Receipt:
    """Keep the letter of a valid form; the same form sent again gives the same receipt."""
    data = form.cleaned_data
    key = key_for(data["once"])
    for _ in range(3):
        earlier = Letter.objects.filter(token_digest=form.token_digest).first()
        if earlier:
            fresh = timezone.now() - earlier.created_at < KEY_SHOWN
            return Receipt(earlier.receipt, key if fresh else None)
        number = new_receipt(timezone.localdate())
        letter = Letter(
            receipt=number,
            key_digest=digest_of_key(number, key),
            token_digest=form.token_digest,
            subject=data["subject"],
            text=data["text"],
            place=data["place"],
            station=data["station"],
            sealed_contact=seal_contact(data["name"], data["contact"]),
            masked_name=masked(data["name"]),
            may_publish=data["may_publish"],
        )
        try:
            with transaction.atomic():
                receive_letter(letter, data["attachments"])
            return Receipt(number, key)
        except IntegrityError:
            # The same form came at the same moment, or the number was taken: look again.
            continue
    raise RuntimeError("No free receipt number was found in three tries.")


def too_many_letters(request) -> bool:
    return not RateLimit("letter", MOST_LETTERS, LETTERS_PERIOD).hit_by_address(request)


def too_many_files(request) -> bool:
    """Whether the attachments of this request are too many to be looked at. It counts those that are not, too."""
    if not request.FILES:
        return False
    own = RateLimit("letter attachments", MOST_WITH_FILES, FILES_PERIOD)
    near = RateLimit("letter attachments of network", MOST_WITH_FILES_OF_NETWORK, FILES_PERIOD)
    return not all(hit_all([(own, address_of(request)), (near, network_of(request))]))


def too_many_looks(request) -> bool:
    return not RateLimit("letter look", MOST_LOOKS, LOOKS_PERIOD).hit_by_address(request)
