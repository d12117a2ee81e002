"""What is on the clipboard, as blocks of an article: paragraphs, headings, lists, tables, quotes, links, pictures.

Every word of it arrives, or is named as left out.
"""

import re
from collections import Counter
from collections.abc import Iterable
from html import unescape
from itertools import islice

from lxml import etree, html

from meiri.ingest import office
from meiri.ingest.page import parse
from meiri.ingest.parsed import FoundPicture, Unreadable
from meiri.ingest.pasted import LeftOut, Part, Pasted
from meiri.ingest.pasted_blocks import Blocks, marked
from meiri.ingest.pasted_elements import BLOCKS, HEADINGS, LISTS, UNSEEN, is_hidden, left_out_of, marks_of
from meiri.ingest.pasted_pictures import PastedPictures
from meiri.ingest.pasted_runs import BREAK, INDENT, Run, neat, text_of, without_zero_width
from meiri.ingest.pasted_tables import cells_of, is_headed, lays_out, tables_of
from meiri.newsroom.body.bounds import LONGEST_CAPTION

# Characters of HTML, without pictures that are written into it.
LONGEST = 4_000_000
MOST_LEFT_OUT = 100
# So many letters of text/plain may be missing from the blocks: numbers of lists, words of buttons.
TOLERANCE = 40

_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s\"'<>\\]{2,2000}", re.IGNORECASE)
_LINE_END, _TAG = re.compile(r"</?(?:p|li|ul|ol)>|<[bh]r/>"), re.compile(r"<[^<>]*>")
# Vector drawings go through the parser under a name that it keeps.
_DRAWING = re.compile(r"<(/?)svg\b", re.IGNORECASE)


def read_paste(markup: str, text: str, rtf: str = "") -> Pasted:
    """The blocks of what a browser has on its clipboard as text/html, text/plain and text/rtf, of which the last holds the
    pictures that Word keeps in files of its own. Raises `Unreadable`."""
    pictures = PastedPictures(rtf)
    markup = pictures.take_data(markup)
    if len(markup) > LONGEST or len(text) > LONGEST:
        raise Unreadable(f"粘贴的内容超过 {LONGEST // 10_000} 万字符，请分几次粘贴。")
    if not markup.strip():
        return read_lines(text)
    drawn = _DRAWING.sub(r"<\1drawing", _between_marks(markup))
    tree = parse(f"<html><body>{drawn}</body></html>")
    reader = _PasteReader(pictures)
    reader.read(tree)
    pasted = reader.pasted()
    if _letters(text) - TOLERANCE <= 1.1 * _letters(_all_words(pasted)):
        return pasted
    # The parser of pages gave up, as it does on elements inside each other without end.
    pasted = read_lines(text)
    pasted.notes.append("网页的结构太复杂，只留下了文字。")
    return pasted


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _all_words(pasted: Pasted) -> str:
    """All that arrives and all that is named as left out."""
    pieces = [left.words for left in pasted.left_out]
    for part in pasted.parts:
        pieces += [_plain(part), part.caption, *(cell for row in part.rows for cell in row)]
        pieces.append(part.picture.caption if part.picture else "")
    return "\n".join(pieces)


def _between_marks(markup: str) -> str:
    """What is between the marks of a fragment, where the clipboard of Windows says which part of a page was copied and the
    marks stand between whole elements: Excel sets them inside its table."""
    begin, end = markup.find("<!--StartFragment-->"), markup.rfind("<!--EndFragment-->")
    inner = markup[begin + 20 : end] if 0 <= begin < end else ""
    return markup if not inner or re.match(r"\s*<(?:col|colgroup|tr|td|th|tbody|thead)\b", inner) else inner


def read_lines(text: str) -> Pasted:
    """Plain text, a paragraph for each line."""
    reader = _PasteReader(PastedPictures())
    for line in re.split(r"[\r\n\u2028\u2029]+", text):
        reader.write(line)
        reader.end_paragraph()
    return reader.pasted()


