"""A PDF with a text layer (ISO 32000) to an article: its lines, as they stand on pages, joined to paragraphs."""

import re
from collections import Counter, defaultdict
from html import escape
from itertools import pairwise
from statistics import median

from pdfminer.pdfdocument import PDFPasswordIncorrect

from meiri.ingest.document_markup import article_of_markup
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.pdf_lines import SHORT, PdfLine, lines_of

# The share of pages at whose head or foot a running head stands.
REPEATED = 0.4
# How much larger than the text's letters those of a headline and of a heading are.
TITLE_SIZE, HEADING_SIZE, SAME_SIZE = 1.25, 1.1, 0.08
LONGEST_HEADING = 60
# Where paragraphs are indented, a line that is not goes on though the one above ends this many times earlier.
INDENTED_SHORT = 3
# A line that begins farther to the right than this stands by itself.
CENTRED = 4
# More than this share of glyphs without a character, and the text is not readable.
UNKNOWN_GLYPHS = 0.05
_NUMBER = re.compile(
    r"[-—–·\s]{0,6}第?\s?\d{1,4}\s?[页頁]?(?:\s?[/／共,，]\s?共?\s?\d{1,4}\s?[页頁]?)?[-—–·\s]{0,6}"
)
_END = re.compile(r"[。！？!?…：:.”’」』）)]$")
_ITEM = re.compile("[•●▪■◦‣·\uf0b7\uf0a7\uf06c\uf0d8][ \u3000]{0,8}")
_UNKNOWN = re.compile(r"\(cid:\d{1,6}\)")
_WORD = re.compile(r"[A-Za-z0-9\u00c0-\u024f\u0370-\u1fff\uac00-\ud7af,.;:!?%)\]’”'\"-]")


def read_pdf(data: bytes) -> ParsedArticle:
    """The article in a PDF. Raises `Unreadable`, with what to do instead where it holds no text."""
    try:
        lines, pages, pictures = lines_of(data)
    except PDFPasswordIncorrect as error:
        raise Unreadable("这份 PDF 设了密码，请去掉密码后再导入。") from error
    except (Unreadable, MemoryError):
        raise
    except Exception as error:  # pdfminer raises whatever a broken file makes it trip over
        raise Unreadable("这份 PDF 文件已损坏，无法读取。") from error
    letters = "".join(line.text for line in lines)
    if not letters.strip():
        raise Unreadable("这份 PDF 里没有文字（多半是扫描件），请用文字识别软件转成 Word 文件后再导入。")
    if len(_UNKNOWN.findall(letters)) > UNKNOWN_GLYPHS * len(_UNKNOWN.sub("x", letters)):
        raise Unreadable("这份 PDF 里的字体没有说明是哪些字，读不出文字。请改用 Word 文件（.docx）导入。")
    lines = _without_running_heads(lines, pages)
    if not lines:
        raise Unreadable("这份 PDF 里除页眉页脚外没有文字。")
    article = article_of_markup(_markup_of(lines))
    if pictures:
        article.warnings.append(f"PDF 里有 {pictures} 张图片没有收入，请另行上传。")
    return article


def _without_running_heads(lines: list[PdfLine], pages: int) -> list[PdfLine]:
    """`lines` without the numbers of pages, and without what stands at the head or foot of several, numbers in it aside."""
    on_pages: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        if line.in_margin:
            on_pages[_pattern_of(line)].add(line.page)
    fewest, usual = max(2, REPEATED * pages), _usual_size(lines)
    return [
        line
        for line in lines
        if not line.in_margin
        or (line.page == 1 and line.size > TITLE_SIZE * usual)
        or not (_NUMBER.fullmatch(line.text) or len(on_pages[_pattern_of(line)]) >= fewest)
    ]


def _pattern_of(line: PdfLine) -> str:
    return re.sub(r"\d+", "0", "".join(line.text.split()))


def _usual_size(lines: list[PdfLine]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0]


