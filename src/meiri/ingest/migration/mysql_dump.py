"""MySQL dumps as text, without a server: the columns of CREATE TABLE, the rows of INSERT and REPLACE, one by one.

What is kept in memory is one value and a piece of the file, whatever the size of a statement. Lexical rules: MySQL 8.0 Reference Manual,
9.1.1 (strings), 9.1.4 (hexadecimal literals), 9.7 (comments).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

# Characters that are read at once, and the longest value and definition of a table that are taken.
PIECE = 1024 * 1024
LONGEST_VALUE = 64 * 1024 * 1024
# `re.Pattern.match` of a pattern: of a text, from a place in it.
Matcher = Callable[[str, int], re.Match | None]
LONGEST_DEFINITION = 1024 * 1024
MOST_COLUMNS = 4096

Value = str | bytes | None


@dataclass(frozen=True)
class TableColumns:
    """A table that the dump defines, with its columns in their order."""

    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class TableRow:
    """A row of a table; `columns` are those that the statement names, empty where it names none. Numbers are as written."""

    table: str
    columns: tuple[str, ...]
    values: tuple[Value, ...]


@dataclass(frozen=True)
class DumpFault:
    """What could not be read, at a character of the text: the rest of its statement is left out. `reason` is a Chinese sentence."""

    table: str
    offset: int
    reason: str


# Quantifiers are possessive: what was read once is never tried another way.
_STRING = r"'(?:[^'\\]++|\\.|'')*+'|\"(?:[^\"\\]++|\\.|\"\")*+\""
_COMMENT = r"--(?=\s)[^\n]*+\n|\#[^\n]*+\n|/\*(?:[^*]++|\*(?!/))*+\*/"
_BETWEEN_STATEMENTS = re.compile(rf"(?:\s++|{_COMMENT}|;)*+")
_NAME = r"(?:`(?:[^`]++|``)*+`|\"[^\"]*+\"|[\w$]++)"
_INSERT = re.compile(
    rf"(?:INSERT|REPLACE)\s++(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE)\s++)*+(?:INTO\s*+)?(?:{_NAME}\.)?(?P<table>{_NAME})\s*+"
    rf"(?:\((?P<columns>\s*+{_NAME}(?:\s*+,\s*+{_NAME})*+\s*+)\))?\s*+VALUES?\s*+(?=\()",
    re.IGNORECASE,
)
_CREATE = re.compile(
    rf"CREATE\s++(?:TEMPORARY\s++)?TABLE\s++(?:IF\s++NOT\s++EXISTS\s++)?(?:{_NAME}\.)?(?P<table>{_NAME})\s*+\(",
    re.IGNORECASE,
)
_ROW_BEGINS = re.compile(r"\s*+\(")
_VALUE = re.compile(
    rf"\s*+(?:(?:_\w++\s*+|N(?='))?(?P<string>{_STRING})|0x(?P<hex>[0-9A-Fa-f]*+)|(?:_\w++\s*+)?X'(?P<quoted_hex>[0-9A-Fa-f]*+)'"
    r"|(?P<plain>b'[01]*+'|[^\s,()'\"`;]++))\s*+(?P<end>[,)])",
    re.DOTALL | re.IGNORECASE,
)
_NEXT_ROW = re.compile(r"\s*+(?P<end>,|;|(?=[A-Za-z/-]))")
# What a statement consists of, but for its end: strings, names, comments and anything else.
_WITHIN = re.compile(
    rf"(?:[^;'\"`\-#/]++|{_STRING}|`(?:[^`]++|``)*+`|{_COMMENT}|-(?!-)(?=.)|--(?=\S)|/(?=[^*]))*+", re.DOTALL
)
# Where reading goes on behind a statement that can't be read.
_RESUME = re.compile(r";[ \t]*\r?\n|\n(?=(?:INSERT|REPLACE|CREATE|DROP|UNLOCK|LOCK)\s)", re.IGNORECASE)
_FIRST_WORD = re.compile(r"\w+")
_UNESCAPED = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
_ESCAPE = re.compile(r"\\(.)|''", re.DOTALL)
_ESCAPE_DOUBLE = re.compile(r"\\(.)|\"\"", re.DOTALL)
_COLUMN = re.compile(rf"\s*(?P<name>{_NAME})\s")
_NO_COLUMNS = frozenset(
    ["PRIMARY", "KEY", "UNIQUE", "INDEX", "CONSTRAINT", "FULLTEXT", "SPATIAL", "CHECK", "FOREIGN"]
)  # fmt: skip


class _Text:
    """The text of a dump from the place that was read so far."""

    def __init__(self, pieces: Iterator[str], step: int):
        self._pieces, self._step, self.buffer, self.at, self.before, self.ended = (
            pieces,
            step,
            "",
            0,
            0,
            False,
        )

    @property
    def offset(self) -> int:
        return self.before + self.at

    def grow(self) -> bool:
        """Read on: as much again as waits, so that a long value is looked at a few times only. False at the end."""
        wanted, parts = max(self._step, len(self.buffer) - self.at), [self.buffer[self.at :]]
        while wanted > 0 and not self.ended:
            piece = next(self._pieces, None)
            if piece is None:
                self.ended = True
            else:
                parts.append(piece)
                wanted -= len(piece)
        grown = len(parts) > 1
        self.before, self.at, self.buffer = self.before + self.at, 0, "".join(parts)
        return grown

    def match(self, pattern: Matcher, longest: int = LONGEST_VALUE) -> re.Match | None:
        """What a pattern matches here, which may have to be read on for; None where it isn't here, or takes more than `longest` characters."""
        while (found := pattern(self.buffer, self.at)) is None:
            if len(self.buffer) - self.at > longest or not self.grow():
                return None
        self.at = found.end()
        return found

    def skip(self) -> bool:
        """Over blanks and comments. False at the end."""
        while True:
            self.at = _BETWEEN_STATEMENTS.match(self.buffer, self.at).end()  # type: ignore[union-attr]
            # What begins here may be a comment whose end was not read yet.
            if len(self.buffer) - self.at > PIECE or not self.grow():
                break
        return self.at < len(self.buffer)

    def resume(self) -> None:
        """Go on behind what can't be read: at the next line that begins a statement."""
        self.at = min(self.at + 1, len(self.buffer))
        while (found := _RESUME.search(self.buffer, self.at)) is None:
            self.at = max(len(self.buffer) - 20, self.at)
            if not self.grow():
                self.at = len(self.buffer)
                return
        self.at = found.end()


