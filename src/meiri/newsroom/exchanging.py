"""Exchange words in an article: where they stand in its text, and the article with others in their place."""

from collections.abc import Collection

from meiri.changes.exchanging_words import Spots, WordExchange
from meiri.newsroom.body.stream import edited_body
from meiri.newsroom.models import Article

FIELDS = ("kicker", "title", "subtitle", "short_title", "summary", "dateline")


def spots_of(article: Article, words: str) -> Spots:
    """Where `words` stand in the titles, the summary, the dateline and the body of an article."""
    looking = WordExchange(words, words, ())
    _walk(article, looking)
    return looking.found


def exchange(article: Article, words: str, others: str, numbers: Collection[int]) -> None:
    """Put `others` in the place of `words` at those of `spots_of` that have these numbers; the article is not saved."""
    fields, body = _walk(article, WordExchange(words, others, numbers))
    for name, text in fields.items():
        setattr(article, name, text)
    article.body = article.body.stream_block.to_python(body)


def _walk(article: Article, walk: WordExchange) -> tuple[dict[str, str], list[dict]]:
    """Show `walk` every text of an article in their order. Returns its fields and its body with what it gave for them, as they are
    stored."""
    fields = {
        name: walk.exchanged_text(str(Article._meta.get_field(name).verbose_name), getattr(article, name))
        for name in FIELDS
    }
    return fields, edited_body(article.body.raw_data, walk)
