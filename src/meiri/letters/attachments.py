"""What comes with a letter: a few pictures or PDF files, judged by their content alone.

Each is made anew, so that nothing of the file that came is kept but what it shows: no place, no device, no time, no
program, no second nature. A file's name may tell whose it is and is not kept either.
"""

import io
from dataclasses import dataclass

from django import forms
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from meiri.letters import rewriting
from meiri.media import reencoding
from meiri.media.guarded_reencoding import NotDrawn, Unfit, drawn, for_a_letter
from meiri.media.reencoding import Bounds

MOST = 4
MOST_BYTES = 8 * 1024 * 1024
# All files of a form, and a little for its text.
MOST_BYTES_IN_ALL = 24 * 1024 * 1024
# What a picture is brought down to: text on a photographed page is still readable.
LONGEST_SIDE = 2560
PICTURES = Bounds(
    frozenset(["JPEG", "PNG", "WEBP", "HEIF"]), bytes=MOST_BYTES, pixels=50_000_000, side=LONGEST_SIDE
)
ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif,application/pdf"
_REASONS = {
    reencoding.PictureFault.BYTES: f"超过 {MOST_BYTES // 1024**2} MB，请压缩后再上传。",
    reencoding.PictureFault.PIXELS: "的尺寸太大，请缩小后再上传。",
    reencoding.PictureFault.FORMAT: "不是 JPEG、PNG、WebP、HEIC 照片，也不是 PDF，不能上传。"
    "Word、表格等文件请另存为 PDF，其他图片请截屏或转换格式后再上传。",
    reencoding.PictureFault.BROKEN: "无法识别，照片可能已损坏。请换一张再试。",
    Unfit.COSTLY: "过于复杂，无法处理。请截屏或换一张照片再上传。",
    Unfit.BUSY: "没有处理：现在提交附件的人较多。请过几分钟再提交，或先提交文字，之后再补充附件。",
    rewriting.PdfFault.BROKEN: "无法读取，PDF 可能不完整或已损坏。请重新导出，或打印成 PDF 后再上传。",
    rewriting.PdfFault.LOCKED: "设有打开密码，编辑无法阅读。请去掉密码后再上传。",
    rewriting.PdfFault.PAGES: f"超过 {rewriting.MOST_PAGES} 页或内容过于复杂，请拆分后再上传。",
    rewriting.PdfFault.SLOW: "过于复杂，无法处理。请打印成 PDF，或拍成照片后再上传。",
    rewriting.PdfFault.BUSY: "没有处理：现在提交附件的人较多。请过几分钟再提交，或先提交文字，之后再补充附件。",
}


@dataclass(frozen=True)
class Accepted:
    """The content of an attachment as it is kept, and what it is: `image/jpeg` or `application/pdf`."""

    content: bytes
    type: str


class InMemory(FileUploadHandler):
    """Keeps uploaded files in memory: nothing that a writer sends is ever on the disk unsealed."""

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):  # noqa: N803
        if content_length > MOST_BYTES_IN_ALL:
            # A browser shows no answer before it has sent all; one that sends without end is cut off.
            left = min(content_length, 4 * MOST_BYTES_IN_ALL)
            while left > 0 and (piece := input_data.read(min(left, 64 * 1024))):
                left -= len(piece)
            raise RequestDataTooBig("The attachments of a letter are too large.")

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self._file = io.BytesIO()

    def receive_data_chunk(self, raw_data, start):
        if start <= MOST_BYTES:  # one byte more than may be, so that it is refused with a reason
            self._file.write(raw_data)

    def file_complete(self, file_size):
        return SimpleUploadedFile("attachment", self._file.getvalue(), self.content_type)


class SeveralFilesInput(forms.FileInput):
    allow_multiple_selected = True


class AttachmentsField(forms.FileField):
    """Up to `MOST` files; its value is a list of `Accepted`."""

    widget = SeveralFilesInput

    def __init__(self, **options):
        options.setdefault("label", "附件")
        options.setdefault(
            "help_text",
            f"最多 {MOST} 个，照片（JPEG、PNG、WebP、HEIC）或 PDF，每个不超过 {MOST_BYTES // 1024**2} MB。"
            "拍摄地点、时间、设备和文档作者等信息会自动清除；附件加密保存，只有编辑部能看。",
        )
        super().__init__(required=False, **options)
        self.widget.attrs["accept"] = ACCEPTED

    def clean(self, data, initial=None):
        files = data if isinstance(data, list) else [data] if data else []
        if len(files) > MOST:
            raise ValidationError(f"附件最多 {MOST} 个，请重新选择。")
        return [accept(file.read(), f"第 {n} 个附件") for n, file in enumerate(files, 1)]


def accept(content: bytes, which: str = "附件") -> Accepted:
    """The attachment as it may be kept. Raises `ValidationError`, with the reason, for what can't be taken."""
    if not content:
        raise ValidationError(f"{which}是空的，请重新选择。")
    if len(content) > MOST_BYTES:
        raise ValidationError(which + _REASONS[reencoding.PictureFault.BYTES])
    try:
        if content.startswith(b"%PDF-"):
            return Accepted(rewriting.rewritten(content), "application/pdf")
        if reencoding.format_of(content) not in PICTURES.formats:
            raise NotDrawn(reencoding.PictureFault.FORMAT)
        return Accepted(drawn(for_a_letter, content, PICTURES), "image/jpeg")
    except (NotDrawn, rewriting.PdfRefused) as refused:
        raise ValidationError(which + _REASONS[refused.why]) from None
