"""The tables of a dump that a system reads, put into a temporary database: posts lie apart from their bodies, in any order.

SQLite keeps a database without a name in a file that nobody else sees and that goes with the process.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meiri.ingest.migration.dump_files import text_of_dump, text_of_file
from meiri.ingest.migration.mysql_dump import DumpFault, TableColumns, TableRow, Value, read_dump

# Characters of a dump in which the names of tables are looked for, by which its system is told.
LOOKED_AT = 512 * 1024 * 1024
BATCH = 500
MOST_FAULTS = 1000
_NAMED = re.compile(
    r"(?:CREATE TABLE(?: IF NOT EXISTS)?|(?:INSERT|REPLACE) INTO)\s+`?(\w{1,64})`?", re.IGNORECASE
)


def tables_named_in(files: list[Path]) -> frozenset[str]:
    """The tables that a dump names in its first half GiB."""
    found: set[str] = set()
    seen = 0
    for file in files:
        rest = ""
        for piece in text_of_file(file):
            found |= {name.lower() for name in _NAMED.findall(rest + piece)}
            rest = piece[-100:]
            seen += len(piece)
            if seen > LOOKED_AT:
                return frozenset(found)
    return frozenset(found)


@dataclass(frozen=True)
class WantedTable:
    """A table, its columns that are read, and those by which its rows are looked up."""

    columns: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...] = ()


@dataclass
class DumpedTables:
    """The wanted tables of a dump. Names are in lower case. A column that the dump does not have is NULL."""

    wanted: Mapping[str, WantedTable]
    faults: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def __post_init__(self):
        self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536"):
            self._database.execute(f"PRAGMA {setting}")

    def read(self, files: list[Path], encoding_of_bytes: str = "utf-8") -> None:
        """Take the rows of the wanted tables from the files of a dump."""
        known: dict[str, tuple[str, ...]] = {}
        waiting: dict[str, list[list[Any]]] = {}
        self._database.execute("BEGIN")
        for one in read_dump(text_of_dump(files), lambda table: table.lower() in self.wanted):
            if isinstance(one, DumpFault):
                if one.table.lower() in self.wanted or not one.table:
                    self._note(one.reason)
            elif isinstance(one, TableColumns):
                known[one.table.lower()] = tuple(column.lower() for column in one.columns)
            else:
                self._take(one, known, waiting, encoding_of_bytes)
        for table in list(waiting):
            self._insert(table, waiting)
        self._database.execute("COMMIT")
        for table in self.names:
            for number, key in enumerate(self.wanted[table].keys):
                self._database.execute(f'CREATE INDEX "{table}_{number}" ON "{table}" ({", ".join(key)})')
        for table in set(self.wanted) - set(self.names):
            self._make(table)

    def _take(
        self,
        row: TableRow,
        known: dict[str, tuple[str, ...]],
        waiting: dict[str, list[list[Any]]],
        encoding: str,
    ) -> None:
        table = row.table.lower()
        columns = tuple(column.lower() for column in row.columns) or known.get(table, ())
        if len(columns) != len(row.values):
            self._note(f"表 {table} 有一行的列数与表结构不符，没有读取。")
            return
        if table not in self.names:
            self._make(table)
            self.names.append(table)
        values = dict(zip(columns, row.values, strict=True))
        rows = waiting.setdefault(table, [])
        rows.append([_as_text(values.get(column), encoding) for column in self.wanted[table].columns])
        if len(rows) >= BATCH:
            self._insert(table, waiting)

    def _make(self, table: str) -> None:
        columns = ", ".join(f'"{column}"' for column in self.wanted[table].columns)
        self._database.execute(f'CREATE TABLE "{table}" ({columns})')

    def _insert(self, table: str, waiting: dict[str, list[list[Any]]]) -> None:
        rows = waiting.pop(table)
        marks = ", ".join("?" * len(self.wanted[table].columns))
        self._database.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)  # noqa: S608

    def _note(self, fault: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)

    def rows(self, query: str, *values: Any) -> Iterator[sqlite3.Row]:
        """The rows of a query, one by one."""
        cursor = self._database.cursor()
        cursor.execute(query, values)
        return iter(cursor)

    def row(self, query: str, *values: Any) -> sqlite3.Row | None:
        return next(self.rows(query, *values), None)

    def close(self) -> None:
        self._database.close()


def _as_text(value: Value, encoding: str) -> Any:
    """A value as the database keeps it: numbers as numbers, so that they are compared and sorted as such."""
    if isinstance(value, bytes):
        return _decoded(value, encoding)
    if isinstance(value, str) and len(value) < 19 and _INTEGER.fullmatch(value):
        return int(value)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


# A number that is written as numbers are: 007 is a text.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")


def _decoded(value: bytes, encoding: str) -> str:
    """Text that was written as hexadecimal: in the encoding of the database."""
    try:
        return value.decode(encoding)
    except UnicodeDecodeError:
        return value.decode("gb18030", "replace")
