"""trafilatura as a second opinion on where the text is."""

from lxml import html

from meiri.ingest.blocks import Block
from meiri.ingest.body import FoundBody
from meiri.ingest.language import language_of

# A text shorter than this, in characters, is not trusted without a second opinion.
SHORT = 120
# The worth of a Chinese body that is trusted: a flash of one or two sentences.
ENOUGH = 20
# Where trafilatura's text lies within Meiri's and is this much shorter, Meiri's holds something foreign.
TIGHTER = 0.75
# Where the longer text of trafilatura's has less than this in common with Meiri's, Meiri looked in the wrong place: measured
# on the pages in some thirty languages, of which it makes more right than wrong, and none of the English ones worse.
ALIKE = 0.5


def outvoted_by_trafilatura(tree: html.HtmlElement, blocks: list[Block], body: FoundBody) -> FoundBody | None:
    """The body that trafilatura sees, in Meiri's own blocks, where its vote is the better one; else None.

    On Chinese pages it leaves out too much to be asked, unless Meiri found next to nothing.
    """
    own = "".join(body.text.split())
    if body.worth > ENOUGH and language_of(own).startswith("zh"):
        return None
    theirs = text_of(tree)
    lines = {"".join(line.split()) for line in theirs.split("\n")}
    joined = "".join(theirs.split())
    picked = {n for n, b in enumerate(blocks) if _among(b, lines, joined)}
    if not picked:
        return None
    length = sum(len("".join(blocks[n].text.split())) for n in picked)
    within = sum(len("".join(b.text.split())) for b in body.blocks if _among(b, lines, joined))
    tighter = within > 0.95 * length and len(joined) < TIGHTER * len(own)
    elsewhere = length > len(own) and 2 * within < ALIKE * (length + len(own))
    if (len(own) > SHORT and not tighter and not elsewhere) or (length <= SHORT and len(own) > 0.5 * length):
        return None
    first, last = min(picked), max(picked)
    return FoundBody(
        blocks=[
            b
            for n, b in enumerate(blocks)
            if n in picked or (first < n < last and b.kind == "figure" and _beside(n, picked))
        ],
        above=blocks[:first],
        below=blocks[last + 1 :],
        worth=length,
    )


def _among(block: Block, lines: set[str], joined: str) -> bool:
    text = "".join(block.text.split())
    return bool(text) and (text in lines or (len(text) > 15 and text in joined))


def _beside(number: int, picked: set[int]) -> bool:
    return not picked.isdisjoint((number - 2, number - 1, number + 1, number + 2))


def text_of(tree: html.HtmlElement) -> str:
    """The main text as trafilatura finds it."""
    from trafilatura import extract

    return (
        extract(tree, include_comments=False, include_tables=True, deduplicate=False, with_metadata=False)
        or ""
    )
