"""What an item is, by its bytes. Names only help where bytes can't tell."""

import io
import re
import zipfile
from enum import Enum

from meiri.ingest.encoding import decode_beginning
from meiri.ingest.parsed import Unreadable


class Format(Enum):
    HTML = "html"
    TEXT = "text"
    DOCX = "docx"
    ZIP = "zip"
    TAR = "tar"
    JSONL = "jsonl"
    JSONL_ZST = "jsonl.zst"

    @property
    def is_archive(self) -> bool:
        return self in (Format.ZIP, Format.TAR)

    @property
    def is_records(self) -> bool:
        return self in (Format.JSONL, Format.JSONL_ZST)


_MARKUP = re.compile(
    r"<(?:!doctype\s+html|html|head|body|meta|title|div|p|table|article|section|main|h[1-6]|span|br|img|ul|script|style|link|a)\b[^<]*>",
    re.IGNORECASE,
)
_REFUSED = (
    (b"%PDF", "PDF 文件无法导入，请改用 Word 文件（.docx）、网页或文本。"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "这是旧版 Office 文件（.doc、.wps），请另存为 .docx 后再导入。"),
    (b"\x89PNG", "这是图片，不是稿件。"),
    (b"\xff\xd8\xff", "这是图片，不是稿件。"),
    (b"GIF8", "这是图片，不是稿件。"),
    (b"RIFF", "这是图片或影音文件，不是稿件。"),
    (b"Rar!", "无法读取 RAR 压缩包，请改用 ZIP。"),
    (b"7z\xbc\xaf\x27\x1c", "无法读取 7z 压缩包，请改用 ZIP。"),
    (b"MIME-Version:", "这是 MHTML 网页，请在浏览器里另存为“网页，全部”后再导入。"),
    (b"{\\rtf", "RTF 文件无法导入，请另存为 .docx 后再导入。"),
    (b"SQLite format 3", "这是数据库文件，不是稿件。"),
)
HEAD = 8192


def detect(head: bytes, whole: io.IOBase | None = None) -> Format:
    """The format of an item that begins with `head` (the first `HEAD` bytes). `whole` is the item, to look into a ZIP.

    Raises `Unreadable`, with what to do instead, for what can't be imported.
    """
    if not head.strip():
        raise Unreadable("文件是空的。")
    for magic, reason in _REFUSED:
        if head.startswith(magic):
            raise Unreadable(reason)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_or_docx(head, whole)
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return Format.JSONL_ZST
    if head.startswith(b"\x1f\x8b") or head[257:262] == b"ustar":
        return Format.TAR
    return _text_or_html(head)


def _zip_or_docx(head: bytes, whole: io.IOBase | None) -> Format:
    if whole is None:
        return Format.DOCX if b"word/" in head else Format.ZIP
    try:
        with zipfile.ZipFile(whole) as container:
            if len(container.filelist) < 5000 and "word/document.xml" in container.namelist():
                return Format.DOCX
            if "[Content_Types].xml" in container.NameToInfo:
                raise Unreadable("只能导入 Word 文件（.docx），不能导入表格或演示文稿。")
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Unreadable("压缩包已损坏，无法打开。") from error
    return Format.ZIP


def _text_or_html(head: bytes) -> Format:
    text = decode_beginning(head)
    controls = sum(1 for c in text if c < " " and c not in "\t\n\r\f\v\x1b")
    if controls > 0.01 * len(text):
        raise Unreadable(
            "不认识这种文件格式。可以导入网页、文本、Word 文件（.docx）、ZIP 压缩包和导出的稿件记录。"
        )
    start = text.lstrip()
    if re.match(r'\{\s*"[a-z_]+"\s*:', start):
        return Format.JSONL
    if len(_MARKUP.findall(text)) >= 2 or re.match(r"<(?:!doctype\s+html|html)\b", start, re.IGNORECASE):
        return Format.HTML
    if re.match(r"<\?xml|<(?:rss|feed|newsItem|nitf)\b", start):
        if re.search(r"<html\b", text[:2000], re.IGNORECASE):
            return Format.HTML
        raise Unreadable("这是 XML 文件，不是网页，无法作为稿件导入。")
    return Format.TEXT
