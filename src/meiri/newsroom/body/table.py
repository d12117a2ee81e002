"""A table of data (表格)."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from lxml.html import HtmlElement
from wagtail.contrib.table_block.blocks import TableBlock

from meiri.journal.content_keys import ContentKey
from meiri.media.models import Picture
from meiri.newsroom.body.block import (
    BlockText,
    BodyBlock,
    PastedPart,
    ReadBlock,
    TextEditor,
    words_of,
)
from meiri.newsroom.body.stored_words import Rows, struct_of

MOST_COLUMNS_OF_CELL = 60
# What the table's menu says: its editor is not translated, and has no Chinese.
TABLE_MENU = {
    "row_above": {"name": "在上方插入行"},
    "row_below": {"name": "在下方插入行"},
    "between_rows_and_columns": "---------",
    "col_left": {"name": "在左侧插入列"},
    "col_right": {"name": "在右侧插入列"},
    "before_removing": "---------",
    "remove_row": {"name": "删除行"},
    "remove_col": {"name": "删除列"},
    "before_undoing": "---------",
    "undo": {"name": "撤销"},
    "redo": {"name": "重做"},
}
_CAPTION = BlockText("table_caption", "表格标题")
_CELL = BlockText("data", "表格")


class ArticleTableBlock(BodyBlock, TableBlock):
    # The menu is no matter of the database.
    migrated_as = "wagtail.contrib.table_block.blocks.TableBlock"
    elements = frozenset({"table"})

    def get_table_options(self, table_options=None):
        return super().get_table_options(table_options) | {
            "language": "en-US",
            "contextMenu": {"items": TABLE_MENU},
        }

    def stored_words(self) -> Rows:
        return Rows("data")

    def compared_text(self, stored: Any) -> Iterator[str]:
        return ("　".join(str(cell or "") for cell in row) for row in rows_of(stored))

    def edit_texts(self, stored: Any, editor: TextEditor) -> Any:
        if not struct_of(stored):
            return stored
        caption = stored.get("table_caption")
        shown = {"table_caption": editor.edit_text(_CAPTION, caption)} if isinstance(caption, str) else {}
        rows = [
            [editor.edit_text(_CELL, cell) if isinstance(cell, str) else cell for cell in row]
            for row in rows_of(stored)
        ]
        return {**stored, **shown, "data": rows}

    def content_keys(self, stored: Any) -> Iterator[ContentKey]:
        yield from ()

    def html(self, value: Any) -> str:
        rows = []
        for number, row in enumerate(rows_of(value)):
            tag = "th" if number == 0 and value.get("first_row_is_table_header") else "td"
            cells = "".join(f"<{tag}>{escape(str(cell or ''), quote=False)}</{tag}>" for cell in row)
            rows.append(f"<tr>{cells}</tr>")
        caption = value.get("table_caption") or ""
        head = f"<caption>{escape(caption, quote=False)}</caption>" if caption else ""
        return f"<table>{head}<tbody>{''.join(rows)}</tbody></table>"

    def from_element(self, element: HtmlElement, pictures: Mapping[str, Picture]) -> ReadBlock:
        rows = []
        for tr in element.iter("tr"):
            row: list[str] = []
            for cell in tr.iter("td", "th"):
                wide = min(MOST_COLUMNS_OF_CELL, int(cell.get("colspan") or 1))
                row += [words_of(cell), *[""] * (wide - 1)]
            rows.append(row)
        width = max((len(row) for row in rows), default=0)
        first, caption = next(element.iter("tr"), None), element.find("caption")
        return ReadBlock(
            self.of_rows(
                [row + [""] * (width - len(row)) for row in rows],
                is_headed=first is not None and first.find("th") is not None,
                caption=words_of(caption) if caption is not None else "",
            )
        )

    def from_markdown(self, part: str) -> dict[str, Any] | None:
        if not part.startswith("|"):
            return None
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in part.splitlines()]
        return self.of_rows([row for row in rows if not all(set(cell) <= set("-: ") for cell in row)], True)

    def from_paste(self, part: PastedPart) -> dict[str, Any]:
        return self.of_rows(part.rows, part.headed, part.caption)

    @staticmethod
    def of_rows(rows: list[list[str]], is_headed: bool, caption: str = "") -> dict[str, Any]:
        """What is stored for a table of `rows`, all of one length. `is_headed`: the first row names the columns."""
        return {
            "data": rows,
            "cell": [],
            "mergeCells": [],
            "table_caption": caption,
            "first_row_is_table_header": is_headed,
            "first_col_is_header": False,
            "table_header_choice": "row" if is_headed else "neither",
        }


def rows_of(stored: Any) -> list[list[Any]]:
    return struct_of(stored).get("data") or []