class _PasteReader:
    """Gathers runs of words between the boundaries of blocks."""

    def __init__(self, pictures: PastedPictures):
        self._pictures = pictures
        self._blocks = Blocks()
        self._left_out: dict[tuple[str, str], None] = {}
        self._notes: dict[str, None] = {}
        self._quote: list[str] = []
        self._quoted: html.HtmlElement | None = None
        self._containers: list[html.HtmlElement] = []
        self._open: Counter[str] = Counter()  # of the containers, by their tags
        self._marks: list[frozenset[str]] = [frozenset()]
        self._links = [""]
        self._runs: list[Run] = []
        self._broken = False
        self._marker: list[str] = []
        self._is_marker = 0
        self._level = 0

    def read(self, root: html.HtmlElement) -> None:
        # Word hides from other programs behind comments what stands beside them.
        walk = etree.iterwalk(root, events=("start", "end", "comment"))
        skipped: set[html.HtmlElement] = set()
        for event, element in walk:
            if event == "start" and self._passes_over(element):
                walk.skip_subtree()
                skipped.add(element)
            elif event == "start":
                self._begin(element)
                self.write(element.text, keeps_lines=element.tag == "pre")
            else:
                if event == "end" and element not in skipped:
                    self._end(element)
                skipped.discard(element)
                if element is not root:
                    self.write(element.tail, keeps_lines=self._in_pre())
        self.end_paragraph()

    def pasted(self) -> Pasted:
        self._blocks.end_text()
        left_out = [LeftOut(what, words) for what, words in islice(self._left_out, MOST_LEFT_OUT)]
        if len(self._left_out) > MOST_LEFT_OUT:
            left_out.append(LeftOut(f"另有 {len(self._left_out) - MOST_LEFT_OUT} 处"))
        return Pasted(self._blocks.parts, left_out, list(self._notes))

    def leave_out(self, what: str, words: str = "") -> None:
        self._left_out[what, " ".join(words.split())] = None

    # What is passed over.

    def _passes_over(self, element: html.HtmlElement) -> bool:
        """Whether nothing inside `element` is read: it is not seen, or is left out, or was read at once."""
        if element.tag in UNSEEN:
            return True
        if element.tag == "table" and not lays_out(element):
            self._table(element)
            return True
        left_out = left_out_of(element)
        if left_out and left_out.what:
            self.leave_out(left_out.what, left_out.words)
        return left_out is not None

    # What is read.

    def _begin(self, element: html.HtmlElement) -> None:
        tag = element.tag
        if tag in BLOCKS:
            self.end_paragraph()
            self._containers.append(element)
            self._open[tag] += 1
            if tag == "blockquote" and self._quoted is None and _is_plain_quote(element):
                self._blocks.end_text()
                self._quoted = element
            if tag != "li" and (level := office.list_level(element)):
                self._level = level
        elif tag == "br":
            self._break()
        elif tag == "hr":
            self._rule(element)
        elif tag == "img":
            self._picture(element)
        if office.is_list_marker(element):
            self._is_marker += 1
        self._marks.append(marks_of(element, self._marks[-1]))
        self._links.append(self._link_of(element) if tag == "a" else self._links[-1])

    def _end(self, element: html.HtmlElement) -> None:
        tag = element.tag
        self._marks.pop()
        self._links.pop()
        if office.is_list_marker(element):
            self._is_marker -= 1
        if tag in BLOCKS:
            self.end_paragraph()
            self._containers.pop()
            self._open[tag] -= 1
            if element is self._quoted:
                self._end_quote()
            if tag in LISTS and not self._depth():
                self._blocks.end_list()

    def write(self, text: str | None, keeps_lines: bool = False) -> None:
        if not text:
            return
        text = without_zero_width(text)
        if keeps_lines:
            for number, line in enumerate(text.split("\n")):
                if number:
                    self._break()
                self._write(line)
            return
        self._write(text.replace(BREAK, "\n"))

    def _write(self, text: str) -> None:
        if self._is_marker:
            self._marker.append(text)
            return
        if self._broken and text.strip():
            self._broken = False
            if INDENT.match(text):
                self.end_paragraph()
            else:
                self._runs.append(Run(BREAK))
        if text:
            self._runs.append(Run(text, self._marks[-1], self._links[-1]))

    def _break(self) -> None:
        """A line break: two of them end the paragraph, and so does one before an indented line."""
        if self._broken or not any(run.text.strip() for run in self._runs):
            self.end_paragraph()
        else:
            self._broken = True

    def _link_of(self, anchor: html.HtmlElement) -> str:
        href = (anchor.get("href") or "").strip()
        if not href or href.startswith("#") or "#_ftn" in href or "#_edn" in href:
            return ""
        if not _ADDRESS.fullmatch(href):
            self.leave_out("不能用的链接地址", href[:300])
            return ""
        return href

    def _in_pre(self) -> bool:
        return bool(self._containers) and self._containers[-1].tag == "pre"

    def _is_in(self, tags: Iterable[str]) -> bool:
        return any(self._open[tag] for tag in tags)

    def _depth(self) -> int:
        """How many lists are open around a paragraph."""
        return sum(self._open[tag] for tag in LISTS)

    # Where a paragraph goes.

    def end_paragraph(self) -> None:
        runs, self._runs, self._broken = neat(self._runs), [], False
        marker, self._marker = "".join("".join(self._marker).split()), []
        level, self._level = self._level, 0
        if not runs:
            return
        if self._quoted is not None:
            self._quote.append(text_of(runs))
            self._note_links(runs, "引文")
        elif level:
            self._blocks.add_numbered_paragraph(runs, marker, level)
        elif self._depth():
            self._item(runs)
        elif marker:
            self._blocks.add_paragraph(marked(runs, marker))
        elif self._is_in(HEADINGS):
            self._blocks.add_heading(runs)
            self._note_links(runs, "小标题")
        elif self._is_in(["figcaption"]):
            self._blocks.add_caption(runs)
            self._note_links(runs, "图片说明")
        else:
            self._blocks.add_paragraph(runs)

    def _item(self, runs: list[Run]) -> None:
        inside = reversed(self._containers)
        nearest = next(container for container in inside if container.tag in LISTS or container.tag == "li")
        if nearest.tag != "li":
            self._blocks.add_item(runs, self._depth(), nearest, None)
        else:
            owner = next(container for container in inside if container.tag in LISTS)
            self._blocks.add_item(runs, self._depth(), owner, nearest)

    def _note_links(self, runs: list[Run], where: str) -> None:
        if any(run.href for run in runs):
            self._notes[f"{where}里的链接只留下了文字。"] = None

    def _end_quote(self) -> None:
        lines, self._quote, self._quoted = self._quote, [], None
        if lines:
            self._blocks.add_quote(lines)

    def _rule(self, element: html.HtmlElement) -> None:
        self.end_paragraph()
        if self._quoted is None and not self._depth() and not office.is_notes_rule(element):
            self._blocks.add_rule()

    def _picture(self, element: html.HtmlElement) -> None:
        """A picture inside a paragraph follows what stands before it."""
        found = self._pictures.picture_of(element)
        if found is None:
            self.leave_out("小图标或占位图", (element.get("alt") or element.get("src") or "")[:120])
            return
        self.end_paragraph()
        if self._quoted is not None:
            self._end_quote()
        self._blocks.add(Part("picture", picture=found))

    def _table(self, table: html.HtmlElement) -> None:
        self.end_paragraph()
        pictures: list[FoundPicture] = []

        def read_cell(cell: html.HtmlElement) -> str:
            if is_hidden(cell.getparent()):
                if words := _words(cell):
                    self.leave_out("隐藏的文字", words)
                return ""
            inner = _PasteReader(self._pictures)
            inner.read(cell)
            pasted = inner.pasted()
            pictures.extend(part.picture for part in pasted.parts if part.picture)
            for left in pasted.left_out:
                self.leave_out(left.what, left.words)
            self._notes |= dict.fromkeys(pasted.notes)
            if any("<a " in part.markup for part in pasted.parts):
                self._notes["表格里的链接只留下了文字。"] = None
            return "\n".join(filter(None, map(_plain, pasted.parts)))

        rows, merged, beyond = cells_of(table, read_cell)
        caption = " ".join(filter(None, (_words(caption) for caption in table.iterchildren("caption"))))
        if caption and (not rows or len(caption) > LONGEST_CAPTION):
            self._blocks.add_paragraph([Run(caption)])
            caption = ""
        if rows:
            self._blocks.add(*tables_of(rows, is_headed(table), caption))
        if beyond:
            self.leave_out("表格太大，放不下的单元格", f"{beyond} 格")
        if merged and rows:
            self._notes["表格里合并的单元格已拆开，内容在左上角的一格。"] = None
        for picture in pictures:
            self._blocks.add(Part("picture", picture=picture))


def _is_plain_quote(quote: html.HtmlElement) -> bool:
    """Whether nothing in a quotation is lost where its words alone are kept."""
    return next(quote.iterdescendants("img", "table", "ul", "ol", *HEADINGS), None) is None


def _words(element: html.HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())


def _plain(part: Part) -> str:
    """The words of one block, for a cell of a table."""
    if part.kind == "quote" and part.speaker:
        return f"{part.text}\n——{part.speaker}"
    if part.kind != "text":
        return part.text
    lines = unescape(_TAG.sub("", _LINE_END.sub("\n", part.markup))).split("\n")
    return "\n".join(line for line in lines if line)
