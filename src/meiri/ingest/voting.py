"""trafilatura as a second opinion on where the text is: on pages in other languages than Chinese, what both take is the text.

Thresholds were chosen by F1 of bodies on two sets of pages, in both halves of which they gain (`bench/extraction.py --halves`).
"""

import re
import unicodedata

from lxml import html

from meiri.ingest.blocks import Block
from meiri.ingest.body import FoundBody, same_words
from meiri.ingest.language import language_of

# A text shorter than this, in letters, is not trusted without a second opinion.
SHORT = 120
# The worth of a Chinese body that is trusted: a flash of one or two sentences.
ENOUGH = 20
# Where both have less than this share of their texts in common, one of them looked in the wrong place.
ALIKE = 0.6
# What holds this share of its text within the other's has nothing foreign.
WITHIN = 0.9
# Where less than this share of theirs is in ours, ours is a part of the article.
PART = 0.5
# Letters of a line that may stand anywhere in the other text; shorter ones have to be a line of it.
ANYWHERE, PIECE_ANYWHERE = 15, 12
# Letters of a paragraph that may be told by its sentences, the share of them that must be there.
TOLD_BY_SENTENCES, SENTENCES_THERE = 30, 0.8
# How far above the text its lead may stand, and the fewest letters of it.
ABOVE, SHORTEST_LEAD, BEGINNING = 15, 30, 60
_SENTENCES = re.compile(r"[\n。.!?！？।။።۔]")
_LEAD = re.compile(
    r"lead|intro|summary|standfirst|vorspann|chapo|\bdek\b|\bdeck\b|abstract|sub-?head|perex|ingress|preamble|excerpt"
    r"|entradilla|sommario|sapo",
    re.IGNORECASE,
)


def agreed_body(
    tree: html.HtmlElement, blocks: list[Block], body: FoundBody, title: str, description: str
) -> FoundBody | None:
    """The body by the votes of Meiri and trafilatura, in Meiri's own blocks; None where Meiri's stands.

    On Chinese pages trafilatura leaves out too much to be asked, unless Meiri found next to nothing. `description` is what
    the page tells machines of its text.
    """
    is_chinese = language_of("".join(body.text.split())).startswith("zh")
    if is_chinese and body.worth > ENOUGH:
        return None
    theirs = text_of(tree)
    lines, joined = {_letters(line) for line in theirs.split("\n")}, _letters(theirs)
    number_of = {id(block): n for n, block in enumerate(blocks)}
    own = {number_of[id(block)] for block in body.blocks if block.text and id(block) in number_of}
    other = {n for n, block in enumerate(blocks) if _is_in(block, lines, joined)}
    picked = _picked(blocks, own, other)
    if picked == own and is_chinese:
        return None
    if not picked:
        return None
    picked |= _lead_of(blocks, picked, title, description)
    first, last = min(picked), max(picked)
    figures = {n for n in range(first, last + 1) if blocks[n].kind == "figure" and _is_shown(n, picked, own)}
    figures |= {
        number_of[id(b)] for b in body.blocks if b.kind == "figure" and first <= number_of.get(id(b), -1)
    }
    captions = {n + 1 for n in figures if n + 1 < len(blocks) and blocks[n + 1].kind == "caption"}
    taken = sorted(picked | figures | captions)
    return FoundBody(
        blocks=[blocks[n] for n in taken],
        left_out=[b for b in (*body.blocks, *body.left_out) if number_of.get(id(b)) not in set(taken)],
        above=blocks[:first],
        below=blocks[last + 1 :],
        worth=_length(blocks, picked),
    )


def _picked(blocks: list[Block], own: set[int], other: set[int]) -> set[int]:
    """Which blocks are the text: what both have, unless one of them missed most of it or looked elsewhere."""
    both = own & other
    common, ours, theirs = (_length(blocks, numbers) for numbers in (both, own, other))
    if theirs <= SHORT and ours > theirs:
        return own
    if ours == 0 or common < ALIKE * min(ours, theirs):
        return other if theirs > ours else own
    if common < ALIKE * ours and common < WITHIN * theirs:
        return own
    return other if common < PART * theirs else both


def _length(blocks: list[Block], numbers: set[int]) -> int:
    return sum(len("".join(blocks[n].text.split())) for n in numbers)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFC", text)).lower()


def _is_in(block: Block, lines: set[str], joined: str) -> bool:
    """Whether a block is in the text of `lines`: as one of them, within, or sentence by sentence."""
    words = _letters(block.text)
    if not words:
        return False
    if words in lines or (len(words) > ANYWHERE and words in joined):
        return True
    if len(words) <= TOLD_BY_SENTENCES:
        return False
    pieces = [piece for piece in map(_letters, _SENTENCES.split(block.text)) if piece]
    there = sum(len(p) for p in pieces if p in lines or (len(p) > PIECE_ANYWHERE and p in joined))
    return there > SENTENCES_THERE * sum(map(len, pieces))


def _lead_of(blocks: list[Block], picked: set[int], title: str, description: str) -> set[int]:
    """The lead that stands by itself between headline and text: named so, or what the page gives as its description."""
    first = min(picked)
    headlines = [n for n in range(first) if title and same_words(blocks[n].text, title)]
    start = max((headlines[-1] if headlines else first - ABOVE) + 1, first - ABOVE, 0)
    told, begun = _letters(description), _letters(blocks[first].text)[:BEGINNING]
    found: set[int] = set()
    for n in range(start, first):
        block, words = blocks[n], _letters(blocks[n].text)
        if len(words) < SHORTEST_LEAD or words[:BEGINNING] == begun or block.linked > 0.3 * len(block.text):
            continue
        is_told = len(told) >= SHORTEST_LEAD and (
            words[:BEGINNING] == told[:BEGINNING] or told.startswith(words)
        )
        if is_told or (headlines and block.kind in ("p", "h2", "h3", "h4", "li") and _is_named_lead(block)):
            found.add(n)
    return found


def _is_named_lead(block: Block) -> bool:
    around = block.element.getparent()
    names = [block.element.get("class") or "", (around.get("class") or "") if around is not None else ""]
    return bool(_LEAD.search(" ".join(names)))


def _is_shown(number: int, picked: set[int], own: set[int]) -> bool:
    """Whether a picture stands with the text."""
    return number in own or not picked.isdisjoint((number - 2, number - 1, number + 1, number + 2))


def text_of(tree: html.HtmlElement) -> str:
    """The main text as trafilatura finds it."""
    from trafilatura import extract

    return (
        extract(tree, include_comments=False, include_tables=True, deduplicate=False, with_metadata=False)
        or ""
    )
