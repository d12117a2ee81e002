"""What was fetched of an old site, in a folder of its own: answers in one SQLite file, pictures beside it.

Each answer is stored in a transaction of its own, so a run that is killed loses the one that it waited for and nothing else. A round asks for
each address once; the next round asks again only for what was changed since.
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from meiri.ingest.parsed import Unreadable

FILE, PICTURES = "fetched.sqlite3", "pictures"
# Notes of why a run ended before its end, as sentences; "" where it did not.
STOPPED, STOPPED_PICTURES = "stopped", "stopped pictures"
# Bytes of an answer as it is kept, once it is unpacked.
LARGEST = 64 * 1024 * 1024
# Bytes of the disk that are left to the site that is published from it.
LEFT_FREE = 2 * 1024**3
_HALVES = re.compile("[\ud800-\udfff]")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS page (
  number INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, kind TEXT NOT NULL DEFAULT '', rank INTEGER NOT NULL DEFAULT 1,
  depth INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL DEFAULT 1, etag TEXT NOT NULL DEFAULT '',
  last_modified TEXT NOT NULL DEFAULT '', charset TEXT NOT NULL DEFAULT '', leads_to TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '', content BLOB, read TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS due_pages ON page (rank, depth, number) WHERE due;
CREATE INDEX IF NOT EXISTS pages_of_kind ON page (kind, number);
CREATE INDEX IF NOT EXISTS leading_pages ON page (leads_to) WHERE leads_to != '';
CREATE TABLE IF NOT EXISTS picture (
  url TEXT PRIMARY KEY, address TEXT NOT NULL, file TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS wanted_pictures ON picture (url) WHERE file = '' AND reason = '';
"""


class FetchedPage(NamedTuple):
    """An address with what came of it. `kind`: what it was found to be, "" as long as nothing is known; `rank`: those of a lower one are
    asked first; `depth`: links from the beginning; `read`: what was read of it, as JSON; `due`: 0 for what is not, more for each time that it was
    put off."""

    number: int
    url: str
    kind: str
    rank: int
    depth: int
    etag: str
    last_modified: str
    charset: str
    leads_to: str
    reason: str
    read: str
    due: int


_COLUMNS = ", ".join(FetchedPage._fields)


