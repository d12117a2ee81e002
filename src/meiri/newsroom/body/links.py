"""What the body leads to: a document of the site (附件), content of another site (外部内容), a related link (相关链接)."""

from collections.abc import Iterator
from html import escape
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.embeds.blocks import EmbedBlock

from meiri.journal.content_keys import DOCUMENT, ContentKey
from meiri.newsroom.body.block import BlockText, BodyBlock, StructBodyBlock, TextEditor, keys_of
from meiri.newsroom.body.known_documents import KnownDocumentBlock, label_in_words
from meiri.newsroom.body.stored_words import NoWords, struct_of


class WordlessBlock(BodyBlock):
    """A block whose content is no text of the article's."""

    def stored_words(self) -> NoWords:
        return NoWords()

    def edit_texts(self, stored: Any, editor: TextEditor) -> Any:
        return stored


class DocumentBlock(WordlessBlock, KnownDocumentBlock):
    migrated_as = KnownDocumentBlock.migrated_as

    def content_keys(self, stored: Any) -> Iterator[ContentKey]:
        return keys_of(DOCUMENT, [stored])

    def html(self, value: Any) -> str:
        return f"<p>{escape(value.title, quote=False)}{label_in_words(value)}</p>"

    def feed_html(self, value: Any) -> str:
        return f"<p>附件：{link(value.url, value.title)}{label_in_words(value)}</p>"

    def placed_recordings(self, stored: Any) -> Iterator[int]:
        if isinstance(stored, int):
            yield stored


class ExternalContentBlock(WordlessBlock, EmbedBlock):
    migrated_as = "wagtail.embeds.blocks.EmbedBlock"

    def content_keys(self, stored: Any) -> Iterator[ContentKey]:
        yield from ()

    def clean(self, value):
        """Any address of another site: what plays here is known by its form (`video_sites.py`), nobody is asked."""
        value = blocks.URLBlock.clean(self, value)
        if value and not (leads_somewhere(value.url) and value.url.startswith("http")):
            raise ValidationError("请填以“http://”或“https://”开头的完整地址。")
        return value

    def html(self, value: Any) -> str:
        return f"<p>{link(value.url, value.url)}</p>"

    def outside_addresses(self, stored: Any) -> Iterator[str]:
        if isinstance(stored, str) and stored.startswith(("http://", "https://")):
            yield stored


class RelatedLinkBlock(StructBodyBlock):
    texts = (BlockText("title", "相关链接"),)

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

    def html(self, value: Any) -> str:
        return f"<p>{link(value['url'], value['title'])}</p>"

    def outside_addresses(self, stored: Any) -> Iterator[str]:
        address = struct_of(stored).get("url")
        if isinstance(address, str) and address.startswith(("http://", "https://")):
            yield address

    class Meta:
        icon = "link"
        label = "相关链接"


def link(address: str, words: str) -> str:
    return f'<a href="{escape(address)}">{escape(words, quote=False)}</a>'


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
