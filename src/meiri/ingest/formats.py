"""The formats of import, and which of them an item is of. A new one is a class here, entered in `FORMATS`."""

import bz2
import io
import lzma
import re
import tarfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from meiri.ingest.document_formats import (
    EpubFormat,
    MarkdownFormat,
    OldWordFormat,
    OpenDocumentFormat,
    PdfFormat,
    RtfFormat,
    SavedPageFormat,
)
from meiri.ingest.docx import read_docx
from meiri.ingest.feed_items import FeedFormat, JsonFeedFormat
from meiri.ingest.html import read_html, read_page
from meiri.ingest.import_format import (
    HEAD,
    ArchiveFormat,
    ArticleFormat,
    Confidence,
    ImportFormat,
    ItemBeginning,
    PastableFormat,
    RefusedFormat,
    SeriesFormat,
    SeriesItem,
    ToldFormat,
)
from meiri.ingest.json_lines import CompressedJsonLinesFormat, JsonLinesFormat
from meiri.ingest.mail_messages import items_of_mail
from meiri.ingest.newsml_1 import NewsML1Format
from meiri.ingest.newsml_g2 import NewsMLG2Format
from meiri.ingest.ninjs import NinjsFormat
from meiri.ingest.nitf import NitfFormat
from meiri.ingest.other_formats import (
    format_of_name,
    format_of_text,
    refusal_of,
    upload_instead,
)
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.telegrams import TelegramFormat
from meiri.ingest.text import read_lines, read_text

_CERTAIN_OR_NONE = (Confidence.NONE, Confidence.CERTAIN)
_LIKELY_OR_NONE = (Confidence.NONE, Confidence.LIKELY)
_COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
_MARKUP = re.compile(
    r"<(?:!doctype\s+html|html|head|body|meta|title|div|p|table|article|section|main|h[1-6]|span|br|img|ul|script|style|link|a)\b[^<]*>",
    re.IGNORECASE,
)


class PageFormat(PastableFormat):
    """A page of the web."""

    name = "html"
    endings = (".html", ".htm")

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        return _LIKELY_OR_NONE[self.is_text_of(beginning.text)]

    def is_text_of(self, beginning: str) -> bool:
        start = beginning.lstrip("\ufeff \t\r\n\f\v")
        return len(_MARKUP.findall(beginning)) >= 2 or bool(
            re.match(r"<(?:!doctype\s+html|html)\b", start, re.IGNORECASE)
        )

    def read(self, data: bytes) -> ParsedArticle:
        return read_html(data)

    def read_pasted(self, text: str) -> ParsedArticle:
        return read_page(text)


class PlainTextFormat(PastableFormat):
    """What is nothing else is text."""

    name = "text"
    endings = (".txt",)

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        return Confidence.FALLBACK

    def is_text_of(self, beginning: str) -> bool:
        return True

    def read(self, data: bytes) -> ParsedArticle:
        return read_text(data)

    def read_pasted(self, text: str) -> ParsedArticle:
        return read_lines(text)


class WordFormat(ArticleFormat):
    """A document of Word 2007 or later (ECMA-376)."""

    name = "docx"
    endings = (".docx",)

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        content = beginning.zip_content
        return _CERTAIN_OR_NONE[content is not None and content.is_word]

    def read(self, data: bytes) -> ParsedArticle:
        return read_docx(data)


class ZipFormat(ArchiveFormat):
    name = "zip"
    endings = (".zip",)

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        return _CERTAIN_OR_NONE[beginning.zip_content is not None]


class TarFormat(ArchiveFormat):
    """A tape archive, compressed or not."""

    name = "tar"

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        method = method_of(beginning.head)
        head = decompressed(beginning.head, method) if method else beginning.head
        return _CERTAIN_OR_NONE[_begins_tar(head)]


class MailFormat(SeriesFormat):
    """A message of mail, with the manuscripts attached to it."""

    name = "mail"
    endings = (".eml",)

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        if beginning.told_as == "电子邮件文件":
            return Confidence.CERTAIN
        return _LIKELY_OR_NONE[beginning.is_called(self.endings) and not beginning.told_as]

    def read(self, file: BinaryIO) -> Iterator[SeriesItem]:
        return items_of_mail(file, read_attachment)


def read_attachment(content: bytes, name: str) -> ParsedArticle:
    """The article in a file that came with another. Raises `Unreadable`, also for what holds several."""
    kind = detect(content[:HEAD], io.BytesIO(content), name)
    if not isinstance(kind, ArticleFormat):
        raise Unreadable("附件里有不止一篇稿件（压缩包或导出文件），请取出后单独导入。")
    return kind.read(content)


class RefusedFile(RefusedFormat):
    """Files whose first bytes say what they are."""

    signatures = (
        (b"\x89PNG", "这是图片，不是稿件。"),
        (b"\xff\xd8\xff", "这是图片，不是稿件。"),
        (b"GIF8", "这是图片，不是稿件。"),
        (b"RIFF", "这是图片或影音文件，不是稿件。"),
        (b"Rar!", "无法读取 RAR 压缩包，请改用 ZIP。"),
        (b"7z\xbc\xaf\x27\x1c", "无法读取 7z 压缩包，请改用 ZIP。"),
        (b"SQLite format 3", "这是数据库文件，不是稿件。"),
    )

    def refusal(self, beginning: ItemBeginning) -> str:
        return next((reason for magic, reason in self.signatures if beginning.head.startswith(magic)), "")


