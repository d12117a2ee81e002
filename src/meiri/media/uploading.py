"""What editors upload: pictures, documents, videos, recordings, captions."""

import copy
from pathlib import Path

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from meiri.media import captions
from meiri.media.adding_pictures import MAX_BYTES, Unusable, reencoded
from meiri.media.documents import BEGINNING, KINDS
from meiri.media.labelled_media import credit_of, surer
from meiri.media.recording_form import RecordingForm
from meiri.media.removing import check_may
from meiri.s3 import S3Away, s3_bucket

# Other names of JPEG files, as browsers and cameras give them.
JPEG = ("jfif", "jfi", "jpe", "pjpeg", "pjp")
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


class Replacing:
    """For a form that may give a stored file another content: who may do that, where it is in use."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.by = kwargs.get("user")
        # The model removes the file that was there, once the transaction is committed.
        self.original_file = None

    def check_can_be_stored(self) -> None:
        """Before anything is written: an editor is told in the form where the bucket is away."""
        if not settings.MEDIA_IN_S3:
            return
        try:
            s3_bucket().look()
        except (S3Away, FileNotFoundError) as error:
            raise ValidationError("存放文件的服务器暂时没有回应，文件没有保存。请过几分钟再试。") from error

    def check_may_replace(self) -> None:
        if self.instance.pk is None:  # type: ignore[attr-defined]
            return
        try:
            check_may(self.by, "replace", self.instance)  # type: ignore[attr-defined]
        except PermissionDenied as error:
            raise ValidationError(
                "这个文件还用在您无权修改的稿件或页面里，不能替换。请上传为新文件。"
            ) from error


class PictureField(WagtailImageField):
    """A picture, drawn anew before Wagtail looks at it: its file tells no place, and a broken one is refused in words. The file that
    comes out has what it said of where it comes from as `provenance`."""

    def to_python(self, data):
        if not isinstance(data, UploadedFile):
            return super().to_python(data)
        path = Path(data.name)
        if path.suffix[1:].lower() not in {*self.allowed_image_extensions, *JPEG}:
            raise ValidationError(self.error_messages["invalid_image_extension"])
        try:
            if data.size > MAX_BYTES:
                raise Unusable(f"超过 {MAX_BYTES // 1024 // 1024} MB")
            data.seek(0)
            new = reencoded(data.read())
        except Unusable as error:
            raise ValidationError(f"图片没有上传：{error}。") from error
        file = SimpleUploadedFile(f"{path.stem}.{new.suffix}", new.content, _TYPES[new.suffix])
        file.provenance = new.provenance
        return super().to_python(file)


class PictureForm(Replacing, BaseImageForm):
    """Wagtail's form of a picture."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if wagtails := self.fields.get("file"):  # the form for several at once has none
            self.fields["file"] = PictureField(
                label=wagtails.label, required=wagtails.required, widget=wagtails.widget
            )
        if until := self.fields.get("valid_until"):
            until.widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")

    def clean_file(self):
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            self.check_may_replace()
            self.check_can_be_stored()
        return file

    def clean(self):
        cleaned = super().clean()
        known = getattr(cleaned.get("file"), "provenance", None)
        if known is not None:
            # The form's fields are put on the picture after this: they take what the file proposes too.
            self.instance.take_provenance(known)
            cleaned["ai_label"] = surer(cleaned.get("ai_label", ""), known.label)
            cleaned["credit"] = cleaned.get("credit") or credit_of(known)
        return cleaned


class DocumentForm(Replacing, RecordingForm):
    """Wagtail's form of a document, whose file is what its name says. Videos and sounds tell no place and no device, and are kept with what is
    known of where they come from."""

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not isinstance(file, UploadedFile):
            return file
        self.check_may_replace()
        self.check_can_be_stored()
        suffix = Path(file.name).suffix[1:].lower()
        kind = KINDS.get(suffix)
        if kind is None:
            what = f"不收 {suffix[:10].upper()} 文件" if suffix else "文件名没有后缀"
            raise ValidationError(f"文件没有上传：{what}。可以上传的有 {'、'.join(KINDS).upper()}。")
        file.seek(0)
        if not kind.is_it(file.read(BEGINNING)):
            raise ValidationError(f"文件没有上传：内容不是 {suffix.upper()} 格式。")
        if suffix == "vtt":
            file.seek(0)
            try:
                captions.check_captions(file.read(captions.LARGEST + 1))
            except captions.NoCaptions as error:
                raise ValidationError(f"文件没有上传：{error}") from error
        if kind.plays:
            self.check_recording(file)
        file.seek(0)
        return file

    def _post_clean(self):
        told = copy.copy(self._errors.get("file"))
        super()._post_clean()
        if told:
            # The model says more: that a file which it did not get has a suffix that it does not know.
            self._errors["file"] = told
