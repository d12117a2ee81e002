"""Plain text, as copied from a browser or written in an editor, to an article."""

import re

from lxml import html

from meiri.ingest.blocks import EDGES, Block
from meiri.ingest.encoding import decode
from meiri.ingest.junk import ends_articles, is_control, is_credit, is_notice, leads_elsewhere
from meiri.ingest.manuscript import arrange, line_block
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.sanitise import UNPRINTABLE

MAX_LINES = 50_000
# Characters of a line that may be filled to a width.
WRAPPED_WIDTH = 28
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
    blocks: list[Block] = []
    for chunk in chunks:
        stanza = html.Element("div") if spaced else None
        for line in _unwrapped(chunk) if spaced else chunk:
            blocks.append(line_block(line, stanza))
    return arrange(blocks)


def _unwrapped(lines: list[str]) -> list[str]:
    """The paragraphs of lines that stand together between empty lines: those that fill one width are one paragraph."""
    widest = max(len(x) for x in lines)
    if len(lines) >= 2 and widest >= WRAPPED_WIDTH:
        full = [x for x in lines[:-1] if len(x) >= 0.85 * widest]
        ended = sum(bool(_END.search(x)) for x in full)
        if len(full) == len(lines) - 1 and ended <= len(full) // 2 and not any(map(_stands_alone, lines)):
            return [_joined(lines)]
    return lines


def _stands_alone(line: str) -> bool:
    """Whether a line is something by itself, however long it and its neighbours are."""
    return (
        is_notice(line) or is_credit(line) or is_control(line) or ends_articles(line) or leads_elsewhere(line)
    )


def _joined(lines: list[str]) -> str:
    """Wrapped lines as one: a space only between Latin words."""
    text = lines[0]
    for line in lines[1:]:
        text += (" " if text[-1].isascii() and line[0].isascii() else "") + line
    return text
