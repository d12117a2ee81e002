"""The form of a picture, with the kind and the reason of a change where readers see the picture."""

from django import forms
from django.core.exceptions import ValidationError

from meiri.changes.models import CHOSEN, LONGEST_REASON, ChangeKind
from meiri.media.picture_changes import TOLD
from meiri.media.uploading import PictureForm
from meiri.media.use import is_used
from meiri.newsroom.change_checks import check_small


class UsedPictureForm(PictureForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and "file" in self.fields and is_used(self.instance):
            self.fields["change_kind"] = forms.ChoiceField(
                label="修改类别", choices=[("", "没有说明"), *CHOSEN], required=False
            )
            self.fields["change_reason"] = forms.CharField(
                label="修改原因",
                max_length=LONGEST_REASON,
                required=False,
                help_text="读者在修改记录里可以看到。",
            )

    def clean(self):
        cleaned = super().clean()
        kind = cleaned.get("change_kind")
        if kind and kind != ChangeKind.UPDATE and not cleaned.get("change_reason", "").strip():
            self.add_error("change_reason", "请写明修改了什么、为什么，读者会看到。")
        try:
            ours, theirs = (
                "\n".join(str(told(name) or "") for name in TOLD) for told in (self.initial.get, cleaned.get)
            )
            check_small(kind or "", ours, theirs)
            if kind == ChangeKind.SMALL and "file" in self.changed_data:
                raise ValidationError("这不是小改：图片文件换了。请选“更新”或“更正”。")
        except ValidationError as error:
            self.add_error("change_kind", error)
        return cleaned

    def save(self, commit=True):
        for name in ("change_kind", "change_reason"):
            setattr(self.instance, name, self.cleaned_data.get(name, ""))
        return super().save(commit)
