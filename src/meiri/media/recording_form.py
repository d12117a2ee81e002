"""What editors say of a video or a sound, in the form of its document: label, credit, rights."""

import copy
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms.models import fields_for_model
from wagtail.documents.forms import BaseDocumentForm

from meiri.media.guarded_recordings import NotRead
from meiri.media.recording_files import is_recording, labelled_copy, prepare_recording
from meiri.media.recording_origins import ENTERED, RecordingOrigin, origin_of, said_by_file

_REASON = "标识比原来弱时必填，如“作者提供了原始素材，核对属实”。读者看得到，日志也会记下。"
_NOT_A_RECORDING = "只有视频和音频有这一栏。"


class RecordingForm(BaseDocumentForm):
    """Wagtail's form of a document, with fields for what is known of a video or a sound. What was not sent stays as it is."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.origin_before = origin_of(self.instance)
        if self.instance.pk and not is_recording(self.instance.file.name):
            return
        for name, field in fields_for_model(RecordingOrigin, ENTERED).items():
            self.fields[name] = field
            if name == "ai_label_reason":
                field.help_text = _REASON
            if self.origin_before:
                self.initial.setdefault(name, getattr(self.origin_before, name))

    def check_recording(self, file: UploadedFile) -> None:
        """Read a new file, and take places out of it. Raises `ValidationError`."""
        try:
            file.provenance = prepare_recording(file)  # type: ignore[attr-defined]
        except NotRead as error:
            raise ValidationError(f"文件没有上传：{error}。") from error

    def clean(self):
        cleaned: Any = super().clean()
        file = cleaned.get("file") or self.instance.file
        entered = {
            name: cleaned[name]
            for name in ENTERED
            if name in self.fields and name in cleaned and self.add_prefix(name) in self.data
        }
        if self.errors or not file:
            return cleaned
        if not is_recording(file.name):
            for name in filter(entered.get, ENTERED):
                self.add_error(name, _NOT_A_RECORDING)
            return cleaned
        try:
            self._keep(file, entered, cleaned)
        except ValidationError as error:
            self.add_error(None, error)
        return cleaned

    def _keep(self, file: Any, entered: dict[str, str], cleaned: dict[str, Any]) -> None:
        """Put the row on the document, which is saved with it, and the label into its file. Raises `ValidationError`."""
        before = self.origin_before
        origin = copy.copy(before) if before else RecordingOrigin(document=self.instance)
        known = getattr(file, "provenance", None) if isinstance(file, UploadedFile) else None
        if known is None and all(getattr(origin, name) == value for name, value in entered.items()):
            return
        for name, value in entered.items():
            setattr(origin, name, value.strip())
        if known is not None:
            origin.take_file(known)
        origin.clean_fields(exclude=["document", "provenance"])
        # Who takes away a label that the file carries reads that first, and not that a producer wants a label.
        origin.check_label(before)
        origin.clean()
        said_before = before.label_said if before and known is None else said_by_file(known or origin.known)
        if origin.label_said != said_before:
            self._write_label(origin, file, cleaned)
        self.instance.kept_origin = origin

    def _write_label(self, origin: RecordingOrigin, file: Any, cleaned: dict[str, Any]) -> None:
        try:
            origin.in_file, labelled = labelled_copy(file, origin.block())
        except NotRead as error:
            raise ValidationError(f"标识没有写入文件，什么也没有保存：{error}。") from error
        except OSError as error:
            raise ValidationError("标识没有写入文件，什么也没有保存：文件不在了，请重新上传。") from error
        if labelled is None:
            return
        if "file" in self.fields:
            cleaned["file"] = labelled
        else:
            self.instance.file = labelled
