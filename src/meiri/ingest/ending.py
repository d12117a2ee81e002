"""Where an article ends among the blocks that follow its beginning: by what stands below, and by what the last blocks are."""

import re
from collections.abc import Sequence
from itertools import takewhile

from meiri.ingest.blocks import Block
from meiri.ingest.junk import (
    begins_comments,
    ends_articles,
    is_about_the_site,
    is_control,
    is_credit,
    is_notice,
    is_record,
    is_the_end,
    leads_elsewhere,
    signs_off,
)
from meiri.ingest.times import RELATIVE, without_times

SENTENCE = re.compile(r"[。！？；，、!?;…”།᠃؟،۔।॥។።။]|[a-zà-ž0-9][.,](?:\s|$)")
_WHOLE = re.compile(r"[。！？!?”」』）)》.…།᠃؟۔।॥។።။:：]$")
_TEASER = re.compile(r"(?:\.{3}|…|\[(?:详细|阅读全文|全文|更多)\])$")
_OF_COMMENTS = re.compile(
    r"^(?:回复|点赞|赞|举报|顶|踩|楼主|沙发)|^#\d{1,5}\b|^\d{1,5}\s?楼|^於\s?\d{4}|^来自.{1,12}网友"
)
_FILE = re.compile(r"\.(?:docx?|xlsx?|pptx?|pdf|zip|rar|wps|txt)\b", re.IGNORECASE)
_NUMBERED = re.compile(r"^(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s?[.、．)）]")
# Characters that make a sentence of a paragraph; fewer may be a title.
SHORTEST_PARAGRAPH = 16
LONG_PARAGRAPH = 60
# How many lines of no kind may stand between a notice and the end.
MOST_ORPHANS = 3
# How many blocks below a heading are looked at for what it heads.
BELOW = 6


def reads_as_text(block: Block) -> bool:
    """Whether a block is a paragraph of an article, by itself: a sentence, and not one of the site's own."""
    text = block.text
    if block.kind == "figure" or is_notice(text) or leads_elsewhere(text):
        return False
    if len(text) >= LONG_PARAGRAPH:
        return True
    return len(text) >= SHORTEST_PARAGRAPH and bool(SENTENCE.search(text) and _WHOLE.search(text))


def opens_section(blocks: Sequence[Block], heading: int) -> bool:
    """Whether the heading (热点关注, 相关链接, 网友评论) is one of the article's own: a paragraph follows at once, not a title."""
    below = [b for b in blocks[heading + 1 : heading + 1 + BELOW] if b.kind != "figure"]
    if not below or not reads_as_text(below[0]) or _TEASER.search(below[0].text):
        return False
    if below[0].linked > 0.3 * len(below[0].text) or is_credit(below[0].text, below[0].line):
        return False
    # What stands below the next such heading is that one's.
    own = takewhile(lambda block: not ends_articles(block.text), below)
    return not (begins_comments(blocks[heading].text) and any(_is_comments_own(b.text) for b in own))


def _is_comments_own(text: str) -> bool:
    text = text.strip()
    return len(text) <= 40 and bool(
        _OF_COMMENTS.match(text)
        or RELATIVE.fullmatch(text)
        or (without_times(text, "") != text and len(without_times(text, "").strip()) <= 6)
    )


def find_end(blocks: Sequence[Block], start: int, signing_from: int | None = None) -> int:
    """The index behind the last block of the article that begins at `start`.

    An editor's line counts from `signing_from` on: above it may be one of the headline's.
    """
    end = len(blocks)
    for n in range(start + 1, len(blocks)):
        if _is_definite(blocks, n, signing_from if signing_from is not None else start + 1):
            end = n
            break
    return _without_tail(blocks, start, end)


def _is_definite(blocks: Sequence[Block], n: int, signing_from: int) -> bool:
    block = blocks[n]
    text = block.text
    if not text:
        return False
    if n >= signing_from and signs_off(text, block.line):
        return True
    if ends_articles(text):
        return not opens_section(blocks, n)
    if re.match(r"[上下]一[篇条]\s?[:：]", text) and leads_elsewhere(text):
        return True
    below = [b for b in blocks[n + 1 : n + 1 + BELOW] if reads_as_text(b) and b.linked < 0.3 * len(b.text)]
    return not below and (is_the_end(text) or is_record(text))


def _without_tail(blocks: Sequence[Block], start: int, end: int) -> int:
    """`end` moved up past notices, credits and buttons, with the few lines of no kind between them."""
    best = end
    noticed = end < len(blocks) and (is_record(blocks[end].text) or is_notice(blocks[end].text))
    orphans = 0
    for n in range(end - 1, start - 1, -1):
        block = blocks[n]
        if _closes(block) or (noticed and is_about_the_site(block.text)):
            best, orphans = n, 0
            noticed = noticed or is_notice(block.text)
        elif _is_link_elsewhere(block):
            best, orphans = n, 0
        elif orphans < MOST_ORPHANS and (
            block.kind == "figure" or is_about_the_site(block.text) or not _holds_words(block)
        ):
            orphans += 1
        else:
            break
    return best


def _closes(block: Block) -> bool:
    text = block.text
    if block.kind == "figure" or not text:
        return False
    return (
        is_notice(text)
        or is_credit(text, block.line)
        or is_control(text)
        or leads_elsewhere(text)
        or ends_articles(text)
        or is_the_end(text)
    )


def _holds_words(block: Block) -> bool:
    """Whether a block is more than a line of no kind: a sentence, a list's item, a table, a signature's date."""
    return (
        block.kind != "p" or bool(SENTENCE.search(block.text)) or len(block.text) > 30 or block.text.isdigit()
    )


def _is_link_elsewhere(block: Block) -> bool:
    """Whether `block` is a line that is all link, as lists of other articles have; not a file, nor an item of a digest."""
    if (
        block.kind not in ("li", "p")
        or block.linked <= 0.8 * len(block.text.replace(" ", ""))
        or not block.text
    ):
        return False
    if SENTENCE.search(block.text[-1:]) or _FILE.search(block.text) or "附件" in block.text:
        return False
    return not _NUMBERED.match(block.text)
