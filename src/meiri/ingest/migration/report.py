"""What of an archive did not come in, or not whole, as CSV for a spreadsheet."""

from collections.abc import Iterator
from typing import Any, TextIO

from django.db.models import Q

from meiri.csv_cells import csv_lines
from meiri.ingest.models import MovedPost, MoveIn, PostFate

COLUMNS = ("旧编号", "标题", "结果", "原因", "稿件编号")


def report_rows(move: MoveIn) -> Iterator[tuple[Any, ...]]:
    """A row for each post that was refused, that was here already, or that came in with something to look at; and for what of the files
    could not be read."""
    yield COLUMNS
    told = MovedPost.objects.filter(move=move).filter(~Q(fate=PostFate.IMPORTED) | ~Q(reason=""))
    for fate in told.order_by("pk").iterator(chunk_size=500):
        reason = "；".join(fate.reason.splitlines())
        yield fate.key, fate.title, fate.get_fate_display(), reason, fate.article_id
    for fault in move.faults:
        yield "", "", "没有读懂", fault, ""


def write_report(move: MoveIn, out: TextIO) -> None:
    out.writelines(csv_lines(report_rows(move)))
