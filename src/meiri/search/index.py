"""A node's own index of published articles: its fields, where it lies, how it is opened and replaced.

Under `MEIRI_HOME/search/` the file `current` names the folder of the index that answers. A new one is built beside it and takes
its place at once. Each folder holds tantivy's files and `position.json`, how far in the journal it has come.
"""

import json
import logging
import re
import shutil
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple, TypeVar

import tantivy
from django.conf import settings

from meiri.file_locks import try_lock
from meiri.kept_once import write_whole
from meiri.search.tantivy_files import damaged_file, is_panic

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

# Whoever changes fields, or what words of a text are, changes this number: older indexes are built anew.
FORMAT = 5
WORDS = "words"
_NAME = re.compile(r"[0-9]+-[0-9]+")
# Bytes in a word.
LONGEST_WORD = 120
# Bytes that a writer gathers before it writes a part of the index; tantivy's least.
SMALL_HEAP = 15_000_000
LARGE_HEAP = 60_000_000


class Unavailable(Exception):
    """There is no index that could answer: it is missing, damaged, of another version, or just being built."""


class IndexedUpTo(NamedTuple):
    """The newest entry of the journal that the index knows."""

    sequence: int
    digest: str


@cache
def schema() -> tantivy.Schema:
    """`month` counts from year 0. `moment` is a place in the order of all articles, see `moment_of`. `text` holds every word of
    an article with its place; the other text fields say where words count for more. How often they say it does not matter
    there: they are short."""
    fields = tantivy.SchemaBuilder()
    fields.add_integer_field("id", indexed=True, fast=True)
    fields.add_integer_field("moment", fast=True)
    fields.add_integer_field("year", indexed=True, fast=True)
    fields.add_integer_field("month", indexed=True)
    for name in ("channel", "station", "subsection"):
        fields.add_integer_field(name, indexed=True, fast=True)
    for name in ("source", "author", "pictured"):
        fields.add_integer_field(name, indexed=True)
    fields.add_text_field("text", tokenizer_name=WORDS, index_option="position")
    fields.add_text_field("characters", tokenizer_name=WORDS, index_option="position")
    for name in ("title", "pairs", "tags", "lead"):
        fields.add_text_field(name, tokenizer_name=WORDS, index_option="basic")
    fields.add_text_field("sounds", tokenizer_name="whitespace", index_option="basic")
    return fields.build()


KEY_BITS = 30


def moment_of(second: int, key: int = 0) -> int:
    """When an article was published (seconds since 1970) and its key (less than 2^30) as one number: greater is newer, none is
    twice."""
    return (second << KEY_BITS) + key


def second_of(moment: int) -> int:
    return moment >> KEY_BITS


def key_of(moment: int) -> int:
    return moment % (1 << KEY_BITS)


@cache
def analyzer() -> tantivy.TextAnalyzer:
    """Takes words joined by spaces and leaves out marks; English ones come to their stem (Snowball)."""
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    words = words.filter(tantivy.Filter.remove_long(LONGEST_WORD))
    words = words.filter(tantivy.Filter.custom_stopword(marks()))
    return words.filter(tantivy.Filter.stemmer("english")).build()


def marks() -> list[str]:
    """Every mark that is no word: punctuation and brackets."""
    return [chr(code) for code in range(0x20, 0x10000) if unicodedata.category(chr(code))[0] in "PZ"] + list(
        "$+<=>^`|~\ue000"
    )


def stem(word: str) -> str:
    """`word` as the index has it; one that is too long for it as it is."""
    found = analyzer().analyze(word) if word.isascii() and word.isalpha() else []
    return found[0] if found else word


def open_index(folder: Path) -> tantivy.Index:
    """The index in `folder`, an empty one where there are no files yet. Raises `Unavailable`."""
    try:
        index = tantivy.Index(schema(), path=str(folder))
        index.register_tokenizer(WORDS, analyzer())
        index.config_reader("manual")
    except (ValueError, OSError) as error:
        raise Unavailable(str(error)) from error
    return index


