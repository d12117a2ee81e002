"""Videos and sound files of the site's own, with their transcripts."""

from collections.abc import Iterator
from html import escape
from typing import Any

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from meiri.media.documents import kind_of_document
from meiri.newsroom.body.block import BlockText, StructBodyBlock
from meiri.newsroom.body.known_documents import KnownDocumentBlock, label_in_words
from meiri.newsroom.body.links import link
from meiri.newsroom.body.stored_words import struct_of


class RecordingBlock(StructBodyBlock):
    """A video or sound file."""

    # What its file must be: "video" or "audio".
    plays = ""
    pictures = ("poster",)

    file = KnownDocumentBlock(label="文件")
    title = blocks.CharBlock(label="标题", max_length=80)
    transcript = blocks.TextBlock(
        label="文字稿", required=False, help_text="看不到画面、听不到声音的读者靠它了解内容。"
    )
    download = blocks.BooleanBlock(label="允许下载", required=False)

    def clean(self, value):
        value = super().clean(value)
        wrong = {}
        if value["file"] and kind_of_document(value["file"].file.name).plays != self.plays:
            wrong["file"] = ValidationError(f"这个文件不是{self.meta.label}。")
        captions = value.get("captions")
        if captions and not captions.file.name.lower().endswith(".vtt"):
            wrong["captions"] = ValidationError("字幕须是 WebVTT 文件（.vtt）。")
        if wrong:
            raise blocks.StructBlockValidationError(wrong)
        return value

    def html(self, value: Any) -> str:
        if not value["file"]:
            return ""
        return f"<p>{escape(value['title'], quote=False)}{label_in_words(value['file'])}</p>"

    def feed_html(self, value: Any) -> str:
        """A link: nothing plays, or loads, by itself in somebody else's program."""
        if value["file"] is None:
            return ""
        lines = "".join(
            f"<p>{escape(line, quote=False)}</p>" for line in value["transcript"].splitlines() if line
        )
        file = value["file"]
        return f"<p>{self.meta.label}：{link(file.url, value['title'])}{label_in_words(file)}</p>{lines}"

    def placed_recordings(self, stored: Any) -> Iterator[int]:
        key = struct_of(stored).get("file")
        if isinstance(key, int):
            yield key


class VideoBlock(RecordingBlock):
    plays = "video"
    texts = (BlockText("title", "视频标题"), BlockText("transcript", "视频文字稿"))
    documents = ("file", "captions")

    poster = ImageChooserBlock(label="封面", required=False)
    captions = DocumentChooserBlock(
        label="字幕", required=False, help_text="WebVTT 文件（.vtt），先在“文件”里上传。"
    )

    class Meta:
        icon = "media"
        label = "视频"


class AudioBlock(RecordingBlock):
    plays = "audio"
    texts = (BlockText("title", "音频标题"), BlockText("transcript", "音频文字稿"))
    documents = ("file",)

    poster = ImageChooserBlock(label="封面", required=False)

    class Meta:
        icon = "media"
        label = "音频"
