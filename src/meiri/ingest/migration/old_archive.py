"""What an archive of another system is: its columns and its posts, one by one, each whole or with the reason why it is not taken."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from meiri.ingest.import_format import Confidence
from meiri.ingest.migration.dump_files import files_of_dump, text_of_file
from meiri.ingest.migration.dumped_tables import tables_named_in
from meiri.ingest.migration.files_beside import find_beside
from meiri.ingest.parsed import Unreadable
from meiri.ingest.text_encoding import decode_beginning
from meiri.ingest.times import read_iso

HEAD = 256 * 1024
# Files of a folder whose names are looked at.
MOST_NAMES = 100_000


class PostState(StrEnum):
    """What readers of the old site saw of a post."""

    PUBLISHED = "published"
    DRAFT = "draft"


class Markup(StrEnum):
    HTML = "html"
    # CommonMark with tables, and HTML within it.
    MARKDOWN = "markdown"


@dataclass
class OldComment:
    """A comment of a reader; `answers` is the key of the one that it answers."""

    key: str
    name: str
    text: str
    written_at: datetime | None
    is_approved: bool = True
    answers: str = ""


@dataclass
class OldPost:
    """A post of another system, as it says. `key`: how that system calls it, the same at every reading of the archive.

    `column`: the key of its column. `folder`: the path from which relative addresses of its pictures are read. `addresses`: paths with their query, as `/news/12.html`, each of which led to it. `picture`: of the
    head of the article, where the body may not show it. `left_out`: paragraphs that stood with the text and were not taken for its own.
    """

    key: str
    title: str
    body: str = ""
    markup: Markup = Markup.HTML
    folder: str = ""
    state: PostState = PostState.PUBLISHED
    published_at: datetime | None = None
    column: str = ""
    kicker: str = ""
    subtitle: str = ""
    summary: str = ""
    source: str = ""
    source_url: str = ""
    authors: list[str] = field(default_factory=list)
    editor: str = ""
    views: int | None = None
    tags: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    picture: str = ""
    addresses: list[str] = field(default_factory=list)
    comments: list[OldComment] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass
class NotTaken:
    """What stands in the archive and does not come in, with the reason in a Chinese sentence."""

    key: str
    title: str
    reason: str


@dataclass
class OldColumn:
    """A column of the old site. `names` run from the outermost to its own; `address` is its path, where it is known."""

    key: str
    names: tuple[str, ...]
    slug: str = ""
    address: str = ""

    @property
    def name(self) -> str:
        return self.names[-1] if self.names else self.key


@dataclass
class OldMember:
    """An account of a reader."""

    key: str
    name: str
    email: str
    joined_at: datetime | None = None


@dataclass
class OldLink:
    """A friend link, or an entry of the navigation."""

    name: str
    url: str


class OldArchive(ABC):
    """An archive that was opened. What it gives is the same at every reading, in the same order."""

    # What tells this site from other sites of the same system.
    site = ""
    # The old site's address, without a slash at its end; "" where nobody says it.
    base = ""
    # Where the archive's own files lie; None: beside it.
    folder: Path | None = None

    @abstractmethod
    def columns(self) -> list[OldColumn]: ...

    @abstractmethod
    def posts(self) -> Iterator[OldPost | NotTaken]:
        """Every post. One that can't be read is a `NotTaken`; it never ends the reading."""

    def members(self) -> Iterator[OldMember]:
        return iter(())

    def friend_links(self) -> list[OldLink]:
        return []

    def navigation(self) -> list[OldLink]:
        return []

    def faults(self) -> list[str]:
        """What of the files could not be read, in Chinese sentences."""
        return []

    def picture_file(self, folder: Path | None, address: str) -> Path | None:
        """The file of a picture that a body calls so, where pictures may lie in `folder`; None where there is none."""
        return find_beside(folder, address) if folder else None

    def close(self) -> None:  # noqa: B027 most hold nothing
        """Let go of what reading holds."""


class ArchiveSource:
    """Where an archive is: a file or a folder, of which systems look at the beginning, the names and the tables."""

    def __init__(self, path: Path, prefix: str = ""):
        self.path = path

    @cached_property
    def head(self) -> str:
        """The text that a file begins with; the empty text of a folder and of what is no text."""
        if not self.path.is_file():
            return ""
        if self.dump_files:
            return next((piece for piece in text_of_file(self.path) if piece), "")[:HEAD]
        with self.path.open("rb") as file:
            beginning = file.read(HEAD)
        try:
            return decode_beginning(beginning)
        except Unreadable:
            return ""

    @cached_property
    def dump_files(self) -> list[Path]:
        """The files that may be a dump of MySQL."""
        if self.path.is_file() and not self.path.name.lower().endswith(
            (".sql", ".txt", ".php", ".gz", ".zst", ".bz2")
        ):
            return []
        return files_of_dump(self.path)

    @cached_property
    def tables(self) -> frozenset[str]:
        """The tables that a dump names, as far as it is looked into."""
        return tables_named_in(self.dump_files) if self.dump_files else frozenset()

    @property
    def folder(self) -> Path:
        """Where what lies beside the archive is looked for."""
        return self.path if self.path.is_dir() else self.path.parent

    def prefix_of(self, *tables: str) -> str | None:
        """What stands before the names of all of `tables`; None where some are not there."""
        for name in sorted(self.tables):
            if name.endswith(tables[0]):
                prefix = name.removesuffix(tables[0])
                if all(f"{prefix}{table}" in self.tables for table in tables):
                    return prefix
        return None


class ArchiveSystem(ABC):
    """A system whose archives are taken. `name` is the word for commands, `label` what people call it."""

    name = ""
    label = ""

    @abstractmethod
    def confidence(self, source: ArchiveSource) -> Confidence:
        """How sure it is that the archive is of this system."""

    @abstractmethod
    def open(self, source: ArchiveSource) -> OldArchive:
        """The archive. Raises `Unreadable` where it is damaged as a whole."""


def moment_of(seconds: str | int | None) -> datetime | None:
    """The moment of seconds of the epoch, as most systems keep it; None for none, and for what is no number."""
    try:
        number = int(seconds or 0)
        return datetime.fromtimestamp(number, UTC) if number > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def iso_moment_of(text: Any) -> datetime | None:
    """The moment that a text names as ISO 8601 does; None for none, and for what is no text."""
    found = read_iso(text) if isinstance(text, str) else None
    return found[0].astimezone(UTC) if found else None


def path_of(address: str) -> str:
    """The path of an address with its query."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path


def count_of(value: str | int | None) -> int | None:
    """A number that counts something; None for what is none."""
    try:
        number = int(value or 0)
    except ValueError:
        return None
    return number if 0 < number < 2**53 else None
