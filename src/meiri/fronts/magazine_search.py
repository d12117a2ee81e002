"""Finding pieces of the magazine: the newest issues are kept folded in the process, which is quicker than any index of so few."""

from dataclasses import dataclass
from typing import Any

from meiri.delivery.keys import EVERYWHERE
from meiri.fronts.pages import MagazineIssuePage, public_issues
from meiri.journal.cache import InvalidatingCache
from meiri.journal.content_keys import MAGAZINE
from meiri.newsroom.rich_text import paragraphs_of_rich_text
from meiri.search.folding import fold
from meiri.search.query import Query

# Issues that are searched, the newest; pieces that are shown.
MOST_ISSUES, SHOWN = 60, 5
EXCERPT = 80


@dataclass(frozen=True)
class FoundPiece:
    """A piece; `text` are its words as they stand, `title_folded` and `folded` what is compared."""

    title: str
    author: str
    issue: str
    url: str
    text: str
    title_folded: str
    folded: str


_pieces: InvalidatingCache[str, Any] = InvalidatingCache(1, EVERYWHERE)


def find_pieces(query: Query, most: int = SHOWN) -> list[FoundPiece]:
    """The pieces that have all words of `query` and none that it rules out, those first that have them in the title, then the
    newest. One query, none where the issues are at hand. Nothing for a query of sections, sources or days."""
    if query.sections or query.is_dated or not query.wanted or any(t.field for t in query.terms):
        return []
    pieces = _pieces.one("pieces", lambda: (read_pieces(), [MAGAZINE]))
    wanted = [fold(term.text) for term in query.wanted]
    ruled_out = [fold(term.text) for term in query.terms if term.without]
    found = [
        piece
        for piece in pieces
        if all(word in piece.folded for word in wanted)
        and not any(word in piece.folded for word in ruled_out)
    ]
    found.sort(key=lambda piece: not all(word in piece.title_folded for word in wanted))
    return found[:most]


def excerpt_of(piece: FoundPiece, query: Query) -> str:
    """The words around the first one that was looked for."""
    places = [piece.text.find(term.text) for term in query.wanted]
    start = max(0, min((place for place in places if place >= 0), default=0) - EXCERPT // 3)
    words = piece.text[start : start + EXCERPT]
    return f"{'…' if start else ''}{words}{'…' if start + EXCERPT < len(piece.text) else ''}"


def read_pieces() -> list[FoundPiece]:
    """The pieces as they are stored: their pictures, which would be read issue by issue, are not shown. Two queries."""
    issues = public_issues().defer("words")[:MOST_ISSUES]
    return [
        piece_of(issue, number, entry["value"])
        for issue in issues
        for number, entry in enumerate(issue.contents.raw_data, start=1)
        if isinstance(entry["value"], dict)
    ]


def piece_of(issue: MagazineIssuePage, number: int, value: dict[str, Any]) -> FoundPiece:
    title, section, author, summary, body = (
        str(value.get(name) or "") for name in ("title", "section", "author", "summary", "body")
    )
    text = " ".join([summary, *paragraphs_of_rich_text(body)]).strip()
    return FoundPiece(
        title,
        author,
        f"{issue.title} {issue.number}",
        f"/zazhi/{issue.slug}/{number}/",
        text,
        fold(title),
        fold("\n".join([title, section, author, text])),
    )