class RefusedContainer(RefusedFormat):
    """Documents that are ZIPs within."""

    def refusal(self, beginning: ItemBeginning) -> str:
        return beginning.zip_content.refusal if beginning.zip_content else ""


class RefusedCompression(RefusedFormat):
    """A single file that is compressed."""

    def refusal(self, beginning: ItemBeginning) -> str:
        method = method_of(beginning.head)
        return f"这是用 {method} 压缩的单个文件，请解开后再导入。" if method else ""


class RefusedText(RefusedFormat):
    """Feeds, exports and wire formats, told by their text."""

    def refusal(self, beginning: ItemBeginning) -> str:
        return refusal_of(beginning.told_as) if beginning.told_as else ""


class RefusedBinary(RefusedFormat):
    """What is no text."""

    def refusal(self, beginning: ItemBeginning) -> str:
        controls = sum(1 for c in beginning.text if c < " " and c not in "\t\n\r\f\v\x1b")
        if controls <= 0.01 * len(beginning.text):
            return ""
        return "不认识这种文件格式。可以导入网页、文本、Word 文件（.docx）、PDF、Markdown、EPUB、邮件、ZIP 压缩包和导出的稿件记录。"


class RefusedName(RefusedFormat):
    """Files that are told by their names alone. XHTML may be called .xml: a page is whole then."""

    certainty = Confidence.LIKELY

    def refusal(self, beginning: ItemBeginning) -> str:
        is_whole = PAGE.is_text_of(beginning.text) and "<html" in beginning.text.lower()
        known = format_of_name(beginning.name, is_whole)
        return refusal_of(known) if known else ""


PAGE, PLAIN_TEXT, WORD, JSON_LINES = PageFormat(), PlainTextFormat(), WordFormat(), JsonLinesFormat()
# Asked from the top; of those that are as sure as each other the first counts.
FORMATS: tuple[ImportFormat, ...] = (
    *(RefusedFile(), PdfFormat(), OldWordFormat(), RtfFormat()),
    *(WORD, EpubFormat(), OpenDocumentFormat(), RefusedContainer(), ZipFormat(), CompressedJsonLinesFormat()),
    *(
        TarFormat(),
        RefusedCompression(),
        FeedFormat(),
        JsonFeedFormat(),
        NinjsFormat(),
        NewsMLG2Format(),
        NewsML1Format(),
    ),
    *(
        NitfFormat(),
        TelegramFormat(),
        MarkdownFormat(),
        SavedPageFormat(),
        MailFormat(),
        RefusedText(),
        RefusedBinary(),
        RefusedName(),
    ),
    *(JSON_LINES, PAGE, PLAIN_TEXT),
)
BY_NAME = {known.name: known for known in FORMATS if known.name}


def detect(head: bytes, whole: BinaryIO | None = None, name: str = "") -> ImportFormat:
    """The format of an item that begins with `head` (its first `HEAD` bytes). `whole` is the item, to look into a ZIP; `name`
    that of its file.

    Raises `Unreadable`, with what to do instead, for what can't be imported.
    """
    if not head.strip():
        raise Unreadable("文件是空的。")
    beginning = ItemBeginning(head, whole, name)
    found, most = FORMATS[-1], Confidence.NONE
    for known in FORMATS:
        confidence = known.confidence(beginning)
        if confidence > most:
            found, most = known, confidence
        if most == Confidence.CERTAIN:
            break
    if reason := found.refusal(beginning):
        raise Unreadable(reason)
    return found


def detect_pasted(beginning: str) -> PastableFormat:
    """The format of pasted text that begins so. Raises `Unreadable` for feeds and exports."""
    if known := format_of_text(beginning):
        is_taken = any(known in one.told_as for one in FORMATS if isinstance(one, ToldFormat))
        raise Unreadable(upload_instead(known) if is_taken else refusal_of(known))
    return next(one for one in (PAGE, PLAIN_TEXT) if one.is_text_of(beginning))


def method_of(head: bytes) -> str:
    """How a file is compressed; "" where it is not."""
    return next((method for magic, method in _COMPRESSED.items() if head.startswith(magic)), "")


def decompressed(head: bytes, method: str) -> bytes:
    """The first bytes of what was compressed; none where it is damaged."""
    try:
        if method == "gzip":
            return zlib.decompressobj(wbits=31).decompress(head, 512)
        if method == "bzip2":
            return bz2.BZ2Decompressor().decompress(head, 512)
        return lzma.LZMADecompressor(memlimit=128 * 1024 * 1024).decompress(head, 512)
    except (zlib.error, lzma.LZMAError, OSError, EOFError):
        return b""


def _begins_tar(head: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(head[:512], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True
