"""The word lists and the register of names as CSV, out and in again.

A file has a head line with the names of its columns in Chinese, is UTF-8 (with or without a mark at its beginning) or GB 18030,
and holds at most `MOST_ROWS` rows. It is taken whole or not at all.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction

from meiri.csv_cells import csv_lines, decode_csv, unguarded
from meiri.proofing.models import RegisteredKind, RegisteredName, StyleWord, WordLevel

MOST_ROWS = 20_000
LARGEST_FILE = 8 << 20
# So many faulty lines are told of.
MOST_FAULTS = 20
_NO = ("否", "0", "停用", "no", "false")


class CsvFault(ValueError):
    """The file can't be taken; its text says why, for editors."""


@dataclass(frozen=True)
class CsvOutcome:
    """What became of a file."""

    added: int
    changed: int
    same: int


class CsvTable:
    """One kind of rows as CSV: subclasses say which columns there are and what identifies a row."""

    model: ClassVar[type[models.Model]]
    columns: ClassVar[Mapping[str, str]]  # head -> field
    key: ClassVar[tuple[str, ...]]
    needed: ClassVar[tuple[str, ...]]
    choices: ClassVar[Mapping[str, type[models.TextChoices]]] = {}
    dates: ClassVar[frozenset[str]] = frozenset()
    flags: ClassVar[frozenset[str]] = frozenset()

    def write(self, rows: Iterable[models.Model]) -> Iterator[str]:
        """The lines of the file, head first."""
        cells = ([self._cell(row, name) for name in self.columns.values()] for row in rows)
        return csv_lines(chain([self.columns], cells))

    def _cell(self, row: models.Model, name: str) -> str:
        value = getattr(row, name)
        if name in self.choices:
            return str(self.choices[name](value).label)
        if name in self.flags:
            return "是" if value else "否"
        return "" if value is None else str(value)

    @transaction.atomic
    def read(self, data: bytes) -> CsvOutcome:
        """Store the rows of a file: those that are there are changed, others added, none deleted. Raises `CsvFault`."""
        lines = self._lines(data)
        known = {self._key_of(row): row for row in self.model._default_manager.all()[: MOST_ROWS + 1]}
        faults: list[str] = []
        added = changed = same = 0
        for number, line in lines:
            try:
                values = self._values(line)
                key = tuple(values.get(name) for name in self.key)
                row = known.get(key) or self.model(**dict(zip(self.key, key, strict=True)))
                before = {name: getattr(row, name) for name in values}
                for name, value in values.items():
                    setattr(row, name, value)
                row.full_clean()
            except ValidationError as error:
                faults.append(f"第 {number} 行：{' '.join(error.messages)}")
                if len(faults) >= MOST_FAULTS:
                    break
                continue
            if row.pk and before == values:
                same += 1
                continue
            added, changed = (added, changed + 1) if row.pk else (added + 1, changed)
            row.save()
            known[key] = row
        if faults:
            raise CsvFault("文件没有导入。" + "；".join(faults))
        if len(known) > MOST_ROWS:
            raise CsvFault(f"加上这个文件超过 {MOST_ROWS} 条，没有导入。")
        return CsvOutcome(added, changed, same)

    def _key_of(self, row: models.Model) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in self.key)

    def _lines(self, data: bytes) -> list[tuple[int, dict[str, str]]]:
        if len(data) > LARGEST_FILE:
            raise CsvFault(f"文件超过 {LARGEST_FILE >> 20} MB。")
        text = decode_csv(data)
        if text is None:
            raise CsvFault("看不懂文件的编码，请存成 UTF-8 的 CSV。")
        try:
            rows = list(csv.reader(io.StringIO(text), strict=True))[: MOST_ROWS + 2]
        except csv.Error as error:
            raise CsvFault(f"这不是 CSV 文件：{error}。") from None
        head = [cell.strip() for cell in rows[0]] if rows else []
        missing = [name for name in self.needed if name not in head]
        if missing:
            raise CsvFault(f"第一行须有“{'”“'.join(missing)}”。可以先导出一份，照着填写。")
        if len(rows) > MOST_ROWS + 1:
            raise CsvFault(f"一个文件至多 {MOST_ROWS} 行，请分成几个。")
        return [
            (number, dict(zip(head, cells, strict=False)))
            for number, cells in enumerate(rows[1:], 2)
            if any(cell.strip() for cell in cells)
        ]

    def _values(self, line: Mapping[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for head, name in self.columns.items():
            if head not in line:
                continue
            text = unguarded(line[head].strip())
            if name in self.choices:
                values[name] = _choice(self.choices[name], head, text)
            elif name in self.dates:
                values[name] = _date(head, text)
            elif name in self.flags:
                values[name] = text.lower() not in _NO
            else:
                values[name] = text
        return values


class WordsCsv(CsvTable):
    model = StyleWord
    columns = {
        "词语": "word", "级别": "level", "原因": "reason", "改用": "replacement", "例外": "stands_in", "词表": "word_list",
        "启用": "active",
    }  # fmt: skip
    key = ("word",)
    needed = ("词语", "级别", "原因")
    choices = {"level": WordLevel}
    flags = frozenset({"active"})


class NamesCsv(CsvTable):
    model = RegisteredName
    columns = {
        "类别": "kind", "姓名或名称": "name", "职务": "title", "任职起": "since", "任职止": "until", "常见误写": "wrong",
        "依据": "note",
    }  # fmt: skip
    key = ("name", "title", "since")
    needed = ("姓名或名称",)
    choices = {"kind": RegisteredKind}
    dates = frozenset({"since", "until"})

    def _values(self, line):
        return {"title": "", "since": None} | super()._values(line)


def _choice(choices: type[models.TextChoices], head: str, text: str) -> str:
    for one in choices:
        if text in (one.label, one.value):
            return one.value
    if not text and head == "类别":
        return choices.values[0]
    raise ValidationError(f"“{head}”须是{'、'.join(map(str, choices.labels))}。")


def _date(head: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise ValidationError(f"“{head}”请写成 2026-01-31 的样子。") from None
