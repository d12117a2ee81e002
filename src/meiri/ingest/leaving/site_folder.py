"""The folder of an exported site: its manifest, the names of its files, and whether they are what was written.

manifest.json                   what there is: format, counts, the size and SHA-256 of each file
newsroom.article.00001.jsonl    the rows of a kind, 10,000 a file, one JSON object a line (UTF-8, ended by a line feed)
files.00001.jsonl               what the site keeps in files: the path, size and SHA-256 of each
media/3f/3f2a…                  these files, each by its SHA-256
"""

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Any

from meiri.file_modes import FILE, FOLDER
from meiri.kept_once import sync_folder, write_whole

FORMAT = 1
MANIFEST = "manifest.json"
PROGRESS = "progress.jsonl"
# The kind that lists files; no table is called so.
FILES = "files"
BLOBS = "media"
ROWS_A_PART = 10_000
LONGEST_LINE = 256 * 1024 * 1024
LARGEST_MANIFEST = 256 * 1024 * 1024
PIECE = 1 << 20
_PART = re.compile(r"[a-z0-9_]{1,60}(?:\.[a-z0-9_]{1,80})?\.[0-9]{5,8}\.jsonl")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class SiteRefused(Exception):
    """Why a site was not exported or imported, in a sentence for the operator."""


@dataclass(frozen=True)
class SitePart:
    """One file of rows. `last`: the key of its last row, by which an interrupted export goes on; `content`: the SHA-256 of its lines in
    their canonical form, "" in exports of older releases."""

    file: str
    kind: str
    rows: int
    size: int
    sha256: str
    last: Any = None
    content: str = ""


@dataclass
class SiteManifest:
    """`kinds`: the fields of each; `counters`: the highest number that each table ever gave, where it gives numbers."""

    made: str
    release: str
    journal: dict[str, Any]
    with_media: bool
    kinds: dict[str, list[str]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    parts: list[SitePart] = field(default_factory=list)
    content: str = ""
    format: int = FORMAT

    def of(self, kind: str) -> list[SitePart]:
        return [part for part in self.parts if part.kind == kind]

    def rows(self) -> int:
        return sum(part.rows for part in self.parts if part.kind != FILES)


def content_digest(parts: list[SitePart]) -> str:
    """One SHA-256 over all content: of the canonical list of the digests of its parts. Equal content has an equal one, whatever the
    database."""
    by_kind: dict[str, list[str]] = {}
    for part in parts:
        by_kind.setdefault(part.kind, []).append(part.content or part.sha256)
    return hashlib.sha256(json.dumps(by_kind, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def part_name(kind: str, number: int) -> str:
    return f"{kind}.{number:05}.jsonl"


def blob_path(folder: Path, sha256: str) -> Path:
    return folder / BLOBS / sha256[:2] / sha256


def make_folder(folder: Path) -> None:
    folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)


class PartWriter:
    """A file of lines that appears when it is whole: until then it has another name."""

    def __init__(self, folder: Path, name: str):
        self._path = folder / name
        self._draft = folder / f".{name}.draft"
        self._file = os.fdopen(os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE), "wb")
        self._digest, self._content = hashlib.sha256(), hashlib.sha256()
        self.rows = self.size = 0

    def write(self, line: bytes, canonical: bytes) -> None:
        """`canonical`: the form of the line that is the same whatever the database."""
        self._file.write(line)
        self._digest.update(line)
        self._content.update(canonical)
        self.rows += 1
        self.size += len(line)

    def finish(self, kind: str, last: Any) -> SitePart:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._draft.rename(self._path)
        digest, content = self._digest.hexdigest(), self._content.hexdigest()
        return SitePart(self._path.name, kind, self.rows, self.size, digest, last, content)

    def give_up(self) -> None:
        self._file.close()
        self._draft.unlink(missing_ok=True)


def note_progress(folder: Path, said: dict[str, Any]) -> None:
    """Note how far an export has come."""
    line = json.dumps(said, default=str).encode() + b"\n"
    with os.fdopen(os.open(folder / PROGRESS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE), "ab") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)


