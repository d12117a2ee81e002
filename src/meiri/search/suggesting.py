"""What a reader may be about to ask for, while it is being typed: names, and titles of articles."""

from dataclasses import dataclass
from itertools import pairwise

import tantivy
from tantivy import Occur, Order
from tantivy import Query as Match

from meiri.newsroom.cards import Card
from meiri.newsroom.models import Article
from meiri.search.directory import Named, NameKind, names_like
from meiri.search.folding import fold
from meiri.search.index import analyzer, ask_index
from meiri.search.matching import IndexedText, one_of, read_as, written
from meiri.search.pinyin import begin_with, beginnings, sounds, spoken
from meiri.search.words import characters, is_han, pieces, threes

LONGEST_TYPED = 50
MOST_SUGGESTIONS = 8
MOST_NAMES = 4
MOST_TITLES = 8
# So many of the newest titles with what was typed are looked at.
LOOKED_AT = 24
# Readers who have typed at least so many letters may mean initials.
FEWEST_INITIALS = 3
MOST_PARTS = 6


@dataclass(frozen=True)
class Suggestions:
    """Names first, then titles; both the best first."""

    names: list[Named]
    articles: list[Card]


def suggest(typed: str) -> Suggestions:
    """At most `MOST_SUGGESTIONS` for what has been typed, of which only the first `LONGEST_TYPED` characters count.

    Some short queries and as many of the index. Raises `index.Unavailable`.
    """
    text = " ".join(fold(typed[:LONGEST_TYPED]).split())
    if not text:
        return Suggestions([], [])
    titles = titles_with(text)
    names = ask_index(
        lambda searcher: [n for n in names_like(text, 2 * MOST_NAMES) if _leads_on(searcher, n)]
    )
    names = names[: max(MOST_NAMES, MOST_SUGGESTIONS - len(titles))]
    return Suggestions(names, titles[: MOST_SUGGESTIONS - len(names)])


def _leads_on(searcher: tantivy.Searcher, name: Named) -> bool:
    """Whether there is something to read of `name`: the dictionary has names that no article mentions."""
    if name.kind != NameKind.NAME:
        return True
    return all(searcher.doc_freq("text", word) for word in IndexedText.of(fold(name.text)).telling)


def titles_with(text: str) -> list[Card]:
    """Articles that have folded `text` in their titles, or are read so; those that begin with it first, the newest first."""
    match = having(text)
    if match is None:
        return []

    def newest(searcher: tantivy.Searcher) -> list[int]:
        hits = searcher.search(match, LOOKED_AT, count=False, order_by_field="moment", order=Order.Desc).hits
        return list(searcher.fast_field_values("id", [address for _, address in hits]))  # type: ignore[arg-type]

    unlike: dict[str, Card] = {}
    for card in Article.objects.in_order(ask_index(newest)):
        unlike.setdefault(fold(card.title), card)
    found = sorted(unlike.items(), key=lambda title: not title[0].startswith(text))
    return [card for _, card in found[:MOST_TITLES]]


def having(text: str) -> Match | None:
    """Titles with each part of folded `text`, as it is written or as it is read; None where there is nothing to look for."""
    musts = [must for part in text.split()[:MOST_PARTS] if (must := _having_part(part))]
    return Match.boolean_query([(Occur.Must, must) for must in musts]) if musts else None


def _having_part(part: str) -> Match | None:
    whole = _written(part)
    found = pieces(part)
    if whole is None or all(is_han(piece) for piece in found):
        return whole
    # Characters that are chosen already, and letters that are still to become some.
    musts = []
    for before, piece in pairwise(["", *found]):
        # Without a reading it is no syllable: rare characters have none.
        after = [said for said in spoken(before)[-1:] if said] if before and is_han(before) else []
        ways = [way for way in (_written(piece), *_read(piece, after)) if way]
        musts.append((Occur.Must, one_of(ways)))
    return one_of([whole, Match.boolean_query(musts)])


def _written(text: str) -> Match | None:
    found = analyzer().analyze(" ".join(characters(text)))
    return written(list(enumerate(found))) if found else None


def _read(letters: str, after: list[str]) -> list[Match]:
    """Titles and names that are read as these letters begin, after the syllable `after` where one is given; or whose initials
    they are."""
    if not (letters.isascii() and letters.isalpha()):
        return []
    ways = [read for head, tail in beginnings(letters) if (read := _beginning([*after, *head], tail))]
    if len(letters) >= FEWEST_INITIALS:
        ways.append(read_as(threes(letters)))
    return ways


def _beginning(head: list[str], tail: str) -> Match | None:
    if not head:
        return None
    last = one_of([read_as(sounds([[head[-1], syllable]])) for syllable in begin_with(tail)])
    before = sounds([head])
    return Match.boolean_query([(Occur.Must, read_as(before)), (Occur.Must, last)]) if before else last
