"""The forms of planning."""

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput, AdminTimeInput

from meiri.planning.duty_shifts import DutyRole
from meiri.planning.models import PROPOSED, DutyShift, HandoverNote, Medium, PlanItem
from meiri.policy import may_enter
from meiri.sections.models import Channel, Station


class PersonField(forms.CharField):
    """Somebody of the newsroom, by account or name."""

    def __init__(self, **options):
        options.setdefault("label", "派给")
        super().__init__(max_length=150, help_text="账号或姓名。", **options)

    def clean(self, value):
        name = super().clean(value)
        people = get_user_model()._default_manager.filter(is_active=True)
        named = Q(username=name) | Q(nickname=name) | Q(author__name=name) | Q(first_name=name)
        found = list(people.filter(named).distinct()[:2])
        if len(found) > 1:
            raise ValidationError(f"有几个人叫“{name}”，请填账号。")
        if not found or not may_enter(found[0]):
            raise ValidationError(f"编辑部没有“{name}”这个账号或姓名。")
        return found[0]


class PlanItemForm(forms.ModelForm):
    class Meta:
        model = PlanItem
        fields = PROPOSED
        widgets = {
            "idea": forms.Textarea(attrs={"rows": 4}),
            "day": AdminDateInput,
            "hour": AdminTimeInput,
            "embargo_until": AdminDateTimeInput,
        }
        error_messages = {"title": {"required": "请填写选题。"}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["channel"].queryset = Channel.objects.order_by("order", "pk")
        self.fields["station"].queryset = Station.objects.order_by("order", "pk")
        self.fields["channel"].empty_label = self.fields["station"].empty_label = "不定"


class AssignmentForm(forms.Form):
    user = PersonField()
    medium = forms.ChoiceField(label="做什么", choices=Medium.choices)
    due = forms.DateTimeField(label="交稿时间", required=False, widget=AdminDateTimeInput)
    note = forms.CharField(label="要求", required=False, max_length=200)


class DutyShiftForm(forms.ModelForm):
    user = PersonField(label="值班人")
    field_order = ("role", "user", "begins_at", "ends_at", "telephone")

    class Meta:
        model = DutyShift
        fields = ("role", "user", "begins_at", "ends_at", "telephone")
        widgets = {"begins_at": AdminDateTimeInput, "ends_at": AdminDateTimeInput}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = DutyRole.choices


class HandoverForm(forms.ModelForm):
    class Meta:
        model = HandoverNote
        fields = ("text",)
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}
        error_messages = {"text": {"required": "请写下交接内容。"}}