def noted_progress(folder: Path) -> list[dict[str, Any]]:
    """What an interrupted export noted; a last line that was cut is none."""
    found = []
    with suppress(FileNotFoundError), (folder / PROGRESS).open("rb") as file:
        for line in file:
            with suppress(ValueError):
                found.append(json.loads(line))
    return found


def finished_parts(folder: Path) -> list[SitePart]:
    """The parts that an interrupted export wrote."""
    found = []
    for said in noted_progress(folder):
        with suppress(TypeError):
            found.append(SitePart(**said))
    return found


def write_manifest(folder: Path, manifest: SiteManifest) -> None:
    said = asdict(manifest)
    for part in said["parts"]:
        del part["last"]  # is of use to who goes on with an export alone
    write_whole(folder / MANIFEST, json.dumps(said, ensure_ascii=False, indent=1).encode())


def read_manifest(folder: Path) -> SiteManifest:
    """Raises `SiteRefused`."""
    try:
        with open_regular(folder / MANIFEST) as file:
            text = file.read(LARGEST_MANIFEST + 1)
        if len(text) > LARGEST_MANIFEST:
            raise ValueError("it is too large")
        said = json.loads(text)
        if said.get("format") != FORMAT:
            raise ValueError(f"format {str(said.get('format'))[:20]!r} is not known to this release")
        manifest = SiteManifest(**{**said, "parts": [SitePart(**part) for part in said["parts"]]})
        _check(manifest)
    except FileNotFoundError:
        raise SiteRefused(f"{folder} holds no whole export: {MANIFEST} is missing.") from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SiteRefused(f"{folder / MANIFEST} can't be read: {error}") from error
    return manifest


def _check(manifest: SiteManifest) -> None:
    """Raises `ValueError` for what no export writes."""
    names = set()
    for part in manifest.parts:
        if not (isinstance(part.file, str) and _PART.fullmatch(part.file)) or part.file in names:
            raise ValueError(f"{str(part.file)[:100]!r} is no name of a file of rows")
        if part.kind != part.file.rsplit(".", 2)[0] or not is_sha256(part.sha256):
            raise ValueError(f"what it says of {part.file} is no part of an export")
        if not _are_counts(part.rows, part.size) or not (part.content == "" or is_sha256(part.content)):
            raise ValueError(f"what it says of {part.file} is no part of an export")
        names.add(part.file)
    if not isinstance(manifest.kinds, dict) or not isinstance(manifest.journal, dict):
        raise ValueError("its kinds or its journal are missing")
    if not isinstance(manifest.counters, dict) or not _are_counts(*manifest.counters.values()):
        raise ValueError("its counters are no numbers")


def _are_counts(*values: Any) -> bool:
    return all(isinstance(v, int) and not isinstance(v, bool) and 0 <= v < 2**63 for v in values)


def is_sha256(text: Any) -> bool:
    return isinstance(text, str) and _SHA256.fullmatch(text) is not None


def open_regular(path: Path) -> BufferedReader:
    """A file of the folder, opened where it is a regular one: no link, no device. Raises `OSError`."""
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise OSError(f"{path.name} is no regular file")
    return os.fdopen(number, "rb")


def check_file(path: Path, size: int, sha256: str) -> None:
    """Raises `SiteRefused` where a file is not the one that was written."""
    try:
        with open_regular(path) as file:
            if os.fstat(file.fileno()).st_size != size:
                raise SiteRefused(f"{path} is damaged: it has not the size that was written.")
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise SiteRefused(f"{path} is damaged: its SHA-256 is not the one that was written.")
    except OSError as error:
        raise SiteRefused(f"{path} can't be read: {error.strerror or error}.") from error


def lines_of(folder: Path, part: SitePart) -> Iterator[bytes]:
    """The lines of a part, each with its number of bytes bounded. Raises `SiteRefused`."""
    try:
        with open_regular(folder / part.file) as file:
            while line := file.readline(LONGEST_LINE + 1):
                if len(line) > LONGEST_LINE or not line.endswith(b"\n"):
                    raise SiteRefused(f"A line of {part.file} is cut or longer than {LONGEST_LINE} bytes.")
                yield line
    except OSError as error:
        raise SiteRefused(f"{folder / part.file} can't be read: {error.strerror or error}.") from error
