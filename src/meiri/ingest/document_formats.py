"""Documents of other programs as formats of import: Markdown, saved pages, PDF, e-books, and what LibreOffice reads."""

from collections.abc import Iterator
from typing import BinaryIO

from meiri.ingest.epub import items_of_epub
from meiri.ingest.import_format import (
    EPUB,
    ODT,
    ArticleFormat,
    Confidence,
    ItemBeginning,
    SeriesFormat,
    SeriesItem,
)
from meiri.ingest.libreoffice import libreoffice, read_by_libreoffice
from meiri.ingest.markdown import read_markdown
from meiri.ingest.mhtml import read_mhtml
from meiri.ingest.other_formats import name_of_attendant, refusal_of
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.pdf import read_pdf

_CERTAIN_OR_NONE = (Confidence.NONE, Confidence.CERTAIN)
_LIKELY_OR_NONE = (Confidence.NONE, Confidence.LIKELY)


class MarkdownFormat(ArticleFormat):
    """Markdown, told by its name or by what only it writes. What is around software is written in it, too."""

    name = "markdown"
    endings = (".md", ".markdown")

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        if beginning.told_as == "Markdown 文件":
            return Confidence.CERTAIN
        return _LIKELY_OR_NONE[beginning.is_called(self.endings) and not beginning.told_as]

    def refusal(self, beginning: ItemBeginning) -> str:
        known = name_of_attendant(beginning.name)
        return refusal_of(known) if known else ""

    def read(self, data: bytes) -> ParsedArticle:
        return read_markdown(data)


class SavedPageFormat(ArticleFormat):
    """A page that a browser saved as one file (MHTML)."""

    name = "mhtml"
    endings = (".mht", ".mhtml")

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        return _CERTAIN_OR_NONE[beginning.told_as == "MHTML 网页"]

    def read(self, data: bytes) -> ParsedArticle:
        return read_mhtml(data)


class PdfFormat(ArticleFormat):
    """A PDF; one without a text layer is refused when it is read."""

    name = "pdf"
    endings = (".pdf",)

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        return _CERTAIN_OR_NONE[beginning.head.startswith(b"%PDF")]

    def read(self, data: bytes) -> ParsedArticle:
        return read_pdf(data)


class OfficeFormat(ArticleFormat):
    """A document that LibreOffice turns into one of Word's. Where it is not installed, it is refused with what to do."""

    ending = ""
    instead = ""

    def refusal(self, beginning: ItemBeginning) -> str:
        return "" if libreoffice() else self.instead

    def read(self, data: bytes) -> ParsedArticle:
        return read_by_libreoffice(data, self.ending)


class OldWordFormat(OfficeFormat):
    """Word before 2007 and WPS (OLE 2 with a stream WordDocument)."""

    name = "doc"
    endings = (".doc", ".wps")
    ending = ".doc"
    instead = "这是旧版 Office 文件（.doc、.wps），请另存为 .docx 后再导入。"

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        return _CERTAIN_OR_NONE[beginning.head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")]

    def read(self, data: bytes) -> ParsedArticle:
        if "WordDocument".encode("utf-16-le") not in data:
            raise Unreadable("只能导入 Word 文件（.docx、.doc），不能导入表格或演示文稿。")
        return super().read(data)


class RtfFormat(OfficeFormat):
    """Rich Text Format."""

    name = "rtf"
    endings = (".rtf",)
    ending = ".rtf"
    instead = "RTF 文件无法导入，请另存为 .docx 后再导入。"

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        return _CERTAIN_OR_NONE[beginning.head.startswith(b"{\\rtf")]


class OpenDocumentFormat(OfficeFormat):
    """A text of LibreOffice and others (ISO/IEC 26300)."""

    name = "odt"
    endings = (".odt",)
    ending = ".odt"
    instead = "OpenDocument 文档（ODT）无法导入，请另存为 .docx 后再导入。"

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        content = beginning.zip_content
        return _CERTAIN_OR_NONE[content is not None and content.media_type == ODT]


class EpubFormat(SeriesFormat):
    """An e-book or magazine: each document of its reading order is an article."""

    name = "epub"
    endings = (".epub",)

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        content = beginning.zip_content
        return _CERTAIN_OR_NONE[content is not None and content.media_type == EPUB]

    def read(self, file: BinaryIO) -> Iterator[SeriesItem]:
        return items_of_epub(file)