def read_dump(
    pieces: Iterable[str], wanted: Callable[[str], bool] = lambda table: True, step: int = PIECE
) -> Iterator[TableColumns | TableRow | DumpFault]:
    """The definitions of all tables, the rows of those that are `wanted`, and what could not be read, in their order. `step`:
    characters that are read at once."""
    text = _Text(iter(pieces), step)
    while text.skip():
        if (first := _FIRST_WORD.match(text.buffer, text.at)) is None:
            yield from _skip_statement(text)
        elif first[0].upper() in ("INSERT", "REPLACE"):
            yield from _insert(text, wanted)
        elif first[0].upper() == "CREATE" and (found := _CREATE.match(text.buffer, text.at)):
            yield from _create(text, found)
        else:
            yield from _skip_statement(text)


def _skip_statement(text: _Text, table: str = "") -> Iterator[DumpFault]:
    """Over the rest of a statement, piece by piece."""
    while True:
        start = text.at
        text.at = _WITHIN.match(text.buffer, start).end()  # type: ignore[union-attr]
        if text.at < len(text.buffer) and text.buffer[text.at] == ";":
            text.at += 1
            return
        if text.at == start and len(text.buffer) - text.at > LONGEST_VALUE:
            yield DumpFault(table, text.offset, "有一处引号或注释没有结束，跳过了这条语句。")
            text.resume()
            return
        if not text.grow():
            if text.at < len(text.buffer) and table:
                yield DumpFault(table, text.offset, "文件不完整：最后一条语句没有结束。")
            text.at = len(text.buffer)
            return


def _create(text: _Text, found: re.Match) -> Iterator[TableColumns | DumpFault]:
    table = _bare(found["table"])
    while (body := _WITHIN.match(text.buffer, found.end())) is None or body.end() == len(text.buffer):
        grown = text.grow()
        found = _CREATE.match(text.buffer, text.at) or found
        if not grown or len(text.buffer) > LONGEST_DEFINITION + 2 * PIECE:
            break
    definition = text.buffer[found.end() : body.end() if body else None][:LONGEST_DEFINITION]
    yield TableColumns(table, tuple(_columns_of(definition)))
    yield from _skip_statement(text)


