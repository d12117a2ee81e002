"""Where the text of an article stands on its page, and where it begins and ends."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from lxml import html

from meiri.ingest.blocks import Block
from meiri.ingest.junk import (
    AROUND,
    FOOTER,
    begins_comments,
    closes_text,
    ends_articles,
    opens_page,
    signs_off,
)
from meiri.ingest.metaline import is_meta_line
from meiri.ingest.page import words_of

_SENTENCE = re.compile(r"[。！？；，、!?;…”]|[a-zà-ž0-9][.,](?:\s|$)")
_BODY_NAMES = re.compile(
    r"\b(?:article[-_]?(?:body|content|text|detail|con)|art(?:i)?[-_]?(?:body|content|con)|(?:post|news|main|detail|entry|story|text|txt|page|rich_media)[-_]?(?:body|content|text|con|txt)|"
    r"content|artibody|zoom|trs[-_]?editor|trs_uedit|endtext|js[-_]?content|contentarea|contenttext|main[-_]?text|neirong|zhengwen|detail|ueditor|v_news_content)\b",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"^[▲△↑▼]|^(?:图为|图说|图注|图\d*[:：]|图片说明|资料图)|(?:摄|供图|制图|绘|绘图|/图|图/.{2,12}|视频截图|资料图片?|图片来源.{0,20}|图源.{0,20})[）)。]?$"
)
_ARTICLE_WORDS = frozenset(("article", "story", "post", "news", "artical"))
_TEXT_WORDS = frozenset(("body", "content", "text", "detail"))
# The share of the best container's worth that a smaller one inside it must hold to be preferred.
NESTED_SHARE = 0.88
NAMED_SHARE = 0.6


@dataclass
class FoundBody:
    """`blocks` of the text itself; `above` and `below` are what stood before and after it; `worth` is its weight."""

    blocks: list[Block] = field(default_factory=list)
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
    weights = [0.0 if n in around else w for n, w in enumerate(weights)]
    container = _container(
        [b for n, b in enumerate(blocks) if n not in around],
        [w for n, w in enumerate(weights) if n not in around],
    )
    if container is None:
        return FoundBody(above=blocks)
    inside = _inside(blocks, container)
    kept = [n for n in inside if n not in around]
    first, last = _trim(blocks, kept, weights, title)
    chosen = [n for n in kept if first <= n <= last]
    found = FoundBody(
        blocks=[blocks[n] for n in chosen if not _strays(blocks[n])],
        above=[b for n, b in enumerate(blocks) if n < first],
        below=[b for n, b in enumerate(blocks) if n > last],
    )
    found.worth = sum(weights[n] for n in chosen)
    name_captions(found.blocks)
    return found


def name_captions(blocks: list[Block]) -> None:
    """Turn the line under a picture that tells what it shows, or who took it, into its caption."""
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
    if len(block.text) < 600 and FOOTER.search(block.text):
        return -own
    if own >= 10 and _SENTENCE.search(block.text):
        return own - linked * 0.5
    if own >= 30:
        return own * 0.6
    return own * 0.25 - 2 - linked


def _around(blocks: list[Block], weights: list[float], title: str) -> set[int]:
    """Indices of the blocks in parts of the page that are named, or headed, as something around the article."""
    total = sum(w for w in weights if w > 0) or 1
    spans: dict[html.HtmlElement, list[int]] = {}
    for n, block in enumerate(blocks):
        for element in (block.element, *block.element.iterancestors()):
            spans.setdefault(element, []).append(n)
    out: set[int] = set()
    for element, members in spans.items():
        if element.tag in ("aside", "footer", "nav") or words_of(element) & AROUND:
            share = sum(weights[n] for n in members if weights[n] > 0) / total
            words = words_of(element)
            # “paywall-article article-body” is the article for all its other names.
            most = 0.1 if words & _ARTICLE_WORDS and words & _TEXT_WORDS else 0.35
            if share < most and not (title and any(blocks[n].text == title for n in members)):
                out.update(members)
    for n, block in enumerate(blocks):
        if n not in out and ends_articles(block.text):
            out.update(_headed_by(blocks, n, spans, weights, total))
    return out


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
        if title and same_words(blocks[n].text, title):
            start = position + 1
            break
    heavy = [p for p, n in enumerate(kept) if p >= start and weights[n] > 12]
    limit = heavy[0] if heavy else start
    # Up to the first real paragraph: past the headline block, then past its meta lines and controls.
    for position in range(start, min(len(kept), limit + 1 if heavy else start + 8)):
        if _is_heading_matter(blocks[kept[position]]):
            start = position + 1
    end = _signed_off(blocks, kept, weights, start)
    while end > start and _closes(blocks[kept[end]]):
        end -= 1
    if start > end:
        return kept[-1] + 1, kept[-1]
    return kept[start], kept[end]


def _signed_off(blocks: list[Block], kept: list[int], weights: list[float], start: int) -> int:
    """The position of the editor's line that stands alone under the text; the last position where there is none."""
    total = sum(weights[n] for n in kept[start:] if weights[n] > 0)
    passed = 0.0
    for position in range(start, len(kept)):
        block = blocks[kept[position]]
        if passed > 0.5 * total and block.kind != "figure" and signs_off(block.text, block.line):
            return position
        passed += max(0.0, weights[kept[position]])
    return len(kept) - 1


def _is_heading_matter(block: Block) -> bool:
    if block.kind == "figure":
        return False
    return opens_page(block.text) or all(
        is_meta_line(line) for line in block.line.split("\n") if line.strip()
    )


def _closes(block: Block) -> bool:
    if block.kind == "figure":
        return False
    linked_list = (
        block.linked > 0.8 * len(block.text)
        and block.kind in ("li", "p")
        and not _SENTENCE.search(block.text[-1:])
    )
    return (
        linked_list
        or closes_text(block.text, block.line)
        or opens_page(block.text)
        or ends_articles(block.text)
    )


def _strays(block: Block) -> bool:
    """A line inside a text that is no part of it: an advertisement's label, a share bar, a player's excuse."""
    return block.kind != "figure" and (
        opens_page(block.text) or block.text in ("广告", "ADVERTISEMENT", "Advertisement")
    )


def same_words(one: str, other: str) -> bool:
    return _letters(one) == _letters(other) != ""


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
