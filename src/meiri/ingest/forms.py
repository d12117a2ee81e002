"""What an editor gives under 导入稿件."""

from typing import cast

from django import forms
from django.core.exceptions import ValidationError

from meiri.ingest.formats import FORMATS
from meiri.newsroom.permissions import ADD
from meiri.policy.reach import reach
from meiri.sections.models import Channel, Station

MOST_FILES = 50
LONGEST_TEXT = 2_000_000


class ImportedFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several uploads at once, as a list."""

    widget = ImportedFilesInput(
        attrs={"accept": ",".join(ending for known in FORMATS for ending in known.endings)}
    )

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data]
        files = [f for f in files if f]
        if len(files) > MOST_FILES:
            raise ValidationError(f"一次最多上传 {MOST_FILES} 个文件，更多的请放进一个 ZIP 压缩包。")
        return files


class ImportForm(forms.Form):
    text = forms.CharField(
        label="粘贴文字或网页源代码",
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="第一行是标题。来源、时间、作者等行会自动认出，“更多推荐”等页面杂项会去掉。",
    )
    uploads = FilesField(
        label="上传文件",
        required=False,
        help_text="网页（HTML）、文本（TXT）、Word 文件（DOCX）或 ZIP 压缩包，可以一次选多个。"
        "网页带图片时，请把网页和同名的 _files 文件夹一起放进压缩包。",
    )
    channel = forms.ModelChoiceField(
        label="频道",
        queryset=Channel.objects.all(),
        required=False,
        empty_label="自动识别",
        help_text="稿件里认不出频道时归入这里。",
    )

    station = forms.ModelChoiceField(
        label="地方站",
        queryset=Station.objects.none(),
        required=False,
        empty_label="不归地方站",
        help_text="选了地方站，稿件就是本站稿件，由本站编辑管理。",
    )

    def __init__(self, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        found = reach(user, ADD)
        stations = (
            Station.objects.all() if found.everywhere else Station.objects.filter(pk__in=found.stations)
        )
        cast(forms.ModelChoiceField, self.fields["station"]).queryset = stations
        if not found.everywhere and not found.stations:
            self.fields["station"].widget = forms.HiddenInput()

    def clean(self):
        super().clean()
        data = self.cleaned_data
        if not self.errors and not data.get("text", "").strip() and not data.get("uploads"):
            raise ValidationError("请粘贴文字，或选择要上传的文件。")
        return data
