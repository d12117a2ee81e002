"""What the body of an article is made of."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.embeds.blocks import EmbedBlock
from wagtail.images.blocks import ImageChooserBlock

from meiri.delivery.omissions import optional
from meiri.journal.content_keys import DOCUMENT, PICTURE, ContentKey
from meiri.media.documents import kind_of_document

TEXT_FEATURES = ["bold", "italic", "link", "ol", "ul", "superscript", "subscript", "hr"]


class PictureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label="图片")
    caption = blocks.CharBlock(label="图片说明", required=False, max_length=200)
    credit = blocks.CharBlock(label="供图", required=False, max_length=60)

    class Meta:
        icon = "image"
        label = "图片"


class MissingPictureBlock(blocks.StructBlock):
    """Where a picture belongs that nobody has fetched: its address on another site, or the name of its file. Readers see
    nothing of it; an editor puts the picture in its place, or deletes it."""

    address = blocks.CharBlock(label="原图地址", max_length=2000)
    caption = blocks.CharBlock(label="图片说明", required=False, max_length=200)

    class Meta:
        icon = "warning"
        label = "缺少的图片"


class GalleryBlock(blocks.StructBlock):
    pictures = blocks.ListBlock(PictureBlock(), label="图片", min_num=2, max_num=60)

    class Meta:
        icon = "image"
        label = "组图"


class RecordingBlock(blocks.StructBlock):
    """A video or sound file of the site's own, with its transcript."""

    # What its file must be: "video" or "audio".
    plays = ""

    file = DocumentChooserBlock(label="文件")
    title = blocks.CharBlock(label="标题", max_length=80)
    transcript = blocks.TextBlock(
        label="文字稿", required=False, help_text="看不到画面、听不到声音的读者靠它了解内容。"
    )

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


class VideoBlock(RecordingBlock):
    plays = "video"

    poster = ImageChooserBlock(label="封面", required=False)
    captions = DocumentChooserBlock(
        label="字幕", required=False, help_text="WebVTT 文件（.vtt），先在“文件”里上传。"
    )

    class Meta:
        icon = "media"
        label = "视频"


class AudioBlock(RecordingBlock):
    plays = "audio"

    poster = ImageChooserBlock(label="封面", required=False)

    class Meta:
        icon = "media"
        label = "音频"


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label="引文")
    speaker = blocks.CharBlock(label="出处", required=False, max_length=80)

    class Meta:
        icon = "openquote"
        label = "引文"


# What the table's menu says: its editor is not translated, and has no Chinese.
TABLE_MENU = {
    "row_above": {"name": "在上方插入行"},
    "row_below": {"name": "在下方插入行"},
    "between_rows_and_columns": "---------",
    "col_left": {"name": "在左侧插入列"},
    "col_right": {"name": "在右侧插入列"},
    "before_removing": "---------",
    "remove_row": {"name": "删除行"},
    "remove_col": {"name": "删除列"},
    "before_undoing": "---------",
    "undo": {"name": "撤销"},
    "redo": {"name": "重做"},
}


class ArticleTableBlock(TableBlock):
    def get_table_options(self, table_options=None):
        return super().get_table_options(table_options) | {
            "language": "en-US",
            "contextMenu": {"items": TABLE_MENU},
        }

    def deconstruct(self):
        # The menu is no matter of the database: in migrations this is Wagtail's table.
        _, args, kwargs = super().deconstruct()
        return "wagtail.contrib.table_block.blocks.TableBlock", args, kwargs


class RelatedLinkBlock(blocks.StructBlock):
    title = blocks.CharBlock(label="标题", max_length=120)
    url = blocks.CharBlock(
        label="地址", max_length=500, help_text="站内地址以“/”开头，站外以“https://”开头。"
    )

    def clean(self, value):
        value = super().clean(value)
        if not leads_somewhere(value["url"]):
            raise blocks.StructBlockValidationError(
                {"url": ValidationError("地址须以“/”“http://”或“https://”开头。")}
            )
        return value

    class Meta:
        icon = "link"
        label = "相关链接"


def leads_somewhere(url: str) -> bool:
    """Whether `url` is an address of this site's (`/keji/`), or one of another's with its scheme and host.

    `//host/` and `/\\host/` are another site's to every browser, and look like this one's.
    """
    if any(character.isspace() or not character.isprintable() for character in url):
        return False
    if url.startswith("/"):
        return not url.startswith(("//", "/\\"))
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


class BodyBlock(blocks.StreamBlock):
    text = blocks.RichTextBlock(label="正文", features=TEXT_FEATURES)
    heading = blocks.CharBlock(label="小标题", max_length=80, icon="title")
    image = PictureBlock()
    missing_picture = MissingPictureBlock()
    gallery = GalleryBlock()
    video = VideoBlock()
    audio = AudioBlock()
    quote = QuoteBlock()
    table = ArticleTableBlock(label="表格", icon="table")
    document = DocumentChooserBlock(label="附件", icon="doc-full")
    embed = EmbedBlock(label="外部内容", icon="media")
    related = RelatedLinkBlock()


def blocks_of(stream: blocks.StreamValue, part: str) -> Iterator[blocks.StreamValue.StreamChild]:
    """The blocks of a stream field. One that is not as its kind should be is left out of the page, as the `part` with its
    number."""
    for number in range(len(stream)):
        child = None
        with optional(f"{part}第{number + 1}块"):
            try:
                child = stream[number]
            except (AttributeError, KeyError, TypeError, ValueError):
                # All blocks of a kind are read at once: this one may be right, and another of them wrong.
                child = blocks.StreamValue(stream.stream_block, [stream.raw_data[number]], is_lazy=True)[0]
        if child is not None:
            yield child


def keys_in_body(raw: Iterable[dict]) -> list[ContentKey]:
    """The content keys of the pictures and documents in a body as it is stored: a list of blocks. What is not as its block
    should be, names nothing."""
    keys = []
    for block in raw:
        match block:
            case {"type": "document", "value": int(document)}:
                keys.append(DOCUMENT.key(document))
            case {"type": "image", "value": {"image": int(picture)}}:
                keys.append(PICTURE.key(picture))
            case {"type": "gallery", "value": {"pictures": list(pictures)}}:
                keys += [PICTURE.key(item["value"]["image"]) for item in pictures if _holds_picture(item)]
            case {"type": "video" | "audio", "value": dict(recording)}:
                keys += [
                    form.key(recording[field])
                    for form, field in ((DOCUMENT, "file"), (DOCUMENT, "captions"), (PICTURE, "poster"))
                    if isinstance(recording.get(field), int)
                ]
    return keys


def _holds_picture(item) -> bool:
    match item:
        case {"value": {"image": int()}}:
            return True
    return False
