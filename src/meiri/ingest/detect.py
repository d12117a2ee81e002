"""What an item is, by its bytes. Names only help where bytes can't tell."""

import bz2
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from enum import Enum

from meiri.ingest.other_formats import format_of_file, format_of_name, format_of_text, refusal_of
from meiri.ingest.parsed import Unreadable
from meiri.ingest.text_encoding import decode_beginning


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
    (b"{\\rtf", "RTF 文件无法导入，请另存为 .docx 后再导入。"),
    (b"SQLite format 3", "这是数据库文件，不是稿件。"),
)
# What e-books and OpenDocument files say of themselves in their first member.
_CONTAINERS = {
    "application/epub+zip": "EPUB 电子书",
    "application/vnd.oasis.opendocument.text": "OpenDocument 文档（ODT）",
    "application/vnd.oasis.opendocument.spreadsheet": "OpenDocument 表格（ODS）",
    "application/vnd.oasis.opendocument.presentation": "OpenDocument 演示文稿（ODP）",
}
_COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
HEAD = 8192


def detect(head: bytes, whole: io.IOBase | None = None, name: str = "") -> Format:
    """The format of an item that begins with `head` (the first `HEAD` bytes). `whole` is the item, to look into a ZIP;
    `name` that of its file.

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
    for magic, method in _COMPRESSED.items():
        if head.startswith(magic):
            if _begins_tar(_decompressed(head, method)):
                return Format.TAR
            raise Unreadable(f"这是用 {method} 压缩的单个文件，请解开后再导入。")
    if _begins_tar(head):
        return Format.TAR
    return _text_or_html(head, name)


def _begins_tar(head: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(head[:512], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _decompressed(head: bytes, method: str) -> bytes:
    """The first bytes of what was compressed; none where it is damaged."""
    try:
        if method == "gzip":
            return zlib.decompressobj(wbits=31).decompress(head, 512)
        if method == "bzip2":
            return bz2.BZ2Decompressor().decompress(head, 512)
        return lzma.LZMADecompressor(memlimit=128 * 1024 * 1024).decompress(head, 512)
    except (zlib.error, lzma.LZMAError, OSError, EOFError):
        return b""


def _zip_or_docx(head: bytes, whole: io.IOBase | None) -> Format:
    if whole is None:
        return Format.DOCX if b"word/" in head else Format.ZIP
    try:
        with zipfile.ZipFile(whole) as container:
            if len(container.filelist) < 5000 and "word/document.xml" in container.namelist():
                return Format.DOCX
            if "[Content_Types].xml" in container.NameToInfo:
                raise Unreadable("只能导入 Word 文件（.docx），不能导入表格或演示文稿。")
            if known := _container(container):
                raise Unreadable(refusal_of(known))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable("压缩包已损坏，无法打开。") from error
    return Format.ZIP


def _container(container: zipfile.ZipFile) -> str:
    """What a ZIP is that is one document, or the backup of another system; "" for any other."""
    said = container.NameToInfo.get("mimetype")
    if said is not None and said.file_size <= 100 and not said.flag_bits & 1:
        kind = container.read(said).decode("ascii", "replace").strip()
        return _CONTAINERS.get(kind, "")
    return "Halo 备份文件" if "extensions.data" in container.NameToInfo else ""


def _text_or_html(head: bytes, name: str) -> Format:
    text = decode_beginning(head)
    if known := format_of_file(text):
        raise Unreadable(refusal_of(known))
    controls = sum(1 for c in text if c < " " and c not in "\t\n\r\f\v\x1b")
    if controls > 0.01 * len(text):
        raise Unreadable(
            "不认识这种文件格式。可以导入网页、文本、Word 文件（.docx）、ZIP 压缩包和导出的稿件记录。"
        )
    start = text.lstrip("\ufeff \t\r\n\f\v")
    is_page = _is_page(text)
    # XHTML may be called .xml: a page is whole then.
    is_whole = is_page and "<html" in text.lower()
    if known := format_of_name(name, is_whole):
        raise Unreadable(refusal_of(known))
    if re.match(r'\{\s*["}]', start):
        return Format.JSONL
    return Format.HTML if is_page else Format.TEXT


def detect_pasted(text: str) -> Format:
    """Whether pasted text is a page's source or the text itself. Raises `Unreadable` for feeds and exports."""
    if known := format_of_text(text):
        raise Unreadable(refusal_of(known))
    return Format.HTML if _is_page(text) else Format.TEXT


def _is_page(text: str) -> bool:
    start = text.lstrip("\ufeff \t\r\n\f\v")
    return len(_MARKUP.findall(text)) >= 2 or bool(
        re.match(r"<(?:!doctype\s+html|html)\b", start, re.IGNORECASE)
    )