class FetchedStore:
    """The store in `folder`, which is made where it is not there."""

    def __init__(self, folder: Path):
        self.folder = folder
        (folder / PICTURES).mkdir(parents=True, exist_ok=True, mode=0o700)
        self._db = sqlite3.connect(folder / FILE, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA busy_timeout = 5000")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        self._db.close()

    def check_room(self) -> None:
        """Raises `Unreadable` where the disk has too little left to store more."""
        free = shutil.disk_usage(self.folder).free
        if free < LEFT_FREE:
            raise Unreadable(
                f"磁盘只剩 {free / 1024**3:.1f} GB，先停下，以免影响正在运行的网站；腾出空间后再运行会接着取。"
            )

    def about(self, name: str) -> str:
        row = self._db.execute("SELECT value FROM about WHERE name = ?", [name]).fetchone()
        return row[0] if row else ""

    def note(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", [name, value])

    def begin_round(self) -> bool:
        """Go on with the round that was not ended, or begin one, in which each address is due again. Whether it begins."""
        if self.about("round") == "open":
            return False
        with self._db:
            self._db.execute("BEGIN")
            self._db.execute("UPDATE page SET due = 1")
            self.note("round", "open")
        return True

    def end_round(self) -> None:
        self.note("round", "ended")

    def add(self, urls: Iterable[str], rank: int = 1, depth: int = 0) -> int:
        """Enter addresses that are not known yet. How many those were."""
        before = self._db.total_changes
        with self._db:
            self._db.execute("BEGIN")
            self._db.executemany(
                "INSERT INTO page (url, rank, depth) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [(storable(url), rank, depth) for url in urls],
            )
        return self._db.total_changes - before

    @property
    def size(self) -> int:
        """About how many addresses are known."""
        return self._db.execute("SELECT coalesce(max(number), 0) FROM page").fetchone()[0]

    def next_due(self) -> FetchedPage | None:
        """The address that is to be asked for next: those that were put off when all others were."""
        for which, order in (("due = 1", "rank, depth, number"), ("due > 1", "due, rank, depth, number")):
            row = self._db.execute(
                f"SELECT {_COLUMNS} FROM page WHERE due AND {which} ORDER BY {order} LIMIT 1"  # noqa: S608 names of columns
            ).fetchone()
            if row:
                return FetchedPage(*row)
        return None

    def put_off(self, url: str) -> None:
        """Let an address be asked for once more, after all others."""
        self._db.execute("UPDATE page SET due = due + 1 WHERE url = ?", [url])

    def page(self, url: str) -> FetchedPage | None:
        row = self._db.execute(f"SELECT {_COLUMNS} FROM page WHERE url = ?", [url]).fetchone()  # noqa: S608
        return FetchedPage(*row) if row else None

    def keep(self, url: str, content: bytes | None = None, **columns: str | int) -> None:
        """Store what came of an address: `content` as it came, and columns of `FetchedPage`. It is not due any more."""
        values = {
            "due": 0,
            **{name: storable(one) if isinstance(one, str) else one for name, one in columns.items()},
        }
        url = storable(url)
        if content is not None:
            values["content"] = zlib.compress(content, 3)  # type: ignore[assignment]
        names = ", ".join(f"{name} = ?" for name in values)
        with self._db:
            self._db.execute("BEGIN")
            self._db.execute("INSERT INTO page (url) VALUES (?) ON CONFLICT DO NOTHING", [url])
            self._db.execute(f"UPDATE page SET {names} WHERE url = ?", [*values.values(), url])  # noqa: S608

    def note_read(self, numbers_and_texts: Iterable[tuple[int, str]]) -> None:
        """Keep what was read of pages, as JSON, by their numbers."""
        with self._db:
            self._db.execute("BEGIN")
            self._db.executemany(
                "UPDATE page SET read = ? WHERE number = ?",
                [(storable(text), n) for n, text in numbers_and_texts],
            )

    def pages(self, kind: str, after: int = 0) -> Iterator[FetchedPage]:
        """Those of a kind, in the order in which they were found."""
        while True:
            rows = self._db.execute(
                f"SELECT {_COLUMNS} FROM page WHERE kind = ? AND number > ? ORDER BY number LIMIT 200",  # noqa: S608
                [kind, after],
            ).fetchall()
            if not rows:
                return
            yield from (FetchedPage(*row) for row in rows)
            after = rows[-1][0]

    def count(self, kind: str) -> int:
        return self._db.execute("SELECT count(*) FROM page WHERE kind = ?", [kind]).fetchone()[0]

    def leading_to(self, url: str, most: int = 100) -> list[str]:
        """The addresses that redirect to this one."""
        rows = self._db.execute("SELECT url FROM page WHERE leads_to = ? LIMIT ?", [url, most])
        return [row[0] for row in rows]

    def content(self, number: int) -> bytes:
        row = self._db.execute("SELECT content FROM page WHERE number = ?", [number]).fetchone()
        return zlib.decompressobj().decompress(row[0], LARGEST) if row and row[0] else b""

    def faults(self, most: int = 1000) -> list[str]:
        """Why the last run ended before its end, and the addresses that could not be had, each with the reason."""
        told = [self.about(name) for name in (STOPPED, STOPPED_PICTURES)]
        rows = self._db.execute(
            "SELECT url, reason FROM page WHERE reason != '' ORDER BY number LIMIT ?", [most]
        ).fetchall()
        rows += self._db.execute(
            "SELECT address, reason FROM picture WHERE reason != '' ORDER BY url LIMIT ?", [most - len(rows)]
        ).fetchall()
        return [*filter(None, told), *(f"{url}：{reason}" for url, reason in rows)]

    def want_pictures(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Enter pictures that are not known yet: how bodies call each, and its whole address."""
        with self._db:
            self._db.execute("BEGIN")
            self._db.executemany(
                "INSERT INTO picture (url, address) VALUES (?, ?) ON CONFLICT DO NOTHING",
                [(storable(url), storable(address)) for url, address in wanted],
            )

    def next_picture(self) -> tuple[str, str] | None:
        """One that was not asked for yet, as `want_pictures` has it."""
        return self._db.execute(
            "SELECT url, address FROM picture WHERE file = '' AND reason = '' LIMIT 1"
        ).fetchone()

    def keep_picture(self, url: str, data: bytes = b"", reason: str = "") -> None:
        """Store the bytes of a picture, or why there are none."""
        name = hashlib.sha256(data).hexdigest() if data else ""
        if name:
            path = self.folder / PICTURES / name
            beginning = path.with_suffix(".part")
            beginning.write_bytes(data)
            os.replace(beginning, path)
        self._db.execute("UPDATE picture SET file = ?, reason = ? WHERE url = ?", [name, reason, url])

    def try_pictures_again(self) -> None:
        """Let those that could not be had be asked for once more."""
        self._db.execute("UPDATE picture SET reason = '' WHERE file = ''")

    def picture_file(self, url: str) -> Path | None:
        row = self._db.execute("SELECT file FROM picture WHERE url = ?", [url]).fetchone()
        return self.folder / PICTURES / row[0] if row and row[0] else None


def storable(text: str) -> str:
    """A text with U+FFFD for halves of characters (lone surrogates): no UTF-8 holds those, and JSON may name them."""
    return _HALVES.sub("\ufffd", text)


def is_store(folder: Path) -> bool:
    """Whether a folder holds what was fetched of a site."""
    return (folder / FILE).is_file()


def is_fetched(folder: Path, kind: str) -> bool:
    """Whether a folder holds what was fetched of a site in this way."""
    if not is_store(folder):
        return False
    store = FetchedStore(folder)
    try:
        return store.about("kind") == kind
    finally:
        store.close()


def from_json(text: str) -> dict:
    """The object that a text is in JSON; an empty one for anything else."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
