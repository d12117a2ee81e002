"""A sheet on paper: PDF (ISO 32000) by reportlab, in the Chinese font that PDF readers bring (Adobe-GB1), A4."""

import io
from collections.abc import Iterator
from html import escape
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from meiri.review.review_sheets import ReviewSheet
from meiri.review.sheet_fields import SheetTable, tables_of

FONT = "STSong-Light"
MARGIN = 18 * mm
TEXT = ParagraphStyle("text", fontName=FONT, fontSize=9, leading=13, wordWrap="CJK")
NUMBER = ParagraphStyle("number", parent=TEXT, alignment=1)
HEADING = ParagraphStyle("heading", parent=TEXT, fontSize=12, leading=18, spaceBefore=8, spaceAfter=2)
TITLE = ParagraphStyle("title", parent=TEXT, fontSize=18, leading=28, alignment=1)
# What reportlab leaves free at each side of what stands on a page.
FRAME_PADDING = 6
# Tables of so many rows are not broken between pages.
MOST_TOGETHER = 8
GRID = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]
)


def pdf_of(document: dict[str, Any], sheet: ReviewSheet) -> bytes:
    """The sheet as a PDF file; `document` is what it holds."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    number = document["number"]
    page = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        title=f"审稿单 {number}", lang="zh-CN", invariant=1,
    )  # fmt: skip

    def foot(canvas, _) -> None:
        canvas.setFont(FONT, 8)
        canvas.drawString(MARGIN + FRAME_PADDING, 10 * mm, f"审稿单 {number} · SHA-256 {sheet.digest}")
        canvas.drawRightString(A4[0] - MARGIN - FRAME_PADDING, 10 * mm, str(canvas.getPageNumber()))

    width = page.width - 2 * FRAME_PADDING
    page.build(
        [*_flow(document, width), KeepTogether([*_seal(sheet)])],
        onFirstPage=foot,
        onLaterPages=foot,
    )
    return out.getvalue()


def _flow(document: dict[str, Any], width: float) -> Iterator[Flowable]:
    yield Paragraph("审 稿 单", TITLE)
    yield Paragraph(f"编号 {escape(document['number'])}", NUMBER)
    for table in tables_of(document):
        part = [Paragraph(escape(table.heading), HEADING), _table(table, width)]
        if len(table.rows) <= MOST_TOGETHER:
            yield KeepTogether(part)
        else:
            yield from part


def _table(table: SheetTable, width: float) -> Table:
    shares = table.shares or tuple(1 for _ in table.rows[0])
    rows = [[_cell(text) for text in row] for row in ([table.columns] if table.columns else []) + table.rows]
    laid = Table(
        rows, colWidths=[width * share / sum(shares) for share in shares], repeatRows=bool(table.columns)
    )
    laid.setStyle(GRID)
    # The names of columns, or of values, apart from what they name.
    names = ((0, 0), (-1, 0)) if table.columns else ((0, 0), (0, -1))
    laid.setStyle(TableStyle([("BACKGROUND", *names, colors.whitesmoke)]))
    return laid


def _cell(text: str) -> Paragraph:
    # A row can't be broken between pages: what is longer than a page would hold is cut, the file has all of it.
    shown = text if len(text) <= 1200 else text[:1200] + "……（全文见数据文件）"
    return Paragraph(escape(shown).replace("\n", "<br/>"), TEXT)


def _seal(sheet: ReviewSheet) -> Iterator[Flowable]:
    yield Spacer(1, 6 * mm)
    yield Paragraph(f"SHA-256：{sheet.digest}", TEXT)
    yield Paragraph(f"签名（Ed25519）：{escape(sheet.signature)}", TEXT)
    if sheet.sm2_signature:
        yield Paragraph(f"国密签名（SM2，SM3）：{escape(sheet.sm2_in_base64)}", TEXT)
