"""The blocks of a paste, as its paragraphs come one after the other."""

from lxml import html

from meiri.ingest import office
from meiri.ingest.pasted import Part
from meiri.ingest.pasted_lists import PastedListItem, markup_of_lists
from meiri.ingest.pasted_runs import Run, markup_of, text_of
from meiri.newsroom.body.bounds import LONGEST_CAPTION, LONGEST_HEADING
from meiri.newsroom.body.speaker import split_speaker

# Beyond so many blocks, headings and quotes stay paragraphs.
MOST_PARTS = 400


class Blocks:
    """Gathers paragraphs and lists into texts, between which headings, quotes, tables and pictures stand."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._text: list[str] = []  # the paragraphs and lists of the text that is being gathered
        self._items: list[PastedListItem] = []  # the list
        self._counted: dict[int, int] = {}  # level: the number of the last item that Word numbered
        self._numbers: dict[
            html.HtmlElement, tuple[int, html.HtmlElement]
        ] = {}  # of lists that begin later than with 1

    def add_paragraph(self, runs: list[Run]) -> None:
        self.end_list()
        self._text.append(f"<p>{markup_of(runs)}</p>")

    def add_rule(self) -> None:
        self.end_list()
        self._text.append("<hr/>")

    def add_heading(self, runs: list[Run]) -> None:
        words = " ".join(text_of(runs).split())
        if len(words) > LONGEST_HEADING or len(self.parts) >= MOST_PARTS:
            self.add_paragraph([run._replace(marks=run.marks | {"b"}) for run in runs])
        else:
            self.add(Part("heading", text=words))

    def add_caption(self, runs: list[Run]) -> None:
        """The words under a picture belong to it, where they are not longer than its caption may be."""
        words = " ".join(text_of(runs).split())
        last = self.parts[-1] if self.parts and not self._text and not self._items else None
        if last is None or last.picture is None or last.picture.caption or len(words) > LONGEST_CAPTION:
            self.add_paragraph(runs)
        else:
            last.picture.caption = words

    def add_quote(self, lines: list[str]) -> None:
        if len(self.parts) >= MOST_PARTS:
            for line in lines:
                self.add_paragraph([Run(line)])
            return
        text, speaker = split_speaker(lines)
        self.add(Part("quote", text=text, speaker=speaker))

    def add_numbered_paragraph(self, runs: list[Run], marker: str, level: int) -> None:
        """An item of a list of Word's, which is a paragraph. What the editor's lists can't say keeps its number as words."""
        number = office.number_of(marker[: office.LONGEST_MARKER])
        for deeper in [one for one in self._counted if one > level]:
            del self._counted[deeper]
        if number == 0:
            self._items.append(PastedListItem(level, False, lines=[markup_of(runs)]))
        elif number is not None and number == self._counted.get(level, 0) + 1:
            self._counted[level] = number
            self._items.append(PastedListItem(level, True, lines=[markup_of(runs)]))
        else:
            self.add_paragraph(marked(runs, marker))

    def add_item(
        self, runs: list[Run], level: int, owner: html.HtmlElement, item: html.HtmlElement | None
    ) -> None:
        """A paragraph of an `item` of the list `owner`; items of a numbered list that begins later than with 1, as the
        editor's never do, keep their numbers as words."""
        if item is not None and self._items and self._items[-1].element is item:
            self._items[-1].lines.append(markup_of(runs))
            return
        first = _start_of(owner)
        if first == 1:
            self._items.append(PastedListItem(level, owner.tag == "ol", item, [markup_of(runs)]))
            return
        before, last = self._numbers.get(owner, (first - 1, None))
        if item is not None and last is item:
            self.add_paragraph(runs)
            return
        self._numbers[owner] = before + 1, item if item is not None else owner
        self.add_paragraph(marked(runs, f"{before + 1}."))

    def add(self, *parts: Part) -> None:
        self.end_text()
        self.parts += parts

    def end_list(self) -> None:
        if self._items:
            self._text.append(markup_of_lists(self._items))
            self._items = []
        self._counted = {}

    def end_text(self) -> None:
        self.end_list()
        if self._text:
            self.parts.append(Part("text", markup="".join(self._text)))
            self._text = []


def marked(runs: list[Run], marker: str) -> list[Run]:
    """A paragraph behind the number that it had."""
    space = " " if marker[-1:].isascii() else ""
    return [Run(f"{marker}{space}"), *runs]


def _start_of(owner: html.HtmlElement) -> int:
    start = (owner.get("start") or "") if owner.tag == "ol" else ""
    return int(start) if start.isascii() and start.isdigit() and len(start) < 6 and int(start) else 1
