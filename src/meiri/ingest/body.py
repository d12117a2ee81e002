"""Where the text of an article stands on its page, and where it begins and ends."""

import re
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise

from lxml import html

from meiri.ingest.blocks import Block
from meiri.ingest.ending import SENTENCE, find_end, opens_section, reads_as_text
from meiri.ingest.headline import letters, squeeze
from meiri.ingest.junk import (
    begins_comments,
    ends_articles,
    is_around,
    is_control,
    is_notice,
    is_record,
    leads_elsewhere,
    trailing_control,
)
from meiri.ingest.metaline import is_meta_line, read_line
from meiri.ingest.page import words_of
from meiri.ingest.repetition import repeated_items, set_twice, spans_of

_BODY_NAMES = re.compile(
    r"\b(?:article[-_]?(?:body|content|text|detail|con)|art(?:i)?[-_]?(?:body|content|con)|(?:post|news|main|detail|entry|story|text|txt|page|rich_media)[-_]?(?:body|content|text|con|txt)|"
    r"content|artibody|zoom|trs[-_]?editor|trs_uedit|endtext|js[-_]?content|contentarea|contenttext|main[-_]?text|neirong|zhengwen|detail|ueditor|v_news_content)\b",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"^[▲△↑▼]|^(?:图为|图说|图注|图\d*[:：]|图片说明|资料图)|(?:摄|供图|制图|绘|绘图|/图|图/.{2,12}|视频截图|资料图片?|图片来源.{0,20}|图源.{0,20})[）)。]?$"
)
_SLIDE = re.compile(r"^\s{0,4}\d{1,3}\s?/\s?\d{1,3}\s{0,4}(?=[^\d\s/])")
_ARTICLE_WORDS = frozenset(("article", "story", "post", "news", "artical"))
_TEXT_WORDS = frozenset(("body", "content", "text", "detail"))
# Elements that hold one paragraph.
_OF_TEXT = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "span", "pre"))
# The worth of a flash of a sentence; what weighs less is looked for below the headline's meta line.
FLASH = 20
# More headings of what follows articles are looked at on no page: for each, all that it may head is gone through.
MOST_HEADINGS = 100
# The share of the best container's worth that a smaller one inside it must hold to be preferred.
NESTED_SHARE = 0.88
NAMED_SHARE = 0.6


@dataclass
class FoundBody:
    """`blocks` of the text itself; `above` and `below` are what stood before and after it; `worth` is its weight.

    `left_out` are those in its part of the page, from its first to its last, that are not taken for its own.
    """

    blocks: list[Block] = field(default_factory=list)
    left_out: list[Block] = field(default_factory=list)
    above: list[Block] = field(default_factory=list)
    below: list[Block] = field(default_factory=list)
    worth: float = 0

    @property
    def text(self) -> str:
        return "\n".join(b.text for b in self.blocks if b.text)


def find_body(blocks: list[Block], title: str) -> FoundBody:
    """The body among all `blocks` of a page whose headline reads `title`."""
    weights = [weight(b) for b in blocks]
    around = _around(blocks, weights, title)
    own = [0.0 if n in around else w for n, w in enumerate(weights)]
    container = _container(
        [b for n, b in enumerate(blocks) if n not in around],
        [w for n, w in enumerate(own) if n not in around],
    )
    inside = _inside(blocks, container) if container is not None else []
    found = _body_of(blocks, inside, around, own, title)
    if found.worth <= FLASH and (under := _under_the_meta_line(blocks, title)):
        below = _body_of(blocks, under, around, own, title)
        begins_there = found.blocks and any(found.blocks[0] is blocks[n] for n in under)
        if below.blocks and (not begins_there or len(below.text) > len(found.text)):
            found = below
        if found.blocks:
            found.worth = max(found.worth, FLASH + len(found.text))
    name_captions(found.blocks)
    return found


def _body_of(
    blocks: list[Block], inside: list[int], around: set[int], weights: list[float], title: str
) -> FoundBody:
    """The body among the blocks `inside` one part of the page."""
    kept = [n for n in inside if n not in around]
    twice = set_twice([blocks[n] for n in kept])
    kept = [n for position, n in enumerate(kept) if position not in twice]
    first, last = _trim(blocks, kept, weights, title)
    if first > last:
        return FoundBody(above=blocks)
    chosen = [n for n in kept if first <= n <= last and not _strays(blocks[n])]
    taken = set(chosen)
    found = FoundBody(
        blocks=[without_trailing_control(blocks[n]) for n in chosen],
        left_out=[blocks[n] for n in inside if n >= first and n not in taken],
        above=blocks[:first],
        below=blocks[last + 1 :],
    )
    found.worth = sum(weights[n] for n in chosen)
    return found


def _under_the_meta_line(blocks: list[Block], title: str) -> list[int]:
    """The blocks below the line of the time under the headline: what there is where nothing outweighs its links."""
    at = next((n for n, b in enumerate(blocks) if title and same_words(b.text, title)), None)
    if at is None:
        return []
    for n in range(at + 1, min(len(blocks), at + 8)):
        if is_meta_line(blocks[n].line) and read_line(blocks[n].line).published:
            return list(range(n + 1, len(blocks)))
    return []