def _columns_of(definition: str) -> Iterator[str]:
    """The names of columns in what stands behind the bracket of CREATE TABLE."""
    for number, part in enumerate(_parts(definition)):
        name = _COLUMN.match(f"{part} ")
        if (
            number < MOST_COLUMNS
            and name
            and (name["name"][0] in '`"' or name["name"].upper() not in _NO_COLUMNS)
        ):
            yield _bare(name["name"])


def _parts(definition: str) -> Iterator[str]:
    """The parts between the commas of the outermost bracket, which is open already."""
    depth, start = 0, 0
    for token in re.finditer(rf"{_STRING}|`[^`]*`|[(),]", definition, re.DOTALL):
        if token[0] == "(":
            depth += 1
        elif (token[0] == ")" and depth == 0) or (token[0] == "," and depth == 0):
            yield definition[start : token.start()]
            start = token.end()
            if token[0] == ")":
                return
        elif token[0] == ")":
            depth -= 1


def _insert(text: _Text, wanted: Callable[[str], bool]) -> Iterator[TableRow | DumpFault]:
    start = text.offset
    head = text.match(_INSERT.match, PIECE)
    if head is None:
        yield from _skip_statement(text)
        return
    table = _bare(head["table"])
    if not wanted(table):
        yield from _skip_statement(text, table)
        return
    columns = tuple(_bare(name) for name in re.findall(_NAME, head["columns"] or ""))
    while True:
        row = _row(text)
        if row is None or (columns and len(row) != len(columns)):
            yield DumpFault(
                table, text.offset, f"表 {table} 有一行数据没有读懂（语句始于第 {start} 个字符）。"
            )
            if row is None:
                text.resume()
                return
        else:
            yield TableRow(table, columns, row)
        end = text.match(_NEXT_ROW.match, PIECE)
        if end is None:
            if text.skip():
                yield DumpFault(table, text.offset, f"表 {table} 的数据之后有读不懂的内容。")
                text.resume()
            return
        if end["end"] != ",":
            if end["end"] == "":  # ON DUPLICATE KEY UPDATE …, or a statement without its end
                yield from _after_rows(text, table)
            return


def _after_rows(text: _Text, table: str) -> Iterator[DumpFault]:
    word = _FIRST_WORD.match(text.buffer, text.at)
    if word and word[0].upper() in ("ON", "AS"):
        yield from _skip_statement(text, table)


def _row(text: _Text) -> tuple[Value, ...] | None:
    """The values in the brackets that stand here; None where that is not to be read."""
    if text.match(_ROW_BEGINS.match, PIECE) is None:
        return None
    values: list[Value] = []
    while True:
        found = text.match(_VALUE.match)
        if found is None or len(values) == MOST_COLUMNS:
            return None
        values.append(_value(found))
        if found["end"] == ")":
            return tuple(values)


def _value(found: re.Match) -> Value:
    if (quoted := found["string"]) is not None:
        return unquoted(quoted)
    digits = found["hex"] if found["hex"] is not None else found["quoted_hex"]
    if digits is not None:
        return bytes.fromhex(digits if len(digits) % 2 == 0 else f"0{digits}")
    return None if found["plain"].upper() == "NULL" else found["plain"]


def unquoted(quoted: str) -> str:
    """What a quoted string says (MySQL Reference Manual, table 9.1)."""
    inner = quoted[1:-1]
    if "\\" not in inner and quoted[0] not in inner:
        return inner
    pattern = _ESCAPE if quoted[0] == "'" else _ESCAPE_DOUBLE
    return pattern.sub(lambda found: _UNESCAPED.get(found[1], found[1]) if found[1] else quoted[0], inner)


def _bare(name: str) -> str:
    """A name without its quotes."""
    return name[1:-1].replace("``", "`") if name[:1] in ("`", '"') else name


def named(rows: Iterator[TableColumns | TableRow | DumpFault]) -> Iterator[tuple[TableRow, dict[str, Value]]]:
    """Each row with its values by their columns, those of the statement or of the definition before it."""
    known: dict[str, tuple[str, ...]] = {}
    for one in rows:
        if isinstance(one, TableColumns):
            known[one.table] = one.columns
        elif isinstance(one, TableRow):
            columns = one.columns or known.get(one.table, ())
            yield one, dict(zip(columns, one.values, strict=False))
