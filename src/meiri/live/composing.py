"""The content of an entry out of what a reporter's phone sends: words, pictures, a video.

Pictures are drawn anew before they are stored (media/adding_pictures.py), in processes of their own; so this is done before the
transaction that keeps the entry.
"""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from wagtail.documents.models import Document

from meiri.media.adding_pictures import MAX_BYTES, Unusable, store
from meiri.media.documents import BEGINNING, kind_of_document
from meiri.media.guarded_recordings import NotRead
from meiri.media.models import Picture
from meiri.media.recording_files import prepare_recording
from meiri.newsroom.body.text import paragraph
from meiri.policy import check

MOST_PICTURES = 9
LONGEST_TEXT = 5000

Blocks = list[tuple[str, Any]]


def compose_body(
    text: str, pictures: Sequence[UploadedFile], video: UploadedFile | None, caption: str, by
) -> Blocks:
    """The blocks of an entry: each line of `text` a paragraph, then the pictures, one or a gallery, then the video.

    `caption` stands below the pictures and is what describes them to those who don't see them. Raises `ValidationError` with a
    sentence, `PermissionDenied`.
    """
    if len(text) > LONGEST_TEXT:
        raise ValidationError(f"一条请控制在 {LONGEST_TEXT} 字以内，现在是 {len(text)} 字。长文请另发稿件。")
    if len(pictures) > MOST_PICTURES:
        raise ValidationError(f"一条最多 {MOST_PICTURES} 张图片。")
    lines = [line.strip(" \t\u3000\r") for line in text.split("\n")]
    blocks: Blocks = []
    if markup := "".join(paragraph(line) for line in lines if line):
        blocks.append(("text", markup))
    shown = [
        {"image": _stored_picture(file, caption, by), "caption": caption, "credit": ""} for file in pictures
    ]
    if len(shown) > 1:
        blocks.append(("gallery", {"pictures": shown}))
    elif shown:
        blocks.append(("image", shown[0]))
    if video is not None:
        blocks.append(("video", _video(video, caption or "现场视频", by)))
    return blocks


def _stored_picture(file: UploadedFile, caption: str, by):
    name = PurePath(file.name or "图片").name
    check(by, "add", Picture)
    if (file.size or 0) > MAX_BYTES:
        raise ValidationError(f"图片“{name}”没有上传：超过 {MAX_BYTES // 1024 // 1024} MB。")
    try:
        picture, new = store(file.read(), PurePath(name).stem, caption, caption)
    except Unusable as error:
        raise ValidationError(f"图片“{name}”没有上传：{error}。") from error
    if new:
        picture.uploaded_by_user = by
        picture.save(update_fields=["uploaded_by_user"])
    return picture


def _video(file: UploadedFile, title: str, by) -> dict[str, Any]:
    """The block of a video whose file is what its name says."""
    name = PurePath(file.name or "").name
    check(by, "add", Document)
    if name.lower().endswith(".mov"):  # what telephones make: the same container by another name
        file.name = name = f"{name[:-4]}.mp4"
    kind = kind_of_document(name)
    if kind.plays != "video" or not kind.is_it(file.read(BEGINNING)):
        raise ValidationError(f"视频“{name}”没有上传：请用 MP4 或 WebM 格式。")
    try:
        file.provenance = prepare_recording(file)  # type: ignore[attr-defined]
    except NotRead as error:
        raise ValidationError(f"视频“{name}”没有上传：{error}。") from error
    document = Document(title=title[:255], file=file, uploaded_by_user=by)
    document.full_clean(exclude=["collection", "file_hash"])
    document.save()
    return {"file": document, "title": title[:80], "transcript": "", "poster": None, "captions": None}