def without_trailing_control(block: Block) -> Block:
    """`block` without the button behind its last sentence."""
    if words := trailing_control(block.text):
        block.text = block.text[: -len(words)].rstrip()
        block.markup = re.sub(
            rf"(?:<a [^<>]*>)?{re.escape(escape(words, quote=False))}(?:</a>)?$", "", block.markup
        ).rstrip()
    return block


def name_captions(blocks: list[Block]) -> None:
    """Turn the line under a picture that tells what it shows, or who took it, into its caption."""
    slides = [b for above, b in pairwise(blocks) if above.kind == "figure" and _SLIDE.match(b.text)]
    for block in slides if len(slides) > 1 else []:
        # “1/5东岸码头…”: which of how many a player shows says nothing in a text.
        block.kind = "caption"
        block.text, block.markup = _SLIDE.sub("", block.text), _SLIDE.sub("", block.markup)
    for above, block in pairwise(blocks):
        if (
            above.kind == "figure"
            and block.kind == "p"
            and 2 <= len(block.text) <= 80
            and "\n" not in block.text
        ):
            centred = "center" in f"{block.element.get('style') or ''}{block.element.get('align') or ''}"
            short = len(block.text) <= 40 and not block.text.endswith(("。", "：", ":", "！", "？", "”"))
            if _CAPTION.search(block.text) or (centred and short):
                block.kind = "caption"


def weight(block: Block) -> float:
    """How much a block speaks for being an article's text, in characters; links speak against it."""
    if block.kind == "figure":
        return 0
    length: float = len(block.text)
    if length > 4:
        # A Latin letter carries less than a Chinese character.
        wide = sum(1 for c in block.text[:200] if c >= "\u2e80")
        length = length if wide * 3 > min(length, 200) else length * 0.45
    linked = block.linked * (length / max(1, len(block.text)))
    own = length - linked
    if block.kind == "table":
        return own * 0.5 - linked
    if linked > 0.6 * length and block.kind != "quote":
        return -linked - 3
    if block.kind in ("h2", "h3", "h4"):
        return min(own, 10) * 0.2
    if is_notice(block.text):
        return -own if is_record(block.text) else 0
    if own >= 10 and SENTENCE.search(block.text):
        return own - linked * 0.5
    if own >= 30:
        return own * 0.6
    return own * 0.25 - 2 - linked


def _around(blocks: list[Block], weights: list[float], title: str) -> set[int]:
    """Indices of the blocks in parts of the page that are named, or headed, as something around the article."""
    total = sum(w for w in weights if w > 0) or 1
    spans = spans_of(blocks)
    out: set[int] = set()
    for element, members in spans.items():
        if element.tag in _OF_TEXT and any(weights[n] > 12 and reads_as_text(blocks[n]) for n in members):
            # A paragraph's own class says how it looks.
            continue
        words = words_of(element)
        if element.tag in ("aside", "footer", "nav") or is_around(words):
            share = sum(weights[n] for n in members if weights[n] > 0) / total
            # “paywall-article article-body” is the article for all its other names.
            most = 0.1 if words & _ARTICLE_WORDS and words & _TEXT_WORDS else 0.35
            if share < most and not (title and any(blocks[n].text == title for n in members)):
                out.update(n for n in members if blocks[n].kind != "media")
    out |= repeated_items(blocks, spans)
    headings = [n for n, block in enumerate(blocks) if ends_articles(block.text)]
    for n in headings[:MOST_HEADINGS]:
        if n not in out and not _is_own_section(blocks, n, spans, weights):
            out.update(_headed_by(blocks, n, spans, weights, total))
    return out


def _is_own_section(blocks: list[Block], heading: int, spans: dict, weights: list[float]) -> bool:
    """Whether a heading like 热点关注 is the article's own: a paragraph follows, and both stand in the flow of the text,
    beside its paragraphs, or in a part of it that more text follows."""
    if not opens_section(blocks, heading):
        return False
    block = blocks[heading]
    part = block.element
    for element in (block.element, *block.element.iterancestors()):
        members = spans[element]
        if any(weights[n] > 12 for n in members if n < heading):
            in_the_flow = element is block.element or all(n == heading for n in spans[part])
            return in_the_flow or any(
                weights[n] > 12 and blocks[n].linked == 0 for n in members if n > spans[part][-1]
            )
        part = element
    return False


