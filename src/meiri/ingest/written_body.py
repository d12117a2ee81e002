"""The body of an article that some format writes as markup or as plain lines."""

import re
from datetime import UTC, datetime, timedelta
from html import escape

from meiri.ingest.blocks import read_blocks, render
from meiri.ingest.language import language_of
from meiri.ingest.page import parse, without_machinery
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.sanitise import UNPRINTABLE, clean, plain
from meiri.ingest.times import BEIJING, read_iso

# Characters of a first sentence that stands for a title.
LONGEST_TITLE = 60


def put_body(article: ParsedArticle, markup: str) -> None:
    """Make `markup` the body of `article`, with its pictures. All of it is taken: it is the article's and nothing else."""
    if not markup.strip():
        return
    tree = without_machinery(parse(f"<html><body>{markup}</body></html>"))
    blocks = read_blocks(
        tree, lambda href: href.strip() if href.strip().lower().startswith(("http://", "https://")) else None
    )
    article.body = clean(render(blocks))
    article.pictures = list({b.picture.url: b.picture for b in blocks if b.picture}.values())
    article.language = language_of(article.title + article.body)


def put_title(article: ParsedArticle) -> None:
    """Where an item has no title, its first sentence is that. Raises `Unreadable` where it has no text either."""
    if article.title:
        return
    text = one_line(plain(article.body))
    if not text:
        raise Unreadable("这一条没有标题，也没有文字。")
    article.title = re.split(r"(?<=[。！？!?])", text)[0][:LONGEST_TITLE]
    article.warnings.append("原稿没有标题，用了正文的第一句，请核对。")


def markup_of_lines(text: str) -> str:
    """Plain text as paragraphs: parted by empty lines or by indents where it has such, else by each line."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    ends = r"\n[ \t\u3000]*\n|\n(?=[ \t\u3000]{2,}\S)"
    parts = re.split(ends if re.search(ends, lines.strip("\n")) else "\n", lines)
    return "".join(f"<p>{escape(' '.join(part.split()))}</p>" for part in parts if part.strip())


def one_line(text: str | None) -> str:
    return " ".join(UNPRINTABLE.sub(" ", text or "").split())[:1000]


def moment(text: str | None) -> datetime | None:
    """A moment as machines write it (ISO 8601, basic or extended); where it names no zone it is Beijing's. None for anything else."""
    text = (text or "").strip()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        read = read_iso(text) if text else None
        return read[0] if read else None
    found = found if found.tzinfo else found.replace(tzinfo=BEIJING)
    return found if datetime.min.replace(tzinfo=UTC) + timedelta(days=2) < found else None
