"""Parts of a page that repeat: teasers of other articles, comments, and a text set twice for phone and desktop."""

import re
from collections.abc import Sequence

from lxml import html

from meiri.ingest.blocks import Block
from meiri.ingest.ending import SENTENCE
from meiri.ingest.times import without_times

MOST_BLOCKS_OF_ITEM = 6
FEWEST_TEASERS, FEWEST_COMMENTS = 3, 2
# A paragraph of so many characters that stands twice is set twice.
LONG = 30
_COMMENT = re.compile(r"^(?:#\d{1,5}\b|\d{1,5}\s?楼|(?:回复|点赞|赞|举报)(?:\s|[(（]|$))")


def spans_of(blocks: Sequence[Block]) -> dict[html.HtmlElement, list[int]]:
    """By element, the indices of the blocks within it."""
    spans: dict[html.HtmlElement, list[int]] = {}
    # Of each element its own indices and those of all around it: ancestors are looked up once.
    around: dict[html.HtmlElement, list[list[int]]] = {}
    for n, block in enumerate(blocks):
        if block.element not in around:
            for element in (*reversed(list(block.element.iterancestors())), block.element):
                if element not in around:
                    parent = element.getparent()
                    around[element] = [
                        *(around[parent] if parent is not None else ()),
                        spans.setdefault(element, []),
                    ]
        for indices in around[block.element]:
            indices.append(n)
    return spans


def repeated_items(blocks: Sequence[Block], spans: dict[html.HtmlElement, list[int]]) -> set[int]:
    """The indices of blocks in items that repeat beside each other: teasers (a linked title and a line), or comments."""
    families: dict[tuple, list[html.HtmlElement]] = {}
    for element, members in spans.items():
        parent = element.getparent()
        if parent is not None and 2 <= len(members) <= MOST_BLOCKS_OF_ITEM:
            name = (element.get("class") or "").split(" ")[0]
            families.setdefault((parent, element.tag, name), []).append(element)
    out: set[int] = set()
    digests = _digests(blocks)
    for (parent, _, _), items in families.items():
        held = [[blocks[n] for n in spans[item]] for item in items]
        inside = {n for item in items for n in spans[item]}
        others = sum(map(_is_teaser, held)) >= max(FEWEST_TEASERS, 0.7 * len(items))
        comments = sum(map(_is_comment, held)) >= max(FEWEST_COMMENTS, 0.7 * len(items))
        if comments or (others and parent not in digests):
            out |= inside
    return out


def _is_teaser(item: list[Block]) -> bool:
    words = [b for b in item if b.text]
    return (
        len(words) >= 2
        and words[0].linked > 0.6 * len(words[0].text.replace(" ", ""))
        and len(words[0].text) <= 60
        and 8 <= sum(len(b.text) for b in words[1:]) <= 200
        and any(b.linked < 0.5 * len(b.text) for b in words[1:])
    )


def _is_comment(item: list[Block]) -> bool:
    words = [b.text.strip() for b in item if b.text]
    dated = any(
        without_times(text, "") != text and len(without_times(text, "").strip()) <= 8 for text in words
    )
    return len(words) >= 2 and (dated or any(_COMMENT.match(text) for text in words))


def _digests(blocks: Sequence[Block]) -> set[html.HtmlElement]:
    """The elements in which paragraphs of an article stand right beside other things: those are items of the article."""
    return {
        block.element.getparent()
        for block in blocks
        if block.kind == "p"
        and block.element.tag == "p"
        and len(block.text) >= 10
        and block.linked == 0
        and SENTENCE.search(block.text)
    }


def set_twice(blocks: Sequence[Block]) -> set[int]:
    """The indices of blocks that repeat what stands above them, where a run of paragraphs is set a second time."""
    seen: dict[str, int] = {}
    again: list[int] = []
    for n, block in enumerate(blocks):
        words = "".join(block.text.split())
        if len(words) < 2:
            continue
        if words in seen:
            again.append(n)
        else:
            seen[words] = n
    long = {"".join(b.text.split()) for b in blocks if len(b.text) >= LONG}
    repeated = [n for n in again if len(blocks[n].text) >= LONG]
    distinct = {"".join(blocks[n].text.split()) for n in repeated}
    if len(distinct) < max(2, 0.6 * len(long)):
        return set()
    return {n for n in again if n >= repeated[0] - 2}
