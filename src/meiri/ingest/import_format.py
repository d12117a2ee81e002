"""What a format of import is: one class, which tells its items by how they begin and reads them.

`formats.py` lists them. They are asked in processes without Django, as everything that looks into files of outsiders is.
"""

import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import BinaryIO, NamedTuple

from meiri.ingest.other_formats import format_of_file, refusal_of
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.record_line import Extras
from meiri.ingest.text_encoding import decode_beginning
from meiri.ingest.wire_facts import WireFacts

# Bytes of an item by which its format is told.
HEAD = 8192
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# What e-books and OpenDocument files say of themselves in their first member.
EPUB, ODT = "application/epub+zip", "application/vnd.oasis.opendocument.text"
_CONTAINERS = {
    "application/vnd.oasis.opendocument.spreadsheet": "OpenDocument 表格（ODS）",
    "application/vnd.oasis.opendocument.presentation": "OpenDocument 演示文稿（ODP）",
}


class Confidence(IntEnum):
    """How sure a format is that an item is of it: not at all; where nothing else is; it reads so; its bytes say so."""

    NONE = 0
    FALLBACK = 1
    LIKELY = 2
    CERTAIN = 3


class ZipContent(NamedTuple):
    """What a ZIP holds: a Word document, a document of another media type, one that can't be read (then why), or files."""

    is_word: bool = False
    refusal: str = ""
    media_type: str = ""


class ItemBeginning:
    """How an item begins: `head`, its first `HEAD` bytes. `whole` is the item, to look into a ZIP; `name` that of its file."""

    def __init__(self, head: bytes, whole: BinaryIO | None = None, name: str = ""):
        self.head, self.whole, self.name = head, whole, name

    def is_called(self, endings: tuple[str, ...]) -> bool:
        return self.name.lower().endswith(endings)

    @cached_property
    def text(self) -> str:
        return decode_beginning(self.head)

    @cached_property
    def start(self) -> str:
        """The text without what stands invisibly before it."""
        return self.text.lstrip("\ufeff \t\r\n\f\v")

    @cached_property
    def told_as(self) -> str:
        """What its text tells it to be that is no single article, as `format_of_file`; "" for anything else."""
        return format_of_file(self.text)

    @cached_property
    def zip_content(self) -> ZipContent | None:
        """None where it is no ZIP. Raises `Unreadable` for one that is damaged."""
        if not self.head.startswith(_ZIP):
            return None
        if self.whole is None:
            return ZipContent(is_word=b"word/" in self.head)
        try:
            with zipfile.ZipFile(self.whole) as container:
                return _content_of(container)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError) as error:
            raise Unreadable("压缩包已损坏，无法打开。") from error


def _content_of(container: zipfile.ZipFile) -> ZipContent:
    if len(container.filelist) < 5000 and "word/document.xml" in container.namelist():
        return ZipContent(is_word=True)
    if "[Content_Types].xml" in container.NameToInfo:
        return ZipContent(refusal="只能导入 Word 文件（.docx），不能导入表格或演示文稿。")
    said = _media_type_of(container)
    if said in (EPUB, ODT):
        return ZipContent(media_type=said)
    known = _CONTAINERS.get(said, "Halo 备份文件" if "extensions.data" in container.NameToInfo else "")
    return ZipContent(refusal=refusal_of(known) if known else "")


def _media_type_of(container: zipfile.ZipFile) -> str:
    """What a ZIP that is one document says that it is; "" for any other."""
    said = container.NameToInfo.get("mimetype")
    if said is None or said.file_size > 100 or said.flag_bits & 1:
        return ""
    return container.read(said).decode("ascii", "replace").strip()


class ImportFormat(ABC):
    """A format in which items come. `name` names it between processes; `endings` are those of files that editors may choose."""

    name = ""
    endings: tuple[str, ...] = ()

    @abstractmethod
    def confidence(self, beginning: ItemBeginning) -> Confidence:
        """How sure it is that an item is of this format."""

    def refusal(self, beginning: ItemBeginning) -> str:
        """Why an item of this format can't be imported, with what to do instead; "" where it can."""
        return ""


class ArticleFormat(ImportFormat):
    """One file is one article."""

    @abstractmethod
    def read(self, data: bytes) -> ParsedArticle:
        """The article in the bytes of one file. Raises `Unreadable`."""


class PastableFormat(ArticleFormat):
    """Editors may paste it, too."""

    @abstractmethod
    def is_text_of(self, beginning: str) -> bool:
        """Whether pasted text that begins so is of this format."""

    @abstractmethod
    def read_pasted(self, text: str) -> ParsedArticle:
        """The article in pasted text. Raises `Unreadable`."""


@dataclass
class FoundItem:
    """What one item of a series is: an article, with what records or wires say of it beside."""

    article: ParsedArticle
    extras: Extras | None = None
    wire: WireFacts | None = None


class SeriesItem(NamedTuple):
    """One item of a series before it is read. `label` follows the name of the file (`:3`); "" where the file is this one item.

    `read` raises `Unreadable` for this item alone. It is not called for items that a run has taken already.
    """

    label: str
    read: Callable[[], FoundItem]


class SeriesFormat(ImportFormat):
    """One file holds any number of items, each of which has its own fate."""

    # Whether `read` takes the file in memory that does not grow with it; of others no more than an upload may have is read.
    is_streamed = False

    @abstractmethod
    def read(self, file: BinaryIO) -> Iterator[SeriesItem]:
        """The items of `file`, in their order, each as soon as it is reached. Raises `Unreadable` where the rest can't be read."""


class ToldFormat(SeriesFormat):
    """A series that is known by what the text at its beginning tells it to be: `told_as`, in the words of `other_formats`."""

    told_as: frozenset[str] = frozenset()

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        return Confidence.CERTAIN if beginning.told_as in self.told_as else Confidence.NONE


class ArchiveFormat(ImportFormat):
    """It holds files that are items, as `archive_files.unpack` takes them out."""


class RefusedFormat(ImportFormat):
    """What is known and can't be imported."""

    certainty = Confidence.CERTAIN

    @abstractmethod
    def refusal(self, beginning: ItemBeginning) -> str:
        """Why an item is refused, with what to do instead; "" for what is not of this format."""

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        return self.certainty if self.refusal(beginning) else Confidence.NONE
