"""What comes with a letter: a few pictures or PDF files, judged by their content alone.

A picture is decoded and written anew, so that nothing of the file that came is kept but what it shows: no place, no
device, no time, no second nature. A file's name may tell whose it is and is not kept either.
"""

import io
from dataclasses import dataclass
from threading import Lock

from django import forms
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from PIL import Image, ImageOps, UnidentifiedImageError

MOST = 4
MOST_BYTES = 8 * 1024 * 1024
# All files of a form, and a little for its text.
MOST_BYTES_IN_ALL = 24 * 1024 * 1024
MOST_PIXELS = 60_000_000
# What a picture is brought down to: text on a photographed page is still readable.
LONGEST_SIDE = 2560
ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf"

# Decoding takes memory: a process decodes one picture at a time.
_decoding = Lock()
_SCRIPTED = (b"<script", b"<html", b"<!doctype", b"<?php", b"<svg", b"%pdf-")
_ZIP_END = b"PK\x05\x06"


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
            f"最多 {MOST} 个，照片（JPEG、PNG、WebP）或 PDF，每个不超过 {MOST_BYTES // 1024**2} MB。"
            "照片里的拍摄地点、时间和设备信息会自动清除；附件加密保存，只有编辑部能看。",
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
        raise ValidationError(f"{which}超过 {MOST_BYTES // 1024**2} MB，请压缩后再上传。")
    if content.startswith(b"%PDF-"):
        _check_pdf(content, which)
        return Accepted(content, "application/pdf")
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or content[8:12] == b"WEBP":
        return Accepted(_drawn_anew(content, which), "image/jpeg")
    raise ValidationError(f"{which}不是 JPEG、PNG、WebP 照片，也不是 PDF，不能上传。请换一种格式。")


def _check_pdf(content: bytes, which: str) -> None:
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise ValidationError(f"{which}不是完整的 PDF，请重新导出后再上传。")
    after = content[end + 5 :].strip(b"\r\n \x00")
    if after or _holds_another(content, content[:2048]):
        raise ValidationError(f"{which}里夹带了别的文件，不能上传。请重新导出 PDF。")
    if any(word in content for word in (b"/JavaScript", b"/Launch", b"/EmbeddedFile")):
        raise ValidationError(f"{which}里带有脚本或内嵌文件，不能上传。请打印成 PDF 后再上传。")


def _holds_another(content: bytes, searched: bytes) -> bool:
    searched = searched[5:].lower()
    return _ZIP_END in content[-70_000:] or any(word in searched for word in _SCRIPTED)


def _drawn_anew(content: bytes, which: str) -> bytes:
    if _holds_another(content, content):
        raise ValidationError(f"{which}里夹带了别的文件，不能上传。请换一张照片。")
    try:
        with _decoding, Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as picture:
            scaled = picture.format in ("JPEG", "MPO")  # it is read at the size that is kept
            if picture.width * picture.height > (MOST_PIXELS if scaled else MOST_PIXELS // 2):
                raise ValidationError(f"{which}的尺寸太大，请缩小后再上传。")
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            return _as_jpeg(upright)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise ValidationError(f"{which}无法识别，照片可能已损坏。请换一张再试。") from None


def _as_jpeg(picture: Image.Image) -> bytes:
    """Its pixels alone on white paper, as a JPEG file."""
    paper = Image.new("RGB", picture.size, "white")
    if "A" in picture.getbands() or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        paper.paste(picture, mask=picture.getchannel("A"))
    else:
        paper.paste(picture.convert("RGB"))
    out = io.BytesIO()
    paper.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()
