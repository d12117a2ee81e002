"""trafilatura as a second opinion on where the text is."""

from lxml import html

from meiri.ingest.blocks import Block
from meiri.ingest.body import FoundBody

# Chinese pages follow Meiri's own rules unless these find less than this share of what trafilatura finds.
TRUST = 0.4


def outvoted_by_trafilatura(
    tree: html.HtmlElement, blocks: list[Block], body: FoundBody, title: str
) -> FoundBody | None:
    """The body that trafilatura sees, in Meiri's own blocks, where its vote is the better one; else None."""
    own = "".join(body.text.split())
    chinese = sum("一" <= c <= "鿿" for c in own) > 0.2 * len(own)
    if chinese and len(own) > 120:
        return None
    theirs = text_of(tree)
    if not theirs:
        return None
    lines = {"".join(line.split()) for line in theirs.split("\n")}
    joined = "".join(theirs.split())
    chosen = [n for n, b in enumerate(blocks) if _among(b, lines, joined)]
    length = sum(len("".join(blocks[n].text.split())) for n in chosen)
    if not chosen or (chinese and len(own) > TRUST * length):
        return None
    first, last = chosen[0], chosen[-1]
    picked = set(chosen)
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
    return number - 1 in picked or number + 1 in picked or number - 2 in picked or number + 2 in picked


def text_of(tree: html.HtmlElement) -> str:
    """The main text as trafilatura finds it."""
    from trafilatura import extract

    return (
        extract(tree, include_comments=False, include_tables=True, deduplicate=False, with_metadata=False)
        or ""
    )
