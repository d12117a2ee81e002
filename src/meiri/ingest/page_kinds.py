"""Pages that are not one whole article: lists of articles, one page of several."""

import re

from lxml import html

from meiri.ingest.blocks import Block
from meiri.ingest.body import FoundBody
from meiri.ingest.ending import reads_as_text
from meiri.ingest.metaline import is_meta_line, read_line
from meiri.ingest.repetition import repeated_items, spans_of

FEWEST_TITLES = 10
# Characters of paragraphs that make an article of a page, whatever else is on it.
ARTICLE = 80
_NEXT_PAGE = re.compile(
    r"\s{0,4}(?:下一页|下页|余下全文|点击全文|阅读全文|下一頁|next page)\s?[>»›]{0,3}\s{0,4}", re.IGNORECASE
)


def is_list(blocks: list[Block], body: FoundBody) -> bool:
    """Whether a page is a list of other articles: many linked titles, hardly a paragraph of its own, no time under a headline."""
    titles = [b for b in blocks if 8 <= len(b.text) <= 80 and b.linked >= 0.5 * len(b.text.replace(" ", ""))]
    if len(titles) < FEWEST_TITLES:
        return False
    items = {id(blocks[n]) for n in repeated_items(blocks, spans_of(blocks))}
    own = sum(
        len(b.text)
        for b in body.blocks
        if id(b) not in items and reads_as_text(b) and b.linked < 0.3 * len(b.text)
    )
    return own < ARTICLE and not any(
        is_meta_line(b.line) and read_line(b.line).published
        for b in body.above[-8:] + body.blocks[:2]
        if b.linked == 0
    )


def is_paged(tree: html.HtmlElement) -> bool:
    """Whether a page leads to a next page of the same article."""
    return bool(next_page_of(tree))


def next_page_of(tree: html.HtmlElement) -> str:
    """Where the next page of the same article is, as the page says it; "" for the last, and for an article of one page."""
    found = (
        link.get("href") or "" for link in tree.iter("a") if _NEXT_PAGE.fullmatch((link.text or "")[:40])
    )
    return next(
        (href.strip() for href in found if href and not href.lower().startswith(("#", "javascript:"))), ""
    )