def _markup_of(lines: list[PdfLine]) -> str:
    usual, leading = _usual_size(lines), _leading(lines)
    title = _title_of(lines, usual)
    has_indents = sum(line.is_indented for line in lines) >= 2
    paragraphs: list[tuple[str, str]] = []
    before: PdfLine | None = None
    for number, line in enumerate(lines):
        kind = "h1" if number in title else "p"
        if kind == "p" and line.size > HEADING_SIZE * usual and len(line.text) <= LONGEST_HEADING:
            kind = "h2"
        item = _ITEM.match(line.text) if kind == "p" else None
        if (
            before
            and kind in (paragraphs[-1][0], "p")
            and not item
            and _goes_on(before, line, leading, has_indents, paragraphs[-1][0])
        ):
            paragraphs[-1] = (paragraphs[-1][0], joined(paragraphs[-1][1], line.text))
        else:
            text = line.text[item.end() :] if item else line.text
            paragraphs.append(("li" if item else kind, text.strip(" \u3000")))
        before = line
    elements = (_element(kind, _UNKNOWN.sub("〓", text)) for kind, text in paragraphs if text)
    return "".join(elements).replace("</ul><ul>", "")


def _element(kind: str, text: str) -> str:
    inner = f"<{kind}>{escape(text)}</{kind}>"
    return f"<ul>{inner}</ul>" if kind == "li" else inner


def _title_of(lines: list[PdfLine], usual: float) -> range:
    """The numbers of the lines of the headline: the first of the largest letters on the first page, with no text above them."""
    largest = max(line.size for line in lines if line.page == lines[0].page)
    if largest <= TITLE_SIZE * usual:
        return range(0)
    first = next(n for n, line in enumerate(lines) if line.size > (1 - SAME_SIZE) * largest)
    if any(_END.search(line.text) for line in lines[:first]):
        return range(0)
    end = first + 1
    while (
        end < len(lines)
        and lines[end].page == lines[first].page
        and abs(lines[end].size - largest) < SAME_SIZE * largest
    ):
        end += 1
    return range(first, end)


def _leading(lines: list[PdfLine]) -> float:
    """From one line of a paragraph to the next, in points."""
    steps = [a.y0 - b.y0 for a, b in pairwise(lines) if a.page == b.page and 0 < a.y0 - b.y0 < 3 * a.size]
    return median(steps) if steps else 0


def _goes_on(before: PdfLine, line: PdfLine, leading: float, has_indents: bool, kind: str) -> bool:
    """Whether `line` continues the paragraph that `before` is of."""
    if abs(before.size - line.size) > SAME_SIZE * before.size:
        return False
    together = before.page == line.page and 0 < before.y0 - line.y0 < 2.2 * max(before.size, line.size)
    if kind in ("h1", "h2"):
        return together
    if before.x0 - before.left > CENTRED * before.size:
        return together and line.x0 - line.left > CENTRED * line.size
    if kind == "li":
        return (
            together and line.x0 > before.x0 - SHORT * line.size and before.right - before.x1 < 4 * line.size
        )
    if line.is_indented and not (before.is_indented and together and not has_indents):
        return False
    if together and leading and before.y0 - line.y0 > 1.4 * leading:
        return False
    near = SHORT * (INDENTED_SHORT if has_indents and together else 1) * before.size
    if before.right - before.x1 > near:
        # Lines of an alphabet are ragged; of others, a line that ends early is the last of its paragraph.
        ragged = _WORD.match(before.text[-1]) and before.right - before.x1 < 0.25 * (
            before.right - before.left
        )
        return bool(
            ragged
            and (together or not _END.search(before.text))
            and not (_END.search(before.text) and has_indents)
        )
    return together or has_indents or not _END.search(before.text)


def joined(text: str, line: str) -> str:
    """A paragraph with its next line: a word that was parted at the end of a line is put together again."""
    line = line.strip(" \u3000")
    if text.endswith("\xad") or (re.search(r"[^\W\d_]-$", text) and re.match(r"[a-zà-ÿ]", line)):
        return text[:-1] + line
    needs_blank = bool(_WORD.match(text[-1]) and _WORD.match(line[0]))
    return f"{text} {line}" if needs_blank else text + line
