"""What the archives of all systems that come as a dump have in common: their tables by the names without the prefix of the site."""

import re
import sqlite3
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

from meiri.ingest.migration.dumped_tables import DumpedTables, WantedTable
from meiri.ingest.migration.old_archive import ArchiveSource, NotTaken, OldArchive, OldColumn, OldPost
from meiri.ingest.migration.old_bodies import without_tags

MOST_COLUMNS = 20_000
DEEPEST = 20


class DumpArchive(OldArchive):
    """`{name}` in a query is the table of that name."""

    def __init__(self, source: ArchiveSource, prefix: str, wanted: Mapping[str, WantedTable]):
        self._prefix = prefix
        self._tables = DumpedTables({f"{prefix}{name}": table for name, table in wanted.items()})
        self._tables.read(source.dump_files)
        self.site = prefix

    def rows(self, query: str, *values: Any) -> Iterator[sqlite3.Row]:
        return self._tables.rows(self._named(query), *values)

    def row(self, query: str, *values: Any) -> sqlite3.Row | None:
        return self._tables.row(self._named(query), *values)

    def _named(self, query: str) -> str:
        return query.replace("{", f'"{self._prefix}').replace("}", '"')

    @abstractmethod
    def post_rows(self) -> Iterator[tuple[str, sqlite3.Row]]:
        """The rows of posts, each with the key of its post."""

    @abstractmethod
    def post_of(self, key: str, row: sqlite3.Row) -> OldPost | NotTaken | None:
        """The post of a row; None for what is no post."""

    def posts(self) -> Iterator[OldPost | NotTaken]:
        for key, row in self.post_rows():
            try:
                post = self.post_of(key, row)
            except Exception as error:  # one row, whatever is in it, never ends the reading
                post = NotTaken(key, "", f"读取时出错（{type(error).__name__}）。")
            if post is not None:
                yield post

    def faults(self) -> list[str]:
        return self._tables.faults

    def close(self) -> None:
        self._tables.close()


def text_of(value: Any) -> str:
    return "" if value is None else str(value)


def line_of(value: Any) -> str:
    """A text without markup, on one line."""
    return " ".join(without_tags(text_of(value)).split())


def words_of(value: Any) -> list[str]:
    """The words of a list as people type it."""
    return list(dict.fromkeys(word for word in re.split(r"[,，、;；|\s]+", text_of(value)) if word))[:30]


def names_of(value: Any) -> list[str]:
    """The persons whom a line names."""
    return [name for name in re.split(r"[\s,，、/|]+", line_of(value)) if name]


def tree_of(rows: Mapping[Any, sqlite3.Row], name: str, above: str) -> dict[Any, tuple[str, ...]]:
    """The names of each row from the outermost to its own, by the columns `name` and `above` of rows by their numbers."""
    found = {}
    for key in rows:
        names: list[str] = []
        at = key
        while at in rows and len(names) < DEEPEST:
            names.append(line_of(rows[at][name]))
            at = rows[at][above]
        found[key] = tuple(reversed(names))
    return found


def columns_of(
    rows: Mapping[Any, sqlite3.Row], name: str, above: str, slug: str, addresses: Mapping[Any, str]
) -> list[OldColumn]:
    names = tree_of(rows, name, above)
    return [
        OldColumn(
            str(key), names[key], text_of(row[slug]).strip("/").rpartition("/")[2], addresses.get(key, "")
        )
        for key, row in rows.items()
    ]
