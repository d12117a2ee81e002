"""Plain text, as copied from a browser or written in an editor, to an article."""

import re
from html import escape

from meiri.ingest.blocks import EDGES, Block
from meiri.ingest.encoding import decode
from meiri.ingest.manuscript import arrange, line_block
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.sanitise import UNPRINTABLE

MAX_LINES = 50_000
# Verse: a few short lines that belong together. Wrapped: lines filled to one width.
VERSE_WIDTH = 24
WRAPPED_WIDTH = 28
_END = re.compile(r"[。！？!?；;：:…”]$")


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
        blocks += _paragraphs(chunk) if spaced else [line_block(line) for line in chunk]
    return arrange(blocks)


def _paragraphs(lines: list[str]) -> list[Block]:
    """The paragraphs of lines that stand together between empty lines."""
    widest = max(len(x) for x in lines)
    if len(lines) >= 2 and widest >= WRAPPED_WIDTH:
        full = [x for x in lines[:-1] if len(x) >= 0.85 * widest]
        if len(full) == len(lines) - 1 and sum(bool(_END.search(x)) for x in full) <= len(full) // 2:
            return [line_block(_joined(lines))]
    if len(lines) >= 4 and widest <= VERSE_WIDTH and not any(":" in x or "：" in x for x in lines):
        return [line_block("\n".join(lines), "<br>".join(escape(x, quote=False) for x in lines))]
    return [line_block(line) for line in lines]


def _joined(lines: list[str]) -> str:
    """Wrapped lines as one: a space only between Latin words."""
    text = lines[0]
    for line in lines[1:]:
        text += (" " if text[-1].isascii() and line[0].isascii() else "") + line
    return text
