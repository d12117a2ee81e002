"""The texts of an article as proofing looks at them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from meiri.newsroom.body.stream import body_of, words_of_kinds
from meiri.newsroom.models import Article
from meiri.newsroom.plain_text import paragraphs
from meiri.proofing.rules.rule import Passage

# The fields of the form that readers read, in its order.
FIELDS = ("kicker", "title", "subtitle", "short_title", "summary", "dateline")


def passages_of(article: Article) -> list[Passage]:
    """The passages of an article, or of a version of it as an object."""
    fields = [Passage(name, getattr(article, name)) for name in FIELDS]
    return [*(passage for passage in fields if passage.text), *_of_body(article.body.raw_data)]


def passages_of_content(content: Mapping[str, Any]) -> list[Passage]:
    """The passages of a revision's content."""
    fields = [Passage(name, content.get(name) or "") for name in FIELDS]
    return [*(passage for passage in fields if passage.text), *_of_body(body_of(content))]


def passages_of_text(title: str, body: Iterable[Mapping[str, Any]]) -> list[Passage]:
    """The passages of a title and a body as it is stored."""
    return [*([Passage("title", title)] if title else []), *_of_body(body)]


def _of_body(raw: Iterable[Mapping[str, Any]]) -> Iterator[Passage]:
    kinds = words_of_kinds()
    for block in raw:
        if (words := kinds.get(block["type"])) is None:
            continue
        for part, text in enumerate(words.read(block["value"])):
            if text := text.strip():
                yield Passage(f"body:{block.get('id') or ''}", text, part)


def published_texts_of(article: Article) -> tuple[str, ...]:
    """The paragraphs that readers see of an article; none where it is not published."""
    return tuple(paragraphs(article.body.raw_data)) if article.live else ()
