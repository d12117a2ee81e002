"""An issue of the magazine on paper: PDF (ISO 32000) by reportlab, in the Chinese font that PDF readers bring (Adobe-GB1), with a table
of contents and bookmarks."""

import io
from collections.abc import Iterator
from html import escape

from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Image, PageBreak, Paragraph, SimpleDocTemplate, Spacer

from meiri.fronts.issue_contents import Issue, IssuePart, IssuePiece

FONT = "STSong-Light"
MARGIN = 15 * mm
# What reportlab leaves free at each side of what stands on a page.
FRAME_PADDING = 6
TEXT = ParagraphStyle(
    "text", fontName=FONT, fontSize=10.5, leading=18, wordWrap="CJK", firstLineIndent=21, spaceAfter=4
)
PLAIN = ParagraphStyle("plain", parent=TEXT, firstLineIndent=0)
QUOTE = ParagraphStyle("quote", parent=PLAIN, leftIndent=14)
ITEM = ParagraphStyle("item", parent=PLAIN, leftIndent=10)
HEADING = ParagraphStyle("heading", parent=PLAIN, fontSize=13, leading=22, spaceBefore=8)
TITLE = ParagraphStyle("title", parent=PLAIN, fontSize=19, leading=28, spaceAfter=6)
SMALL = ParagraphStyle("small", parent=PLAIN, fontSize=8.5, leading=13)
STYLES = {"text": TEXT, "quote": QUOTE, "item": ITEM, "heading": HEADING}


def pdf_of(issue: Issue) -> bytes:
    """The issue as a PDF file; the same issue gives the same bytes."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A5, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN + 5 * mm,
        title=f"{issue.title} {issue.number}", author=issue.site, lang="zh-CN", invariant=1,
    )  # fmt: skip

    def foot(canvas, _) -> None:
        canvas.setFont(FONT, 7.5)
        canvas.drawString(MARGIN, 9 * mm, f"{issue.site} {issue.title} {issue.number}"[:60])
        canvas.drawRightString(A5[0] - MARGIN, 9 * mm, str(canvas.getPageNumber()))

    size = document.width - 2 * FRAME_PADDING, document.height - 2 * FRAME_PADDING
    document.build(list(_flow(issue, size)), onLaterPages=foot)
    return out.getvalue()


class Bookmark(Flowable):
    """A place without size that the outline of the file, and the table of contents, lead to."""

    def __init__(self, key: str, title: str):
        super().__init__()
        self.key, self.title = key, title

    def wrap(self, *_):
        return 0, 0

    def draw(self):
        self.canv.bookmarkPage(self.key)
        self.canv.addOutlineEntry(self.title, self.key)


def _flow(issue: Issue, size: tuple[float, float]) -> Iterator[Flowable]:
    if issue.cover:
        yield _picture(issue.cover, size[0], size[1] - 4 * TITLE.leading)
    yield Paragraph(escape(issue.title), TITLE)
    yield Paragraph(escape(issue.number), PLAIN)
    yield PageBreak()
    if issue.words:
        yield Paragraph("卷首语", HEADING)
        for line in issue.words.splitlines():
            if line.strip():
                yield Paragraph(escape(line.strip()), TEXT)
    yield Paragraph("目录", HEADING)
    for piece in issue.pieces:
        by = f"　{escape(piece.author)}" if piece.author else ""
        yield Paragraph(f'<a href="#p{piece.number}">{escape(piece.title)}</a>{by}', PLAIN)
    yield Spacer(0, 8)
    yield Paragraph(escape(issue.address), SMALL)
    for piece in issue.pieces:
        yield PageBreak()
        yield from _piece(piece, size)


def _piece(piece: IssuePiece, size: tuple[float, float]) -> Iterator[Flowable]:
    yield Bookmark(f"p{piece.number}", piece.title)
    yield Paragraph(escape(piece.section), SMALL)
    yield Paragraph(escape(piece.title), TITLE)
    if piece.author:
        yield Paragraph(escape(piece.author), SMALL)
    if piece.summary:
        yield Paragraph(escape(piece.summary), QUOTE)
    yield Spacer(0, 6)
    for part in piece.parts:
        yield from _part(part, size)


def _part(part: IssuePart, size: tuple[float, float]) -> Iterator[Flowable]:
    if part.kind != "picture":
        mark = "· " if part.kind == "item" else ""
        yield Paragraph(mark + escape(part.text), STYLES[part.kind])
        return
    yield _picture(part.picture, size[0], size[1] / 2)
    if part.text:
        yield Paragraph(escape(part.text), SMALL)


def _picture(content: bytes, width: float, height: float) -> Image:
    """As large as fits into `width` and `height`, in points."""
    wide, high = ImageReader(io.BytesIO(content)).getSize()
    scale = min(width / wide, height / high)
    return Image(io.BytesIO(content), wide * scale, high * scale)
