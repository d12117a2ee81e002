"""A chart drawn from a table (图表). Readers can open the table behind it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from lxml.html import HtmlElement
from wagtail import blocks

from meiri.media.models import Picture
from meiri.newsroom.body.block import BlockText, ReadBlock, StructBodyBlock, TextEditor, escaped
from meiri.newsroom.body.stored_words import StoredWords, Together, Within, struct_of
from meiri.newsroom.body.table import ArticleTableBlock, rows_of

MOST_ROWS, MOST_SERIES = 40, 4
_NUMBER = re.compile(r"[-−+]?\d[\d,，]*(?:\.\d+)?")
_CAPTION = re.compile(
    r"(?P<kind>柱状图|折线图)：(?P<title>.*?)(?:（单位：(?P<unit>[^（）]*)）)?(?:　资料来源：(?P<source>.*))?"
)


class ChartKind(TextChoices):
    BARS = "bars", "柱状图"
    LINES = "lines", "折线图"


@dataclass(frozen=True)
class ChartData:
    """The rows of a table as they are drawn: the label of each, and its numbers in each series, None where there is none."""

    series: list[str]
    labels: list[str]
    numbers: list[list[float | None]]


class ChartBlock(StructBodyBlock):
    elements = frozenset({"figure"})
    measure = "幅"
    texts = (
        BlockText("title", "图表标题", is_compared=True),
        BlockText("unit", "单位", is_plain_text=False, is_tidied=False),
        BlockText("source", "资料来源", is_tidied=False),
    )

    title = blocks.CharBlock(label="标题", max_length=60)
    kind = blocks.ChoiceBlock(label="图形", choices=ChartKind.choices, default=ChartKind.BARS)
    unit = blocks.CharBlock(label="单位", required=False, max_length=20)
    source = blocks.CharBlock(label="资料来源", required=False, max_length=80)
    data = ArticleTableBlock(
        label="数据",
        help_text=f"第一行是各组数据的名称，第一列是年份、地区等；最多 {MOST_SERIES} 组、{MOST_ROWS} 行。",
    )

    def clean(self, value):
        value = super().clean(value)
        data = read_data(value["data"])
        if not any(number is not None for row in data.numbers for number in row):
            problem = "表里没有可以画的数字：从第二行、第二列起填数字。"
        elif len(data.labels) > MOST_ROWS or len(data.series) > MOST_SERIES:
            problem = f"最多画 {MOST_SERIES} 组、{MOST_ROWS} 行数据，多的请另画一幅。"
        else:
            return value
        raise blocks.StructBlockValidationError({"data": ValidationError(problem)})

    def stored_words(self) -> StoredWords:
        return Together((super().stored_words(), Within("data", self._table.stored_words())))

    def compared_text(self, stored: Any) -> Iterator[str]:
        yield from super().compared_text(stored)
        yield from self._table.compared_text(struct_of(stored).get("data"))

    def edit_texts(self, stored: Any, editor: TextEditor) -> Any:
        edited = super().edit_texts(stored, editor)
        table = struct_of(edited).get("data")
        return {**edited, "data": self._table.edit_texts(table, editor)} if table else edited

    def html(self, value: Any) -> str:
        unit = f"（单位：{value['unit']}）" if value["unit"] else ""
        source = f"　资料来源：{value['source']}" if value["source"] else ""
        caption = f"{ChartKind(value['kind']).label}：{value['title']}{unit}{source}"
        return f"<figure>{self._table.html(value['data'] or {})}<figcaption>{escaped(caption)}</figcaption></figure>"

    def from_element(self, element: HtmlElement, pictures: Mapping[str, Picture]) -> ReadBlock | None:
        table, caption = element.find("table"), element.find("figcaption")
        found = _CAPTION.fullmatch("".join(caption.itertext()).strip()) if caption is not None else None
        if table is None or not found:
            return None
        kind = next(kind for kind in ChartKind if kind.label == found["kind"])
        parts = {"title": found["title"], "kind": kind.value, "unit": found["unit"] or ""}
        data = self._table.from_element(table, pictures).stored
        return ReadBlock({**parts, "source": words_of_source(found["source"]), "data": data})

    @property
    def _table(self) -> ArticleTableBlock:
        return self.child_blocks["data"]

    class Meta:
        icon = "order"
        label = "图表"


def words_of_source(source: str | None) -> str:
    return " ".join((source or "").split())


def read_data(table: Any) -> ChartData:
    """The data of a stored table: its first row names the series, its first column the rows."""
    head, *rows = rows_of(table) or [[]]
    width = len(head) - 1
    return ChartData(
        [str(name or "") for name in head[1:]],
        [str(row[0] or "") if row else "" for row in rows],
        [[number_of(cell) for cell in row[1:]] + [None] * (width - len(row[1:])) for row in rows],
    )


def number_of(cell: Any) -> float | None:
    """The number that a cell begins with, 12,345.6 or 3%; None where it begins with none."""
    found = _NUMBER.match(str(cell if cell is not None else "").strip())
    return float(re.sub("[,，]", "", found[0]).replace("−", "-")) if found else None