@dataclass(frozen=True)
class Store:
    """The folder of a node's indexes."""

    folder: Path

    @property
    def current(self) -> Path | None:
        """The folder of the index that answers; None where there is none of this version."""
        try:
            name = (self.folder / "current").read_text()
        except OSError:
            return None
        whole = name.startswith(f"{FORMAT}-") and _NAME.fullmatch(name) and (self.folder / name).is_dir()
        return self.folder / name if whole else None

    def begin(self) -> Path:
        """A new empty folder to build an index in; what others left halfway goes. Whoever calls it builds alone."""
        self._keep_only(self.current)
        numbers = [int(folder.name.partition("-")[2]) for folder in self._folders()]
        folder = self.folder / f"{FORMAT}-{max(numbers, default=0) + 1}"
        folder.mkdir(parents=True)
        return folder

    def adopt(self, folder: Path) -> None:
        """Let the finished index in `folder` answer from now on, and throw the others away."""
        write_whole(self.folder / "current", folder.name.encode())
        for reason in (self.told_of_damage, self.told_of_erasure):
            reason.unlink(missing_ok=True)
        self._keep_only(folder)

    def _keep_only(self, folder: Path | None) -> None:
        for other in self._folders():
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)

    def _folders(self) -> list[Path]:
        """The folders of indexes of any version, whole or not."""
        if not self.folder.is_dir():
            return []
        return [path for path in self.folder.iterdir() if _NAME.fullmatch(path.name) and path.is_dir()]

    @property
    def told_of_damage(self) -> Path:
        """Is there where somebody found that the index can't be read."""
        return self.folder / "damaged"

    @property
    def told_of_erasure(self) -> Path:
        """Is there where words were erased that the index may still hold: tantivy keeps what was deleted until parts are merged."""
        return self.folder / "erased"

    def tell_of_damage(self, reason: object) -> None:
        logger.error("The search index can't be read and is built anew: %s", reason)
        with suppress(OSError):
            self.told_of_damage.touch()

    @contextmanager
    def alone(self, what: str) -> Iterator[bool]:
        """Whether this process alone does `what` inside the block: `writing` into the index, or `building` one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{what}.lock").open("w") as lock:
            yield try_lock(lock)

    def progress(self) -> float | None:
        """How much of a new index is built, from 0 to 1; None where none is being built."""
        if not self.folder.is_dir():
            return None
        with (self.folder / "building.lock").open("a") as lock:
            if try_lock(lock):
                return None
        try:
            return min(1.0, max(0.0, float((self.folder / "progress").read_text())))
        except (OSError, ValueError):
            return 0.0

    def keep_progress(self, part: float) -> None:
        write_whole(self.folder / "progress", f"{part:.3f}".encode())


def store() -> Store:
    return Store(settings.HOME / "search")


def position_of(folder: Path) -> IndexedUpTo | None:
    """How far the index in `folder` has come; None where that can't be told."""
    try:
        return IndexedUpTo(**json.loads((folder / "position.json").read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def keep_position(folder: Path, position: IndexedUpTo) -> None:
    write_whole(folder / "position.json", json.dumps(position._asdict()).encode())


class IndexReader:
    """The index as it stands, for the threads of one process; opened again where it was replaced or written to."""

    def __init__(self, store: Store):
        self._store = store
        self._lock = threading.Lock()
        self._stands_at: tuple | None = None
        self._index: tantivy.Index | None = None
        self._searcher: tantivy.Searcher | None = None

    def searcher(self) -> tantivy.Searcher:
        """What answers queries; two looks at the disk. Raises `Unavailable`."""
        folder = self._store.current
        if folder is None or self._store.told_of_damage.exists():
            raise Unavailable("There is no index yet.")
        try:
            status = (folder / "meta.json").stat()
        except OSError as error:
            self._store.tell_of_damage(error)
            raise Unavailable(str(error)) from error
        stands_at = (folder, status.st_mtime_ns, status.st_ino)
        with self._lock:
            if self._searcher is None or stands_at != self._stands_at:
                self._searcher = self._opened(folder, stands_at)
            return self._searcher

    def _opened(self, folder: Path, stands_at: tuple) -> tantivy.Searcher:
        try:
            if self._index is None or not self._stands_at or self._stands_at[0] != folder:
                self._index = open_index(folder)
            self._index.reload()
            searcher = self._index.searcher()
        except (Unavailable, ValueError, OSError) as error:
            self._index = self._searcher = None
            self._store.tell_of_damage(error)
            raise Unavailable(str(error)) from error
        self._stands_at = stands_at
        return searcher


@lru_cache(maxsize=8)
def reader_of(store: Store) -> IndexReader:
    return IndexReader(store)


def ask_index(question: Callable[[tantivy.Searcher], Answer], of: Store | None = None) -> Answer:
    """What `question` finds in the index `of` an area, else in that of articles. Raises `Unavailable`, also where its files turn
    out to be damaged."""
    asked = of or store()
    searcher = reader_of(asked).searcher()
    try:
        return question(searcher)
    except ValueError as error:
        folder = asked.current
        if folder and not damaged_file(folder):
            raise  # the question was wrong
        reason: BaseException = error
    except OSError as error:
        reason = error
    except BaseException as error:
        if not is_panic(error):
            raise
        reason = error
    asked.tell_of_damage(reason)
    raise Unavailable(str(reason))
