"""The forms of the live desk: a coverage, the quick box, an entry."""

import re
import uuid

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q
from wagtail.admin.widgets import AdminDateTimeInput
from wagtail.images.widgets import AdminImageChooser

from meiri.changes.models import ChangeKind
from meiri.live.composing import LONGEST_TEXT, MOST_PICTURES
from meiri.live.models import LONGEST_NOTE, LONGEST_TITLE, Coverage, LiveEntry
from meiri.policy import may, may_enter
from meiri.sections.models import Channel, Station

MOST_REPORTERS = 50


class ReportersField(forms.CharField):
    """People of the newsroom by account or name, parted by any of `、，,;；` or blanks."""

    def __init__(self, **options):
        super().__init__(
            required=False,
            max_length=1000,
            label="参加报道的人",
            help_text="别的频道或地方站的记者：填账号或姓名，用顿号隔开。本频道、本站的人不用填。",
            **options,
        )

    def clean(self, value):
        names = list(dict.fromkeys(name for name in re.split(r"[、，,;；\s]+", super().clean(value)) if name))
        if len(names) > MOST_REPORTERS:
            raise ValidationError(f"最多 {MOST_REPORTERS} 人。")
        users, found = get_user_model()._default_manager.filter(is_active=True), []
        for name in names:
            named = list(
                users.filter(Q(username=name) | Q(nickname=name) | Q(author__name=name)).distinct()[:2]
            )
            if len(named) > 1:
                raise ValidationError(f"有几个人叫“{name}”，请填账号。")
            if not named or not may_enter(named[0]):
                raise ValidationError(f"编辑部没有“{name}”这个账号或姓名。")
            found += named
        return found


class CoverageForm(forms.ModelForm):
    reporters = ReportersField()

    class Meta:
        model = Coverage
        fields = ("title", "summary", "channel", "station", "planned_at", "picture", "minors_risk")
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "planned_at": AdminDateTimeInput,
            "picture": AdminImageChooser,
        }
        help_texts = {"station": "由地方站报道时选；不选则由频道报道。"}
        error_messages = {"title": {"required": "请填写标题。"}, "channel": {"required": "请选择频道。"}}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        found = self.instance.pk and list(self.instance.reporters.order_by("pk")[:MOST_REPORTERS])
        self.initial["reporters"] = "、".join(person.username for person in found or ())
        self.fields["channel"].queryset = Channel.objects.order_by("order", "pk")
        self.fields["station"].queryset = Station.objects.order_by("order", "pk")
        self.fields["channel"].empty_label = "请选择"
        self.fields["station"].empty_label = "不选"
        self.order_fields(["title", "summary", "channel", "station", "planned_at", "reporters", "picture"])

    def clean(self):
        cleaned = super().clean()
        place = cleaned.get("station") or cleaned.get("channel")
        if place is not None and not may(self.user, "add", Coverage(), place):
            self.add_error("station" if cleaned.get("station") else "channel", f"您不负责“{place}”的直播。")
        return cleaned


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralPicturesField(forms.FileField):
    """Several files; their content is looked at where they are stored."""

    widget = SeveralFiles

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(SeveralPicturesField, self).clean(file, initial) for file in files]


class QuickForm(forms.Form):
    """What is sent from the field."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    title = forms.CharField(label="小标题", required=False, max_length=LONGEST_TITLE)
    text = forms.CharField(
        label="内容",
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "Ctrl+Enter 发出"}),
        error_messages={"max_length": f"一条请控制在 {LONGEST_TEXT} 字以内。长文请另发稿件。"},
    )
    pictures = SeveralPicturesField(
        label=f"图片（最多 {MOST_PICTURES} 张）",
        required=False,
        widget=SeveralFiles(attrs={"accept": "image/*"}),
    )
    video = forms.FileField(
        label="视频",
        required=False,
        widget=forms.FileInput(attrs={"accept": "video/mp4,video/webm,video/quicktime"}),
    )
    caption = forms.CharField(label="图片或视频说明", required=False, max_length=200)
    important = forms.BooleanField(label="重要消息", required=False)

    def clean(self):
        cleaned = super().clean()
        if (cleaned.get("pictures") or cleaned.get("video")) and not cleaned.get("caption"):
            self.add_error("caption", "请写图片或视频的说明：看不到画面的读者靠它了解内容。")
        return cleaned


class EntryForm(forms.ModelForm):
    """An entry written anew, with every kind of block that articles have."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label="修改类别",
        choices=[(one.value, one.label) for one in (ChangeKind.CORRECTION, ChangeKind.SMALL)],
        required=False,
        help_text="更正写在条目下面；小改（错字、标点）只在修改记录里，由签发条目的编辑做。",
    )
    note = forms.CharField(
        label="更正说明",
        required=False,
        max_length=LONGEST_NOTE,
        help_text="读者会看到，如“人数有误，应为 12 人”。",
    )

    class Meta:
        model = LiveEntry
        fields = ("title", "body")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        if not self.instance.number:
            del self.fields["note"], self.fields["kind"]

    def _post_clean(self):
        """The instance stays as it was read: `correct_entry` writes what was given."""