def _headed_by(
    blocks: list[Block], heading: int, spans: dict, weights: list[float], total: float
) -> list[int]:
    """The blocks that a heading like 相关阅读 introduces: the rest of the smallest part that begins with it and goes on."""
    for element in (blocks[heading].element, *blocks[heading].element.iterancestors()):
        members = [n for n in spans[element] if n >= heading]
        if len(members) < 2:
            continue
        before = sum(weights[n] for n in spans[element] if n < heading and weights[n] > 0)
        if before > 0 and not begins_comments(blocks[heading].text):
            members = _up_to_more_text(blocks, members, weights)
        share = sum(weights[n] for n in members if weights[n] > 0) / total
        # Such a heading may stand above a side column that comes before the article: leave that alone.
        return members if share < 0.5 or before > 0.3 * total else [heading]
    return [heading]


def _up_to_more_text(blocks: list[Block], members: list[int], weights: list[float]) -> list[int]:
    """`members` up to where the article goes on: three paragraphs in a row with no linked title between."""
    run: list[int] = []
    for n in members[1:]:
        if blocks[n].kind == "figure":
            continue
        run = [*run, n] if weights[n] > 20 and blocks[n].linked < 5 else []
        if len(run) == 3:
            return [m for m in members if m < run[0]]
    return members


def _container(blocks: list[Block], weights: list[float]) -> html.HtmlElement | None:
    """The element whose blocks together weigh most, or a part of it that holds nearly all and is named as a body."""
    sums: dict[html.HtmlElement, float] = {}
    depth: dict[html.HtmlElement, int] = {}
    for block, value in zip(blocks, weights, strict=True):
        chain = [block.element, *block.element.iterancestors()]
        for level, element in enumerate(reversed(chain)):
            sums[element] = sums.get(element, 0) + value
            depth[element] = level
    if not sums:
        return None
    best = max(sums, key=lambda e: (round(sums[e], 3), depth[e]))
    if sums[best] <= 0:
        return None
    articles = [e for e in sums if e.get("itemprop") == "articleBody" and sums[e] > 0.4 * sums[best]]
    if articles:
        best = max(articles, key=lambda e: sums[e])
    while True:
        inner = [e for e in sums if e.getparent() is best]
        heaviest = max(inner, key=lambda e: sums[e], default=None)
        if heaviest is None or heaviest.tag in ("p", "h1", "h2", "h3", "li", "tr", "blockquote"):
            return best
        names = f"{heaviest.get('class') or ''} {heaviest.get('id') or ''}"
        needed = NAMED_SHARE if _BODY_NAMES.search(names) else NESTED_SHARE
        if sums[heaviest] < needed * sums[best]:
            return best
        best = heaviest


def _inside(blocks: list[Block], container: html.HtmlElement) -> list[int]:
    return [
        n
        for n, b in enumerate(blocks)
        if b.element is container or any(a is container for a in b.element.iterancestors())
    ]


def _trim(blocks: list[Block], kept: list[int], weights: list[float], title: str) -> tuple[int, int]:
    """The first and last index of the body: after the headline and its meta line, before notices and editors' lines."""
    if not kept:
        return 0, -1
    start = 0
    for position, n in enumerate(kept[: max(12, len(kept) // 3)]):
        if title and _is_headline(blocks, n, title):
            start = position + 1
            break
    heavy = [p for p, n in enumerate(kept) if p >= start and weights[n] > 12]
    limit = heavy[0] if heavy else start
    # Up to the first real paragraph: past the headline block, then past its meta lines and controls.
    for position in range(start, min(len(kept), limit + 1 if heavy else start + 8)):
        if _is_heading_matter(blocks[kept[position]]):
            start = position + 1
        elif not heavy:
            break
    rest = [blocks[n] for n in kept]
    end = find_end(rest, start, _signing_from(rest, [weights[n] for n in kept], start)) - 1
    if start > end:
        return kept[-1] + 1, kept[-1]
    return kept[start], kept[end]


def _is_headline(blocks: list[Block], n: int, title: str) -> bool:
    """Whether a block is the headline, or repeats it letter by letter. In brackets below it, it begins the text."""
    if not same_words(blocks[n].text, title):
        return False
    return squeeze(blocks[n].text) == title or not any(same_words(b.text, title) for b in blocks[:n])


def _signing_from(blocks: list[Block], weights: list[float], start: int) -> int:
    """From where on an editor's line stands under the text, not above it: behind half of it."""
    total = sum(w for w in weights[start:] if w > 0)
    passed = 0.0
    for position in range(start, len(blocks)):
        if passed > 0.5 * total:
            return position
        passed += max(0.0, weights[position])
    return len(blocks)


def _is_heading_matter(block: Block) -> bool:
    if block.kind == "figure":
        return False
    return (
        is_control(block.text)
        or is_notice(block.text)
        or all(is_meta_line(line) for line in block.line.split("\n") if line.strip())
    )


def _strays(block: Block) -> bool:
    """A line inside a text that is no part of it: an advertisement's label, a share bar, a player's excuse."""
    return block.kind != "figure" and (
        is_control(block.text)
        or block.text in ("广告", "ADVERTISEMENT", "Advertisement")
        or (leads_elsewhere(block.text) and block.linked > 0.6 * len(block.text.replace(" ", "")))
    )


def same_words(one: str, other: str) -> bool:
    return letters(one) == letters(other) != ""
