"""一键排版 of one paragraph: indents, width of characters, punctuation, quotation marks, dates.

After GB/T 15834-2011 (punctuation), GB/T 15835-2011 (numerals) and the W3C's CLReq. Each rule finds edits in the whole text of
a paragraph, which may be in pieces between inline tags: a quotation may begin before a tag and end behind it. Nothing is
edited inside of addresses, numbers, times and code.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

HAN = r"\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
# Punctuation that has the width of a character.
_STOPS = "，。、；：？！…—"
_OPENING, _CLOSING = "“‘（《〈【「『〔", "”’）》〉】」』〕"
_WIDE = rf"{HAN}{_STOPS}{_OPENING}{_CLOSING}"
_AFTER = rf"{HAN}{_CLOSING}"  # what a stop may stand behind
_BLANK = r"[ \t\xa0]"
_EDGES = " \t\xa0\u2002\u2003\u3000"
# Of a paragraph that needs it, a rule may make another one possible; each time something half becomes whole.
MOST_ROUNDS = 30

_PROTECTED = re.compile(
    r"(?:https?|ftp)://[!-~]+"
    r"|(?<![\w.])www\.[!-~]+"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+"
    r"|(?<![\w-])[\w-]+(?:\.[\w-]+)+(?:/[!-~]*)?"  # names of files and hosts, versions, decimals
    r"|(?<!\d)\d+(?:[,.:]\d+)+"
    r"|(?<![\w.])[A-Za-z_][\w.]{0,60}\([^()\n]{0,200}\)"
    r"|(?<![\w-])[\w-]{1,60} ?= ?(?:\"[^\"\n]{0,200}\"|'[^'\n]{0,200}')",
    re.ASCII,
)
_CALL = re.compile(r"[A-Za-z_][\w.]*\(", re.ASCII)


class Edit(NamedTuple):
    """`written` in place of what stands between two positions of a text."""

    start: int
    end: int
    written: str


Rule = Callable[[str], Iterator[Edit]]


def tidy_text(pieces: Sequence[str]) -> list[str]:
    """The pieces of one paragraph as the house writes them. A line break in it is a `\\n`."""
    pieces = list(pieces)
    for _ in range(MOST_ROUNDS):
        before = pieces
        for rule in RULES:
            text = "".join(pieces)
            if edits := list(rule(text)):
                pieces = _applied(pieces, _outside(_protected(text), edits))
        if pieces == before:
            break
    return pieces


def _applied(pieces: list[str], edits: Iterable[Edit]) -> list[str]:
    """`pieces` after the edits, which stand in order and apart. What is written goes to the piece in which its edit begins."""
    written: list[list[str]] = [[] for _ in pieces]
    ends, total = [], 0
    for piece in pieces:
        total += len(piece)
        ends.append(total)
    text = "".join(pieces)

    def keep(start: int, end: int) -> None:
        while start < end:
            number = bisect_right(ends, start)
            stop = min(end, ends[number])
            written[number].append(text[start:stop])
            start = stop

    at = 0
    for edit in edits:
        keep(at, edit.start)
        written[bisect_right(ends, edit.start)].append(edit.written)
        at = edit.end
    keep(at, total)
    return ["".join(parts) for parts in written]


def _protected(text: str) -> list[tuple[int, int]]:
    """Where addresses, numbers and code stand."""
    return [
        found.span()
        for found in _PROTECTED.finditer(text)
        # WHO(世界卫生组织) is no code; print("你好") is.
        if not (_CALL.match(found[0]) and not re.search(r"[\"'=]", found[0]))
    ]


def _outside(spans: list[tuple[int, int]], edits: Iterable[Edit]) -> Iterator[Edit]:
    starts = [start for start, _ in spans]
    for edit in edits:
        number = bisect_right(starts, edit.start) - 1
        inside = number >= 0 and edit.start < spans[number][1]
        following = number + 1 < len(spans) and spans[number + 1][0] < edit.end
        if not inside and not following:
            yield edit


def _substituted(pattern: re.Pattern[str], written: str | Callable[[re.Match[str]], str]) -> Rule:
    def rule(text: str) -> Iterator[Edit]:
        for found in pattern.finditer(text):
            new = written if isinstance(written, str) else written(found)
            if new != found[0]:
                yield Edit(found.start(), found.end(), new)

    return rule


# Width of letters and digits.

_FULL = re.compile(r"[０-９Ａ-Ｚａ-ｚ]+|(?<=[０-９0-9])．(?=[０-９0-9])")
_TO_HALF = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
} | {ord("．"): "."}
find_full_width = _substituted(_FULL, lambda found: found[0].translate(_TO_HALF))

# Stops. A token of letters or digits inside a Chinese sentence may stand before one: 增长3.5%,创新高.

_TO_FULL = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", ".": "。"}
_STOP = re.compile(
    rf"(?<=[{_AFTER}]){_BLANK}*([,;:?!]){_BLANK}*(?=[{_WIDE}\u3000])"
    rf"|(?<=[{_AFTER}]){_BLANK}*([,;:?!])(?=[\w\n]|$)"
    rf"|(?<=[{_AFTER}]){_BLANK}*(\.){_BLANK}*(?=[{_WIDE}\u3000\n]|$)",
)
_STOP_AFTER_TOKEN = re.compile(
    rf"(?<=[{_WIDE}])({_BLANK}?[\w.,:%+@/-]{{1,30}})([,;:?!])(?=[{HAN}])", re.ASCII
)


def find_stops(text: str) -> Iterator[Edit]:
    for found in _STOP.finditer(text):
        stop = found[1] or found[2] or found[3]
        yield Edit(found.start(), found.end(), _TO_FULL[stop])


def find_stops_after_tokens(text: str) -> Iterator[Edit]:
    for found in _STOP_AFTER_TOKEN.finditer(text):
        yield Edit(found.start(2), found.end(2), _TO_FULL[found[2]])


# Ellipses and dashes.

_ELLIPSIS = re.compile(
    rf"(?<=[{_AFTER}，。；：？！、])(?:\.{{3,}}|。{{3,}}|·{{3,}}|・{{3,}})"
    rf"|(?<!…)…(?!…)(?:(?<=[{_WIDE}].)|(?=[{_WIDE}]))|…{{3,}}"
)
find_ellipses = _substituted(_ELLIPSIS, "……")
# A single dash joins places and times (北京—上海); two make a pause.
_DASH = re.compile(rf"(?<=[{_WIDE}])(?:-{{2,}}(?=[{_WIDE}])|－{{2,}})|[―─]{{2,}}|—{{3,}}")
find_dashes = _substituted(_DASH, "——")

# Dates, where nothing else could be meant.

_DATE = re.compile(
    r"(?<![\w/.=-])((?:19|20)\d\d)([-/])(\d{1,2})\2(\d{1,2})(?![\w/.=-]|[号型版期次款])", re.ASCII
)
_NO_DATE_BEFORE = re.compile(r"(?:[A-Za-z] ?|第|编号[:：]?|型号[:：]?|批号[:：]?)$")


def find_dates(text: str) -> Iterator[Edit]:
    if not re.search(rf"[{HAN}]", text):
        return
    for found in _DATE.finditer(text):
        try:
            day = date(int(found[1]), int(found[3]), int(found[4]))
        except ValueError:
            continue
        if not _NO_DATE_BEFORE.search(text[max(0, found.start() - 4) : found.start()]):
            yield Edit(found.start(), found.end(), f"{day.year}年{day.month}月{day.day}日")


# Brackets and quotation marks, in pairs.


def find_brackets(text: str) -> Iterator[Edit]:
    opened: list[int] = []
    edits: list[Edit] = []
    for found in re.finditer(r"[()（）\n]", text):
        at, mark = found.start(), found[0]
        if mark == "\n":
            opened.clear()
        elif mark in "(（":
            opened.append(at)
        elif opened:
            edits += _bracket_edits(text, opened.pop(), at)
    yield from sorted(edits)


def _bracket_edits(text: str, start: int, end: int) -> Iterator[Edit]:
    """A pair is Chinese where one of it is already, or where it stands behind a Chinese character."""
    mixed = (text[start] == "（") != (text[end] == "）")
    behind = re.match(rf"[{_WIDE}]", text[start - 1]) if start else re.search(rf"[{HAN}]", text[1:end][:200])
    if mixed or behind:
        for at, half, full in ((start, "(", "（"), (end, ")", "）")):
            if text[at] == half:
                yield Edit(at, at + 1, full)


_QUOTE = re.compile(r"[\"＂“”]|(?<![A-Za-z])['＇‘’]|['＇‘’](?![A-Za-z])")
_CURLY = {'"': "“”", "'": "‘’"}
_STRAIGHT = {"“": '"', "”": '"', "＂": '"', "‘": "'", "’": "'", "＇": "'"}


def find_quotes(text: str) -> Iterator[Edit]:
    """Straight quotation marks in pairs, inside each other; all stay as they are where one has no partner."""
    if not re.search(rf"[{HAN}]", text):
        return
    protected = _protected(text)
    opened: list[tuple[int, str]] = []  # where each began, and of which kind it is
    pairs: list[tuple[int, int, str]] = []
    starts = [start for start, _ in protected]
    for found in _QUOTE.finditer(text):
        at, mark = found.start(), found[0]
        number = bisect_right(starts, at) - 1
        if number >= 0 and at < protected[number][1]:
            continue
        kind = _STRAIGHT.get(mark, mark)
        is_open = bool(opened) and opened[-1][1] == kind
        if not is_open and mark in "\"'" and text[at - 1 : at].isdigit():
            continue  # inches and feet
        if is_open and mark not in "“‘":
            pairs.append((opened.pop()[0], at, kind))
        elif mark in "”’":
            return
        else:
            opened.append((at, kind))
    if opened:
        return
    edits = [
        edit
        for start, end, kind in pairs
        if _is_chinese(text, start, end)
        for edit in _pair(text, start, end, kind)
    ]
    yield from sorted(edits)


def _is_chinese(text: str, start: int, end: int) -> bool:
    """Whether the words of a quotation, or those beside it, are Chinese."""
    beside = text[start - 1 : start] + text[end + 1 : end + 2]
    return bool(
        re.search(rf"[{_WIDE}]", beside) or re.search(rf"[{HAN}]", text[start : min(end, start + 400)])
    )


def _pair(text: str, start: int, end: int, kind: str) -> Iterator[Edit]:
    for at, curly in ((start, _CURLY[kind][0]), (end, _CURLY[kind][1])):
        if text[at] != curly:
            yield Edit(at, at + 1, curly)


# Blanks.

_BETWEEN = re.compile(rf"(?<=[{_WIDE}]){_BLANK}+(?=[{_WIDE}])|(?<=[{_STOPS}{_CLOSING}])\u3000+(?=[{_WIDE}])")
find_blanks = _substituted(_BETWEEN, "")
_INDENT = re.compile(rf"(?:\A|(?<=\n))[{_EDGES}]+|(?<![{_EDGES}])[{_EDGES}]+(?=\n|\Z)")
find_edges = _substituted(_INDENT, "")

RULES: tuple[Rule, ...] = (
    find_edges,
    find_full_width,
    find_dates,
    find_ellipses,
    find_dashes,
    find_quotes,
    find_brackets,
    find_stops,
    find_stops_after_tokens,
    find_blanks,
)
