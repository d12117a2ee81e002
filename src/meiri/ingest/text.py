"""Plain text, as copied from a browser or written in an editor, to an article."""

import re
from collections import Counter

from lxml import html

from meiri.ingest.blocks import EDGES, Block
from meiri.ingest.junk import ends_articles, is_control, is_credit, is_notice, leads_elsewhere
from meiri.ingest.manuscript import arrange, line_block
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.sanitise import UNPRINTABLE
from meiri.ingest.text_encoding import decode

MAX_LINES = 50_000
_ITEM = re.compile(r"(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s?[.、．)）]|[•·●■◆○-]\s?")
# Characters of a line that may be filled to a width.
WRAPPED_WIDTH = 28
# How many lines of one width make a width, and how much shorter or longer one may be, to keep a mark or a word whole.
FEWEST_WRAPPED, RAGGED = 2, 2
_END = re.compile(r"(?:[。！？!?；;：:…”]|\.{3})$")


def read_text(data: bytes, declared: str | None = None) -> ParsedArticle:
    """The article in a text file. Raises `Unreadable`."""
    return read_lines(decode(data, declared)[0])


def read_lines(text: str) -> ParsedArticle:
    text = UNPRINTABLE.sub(
        "", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    )
    if text.count("\n") > MAX_LINES:
        raise Unreadable(f"文字超过 {MAX_LINES} 行，请分成几份再导入。")
    chunks = [
        [line.strip(EDGES) for line in chunk.split("\n") if line.strip(EDGES)]
        for chunk in re.split(r"\n[ \t\u3000\xa0]*\n", text)
    ]
    chunks = [c for c in chunks if c]
    spaced = len(chunks) > 2
    width = _width_of(chunks) if spaced else 0
    blocks: list[Block] = []
    for chunk in chunks:
        stanza = html.Element("div") if spaced else None
        for line in _unwrapped(chunk, width) if width else chunk:
            blocks.append(line_block(line, stanza))
    return arrange(blocks)


def _width_of(chunks: list[list[str]]) -> int:
    """The width that lines of a text are filled to: what several have that break off in a sentence. 0 where none is."""
    broken = [
        line
        for chunk in chunks
        for line in chunk[:-1]
        if len(line) >= WRAPPED_WIDTH and not _END.search(line) and not _stands_alone(line)
    ]
    alphabetic = [line for line in broken if _ends_in_a_word(line)]
    if len(alphabetic) >= max(FEWEST_WRAPPED, 0.5 * len(broken)):
        return max(map(len, alphabetic))
    widths = Counter(map(len, broken))
    width, times = max(widths.items(), key=lambda found: (found[1], found[0]), default=(0, 0))
    return width if times >= FEWEST_WRAPPED else 0


def _ends_in_a_word(line: str) -> bool:
    return line[-1].isascii() and line[-1].isalnum()


def _unwrapped(lines: list[str], width: int) -> list[str]:
    """The paragraphs of lines that stand together between empty lines: those that fill the width go on in the next."""
    out: list[str] = []
    filled = False
    for line in lines:
        if filled and not _stands_alone(line):
            out[-1] += (" " if out[-1][-1].isascii() and line[0].isascii() else "") + line
        else:
            out.append(line)
        # Words of an alphabet stay whole, characters break anywhere.
        ragged = 0.15 * width if _ends_in_a_word(line) else RAGGED
        filled = width - ragged <= len(line) <= width + ragged
    return out


def _stands_alone(line: str) -> bool:
    """Whether a line is something by itself, however long it and its neighbours are."""
    return (
        is_notice(line) or is_credit(line) or is_control(line) or ends_articles(line) or leads_elsewhere(line)
    )
