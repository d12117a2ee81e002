"""What stands in each page of a site: blocks that several pages with different headlines share are none of them's text.

It is learnt from some pages of a part of a site, and left out when each is read.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from meiri.ingest import headline
from meiri.ingest.blocks import Block, read_blocks
from meiri.ingest.metadata import read_metadata
from meiri.ingest.metaline import is_meta_line
from meiri.ingest.page import joined_address, parse, without_machinery
from meiri.ingest.text_encoding import decode

# Pages of one part of a site that are looked at, the fewest that must share a block, and the share of them.
MOST_PAGES, FEWEST, SHARE = 60, 3, 0.2
# Blocks of a page that are looked at.
MOST_BLOCKS = 3_000


class PageDigests(NamedTuple):
    """The digests of the headline of a page and of its blocks; `url`: the address that it gives itself."""

    headline: int
    blocks: frozenset[int]
    url: str


def digests_of_page(data: bytes, declared: str | None = None, url: str = "") -> PageDigests:
    """The digests of a page that was fetched at `url`, where that is known. Raises `Unreadable`."""
    text = decode(data, declared)[0]
    tree = parse(text)
    metadata = read_metadata(tree, text)
    base = url or metadata.url
    blocks = read_blocks(
        without_machinery(tree),
        lambda href: href,
        lambda source: joined_address(base, source) if base else source,
    )[:MOST_BLOCKS]
    title = headline.find_headline(tree, blocks, metadata.titles)
    found = frozenset(digest for block in blocks if (digest := digest_of_block(block)))
    return PageDigests(_digest(headline.letters(title)), found, metadata.url)


def digest_of_block(block: Block) -> int:
    """63 bits of what a block shows; 0 for what tells of its article, as lines of source and time do."""
    words = "".join(block.text.split())
    if block.picture is not None:
        words = f"{words} {block.picture.url}"
    if len(words) < 2 or is_meta_line(block.line):
        return 0
    return _digest(words)


def _digest(words: str) -> int:
    return int.from_bytes(hashlib.blake2b(words.encode("utf-8", "replace"), digest_size=8).digest()) >> 1


def furniture_of(pages: Iterable[PageDigests]) -> frozenset[int]:
    """The digests of the blocks that several of these pages share. Pages with the same headline count as one: they may be one article."""
    by_headline: dict[int, set[int]] = {}
    for page in pages:
        by_headline.setdefault(page.headline, set()).update(page.blocks)
    counts = Counter(digest for blocks in by_headline.values() for digest in blocks)
    enough = max(FEWEST, SHARE * len(by_headline))
    return frozenset(digest for digest, count in counts.items() if count >= enough)


def without_furniture(blocks: list[Block], furniture: Collection[int]) -> list[Block]:
    return [block for block in blocks if digest_of_block(block) not in furniture] if furniture else blocks


def furniture_between(blocks: Sequence[Block], own: Sequence[Block], body: Sequence[Block]) -> list[Block]:
    """The blocks that are not among a page's `own` and stand between the first and the last of its body."""
    if len(blocks) == len(own) or not body:
        return []
    kept, chosen = {id(block) for block in own}, {id(block.element) for block in body}
    places = [n for n, block in enumerate(blocks) if id(block.element) in chosen]
    between = blocks[places[0] : places[-1]] if places else []
    return [block for block in between if id(block) not in kept]
