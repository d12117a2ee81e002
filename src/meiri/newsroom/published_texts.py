"""Is each live article what was published? Its entry in the journal holds a digest of the text, to compare with."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from meiri.journal.models import Entry
from meiri.journal.verification import register_check
from meiri.newsroom.events import ArticlePublished
from meiri.newsroom.models import Article
from meiri.newsroom.text_forms import canonical_form, older_forms

# What of an article only a publication changes; names of sources and authors, and pictures, have entries of their own.
TEXT = (
    *("kicker", "title", "subtitle", "short_title", "summary", "body"),
    *("original_title", "original_url", "origin", "kind", "dateline", "aigc_label"),
)
# What of the record of AI belongs to the text; left out where it says nothing, as it did of all that was published before there was one.
AI = ("ai_use", "ai_kinds", "ai_blocks")
BATCH = 1000


def text_of_article(article: Article, recorded: str | None = None) -> bytes:
    """The text as its digest is taken: canonical JSON (RFC 8785) of the fields `TEXT`, of `AI` where there is any, and of the time of
    publication, as they are stored.

    `recorded`: the digest in the journal, in hexadecimal. Where it is that of an older form (newsroom/text_forms.py), the text is in that.
    """
    names = TEXT + AI if article.is_ai_recorded else TEXT
    fields = {name: article._meta.get_field(name).get_prep_value(getattr(article, name)) for name in names}
    text = canonical_form(fields, article.published_at)
    if recorded is None or digest_of_text(text) == recorded:
        return text
    older = older_forms(fields, article.published_at, article.body.stream_block)
    return next((form for form in older if digest_of_text(form) == recorded), text)


def digest_of_article(article: Article) -> str:
    """SHA-256 in hexadecimal of its text."""
    return digest_of_text(text_of_article(article))


def is_text_of(article: Article, recorded: str) -> bool:
    """Whether a digest in the journal, in hexadecimal, is that of the article as it stands."""
    return digest_of_text(text_of_article(article, recorded)) == recorded


def digest_of_text(text: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(text).hexdigest()


@register_check("articles")
def live_articles_are_as_published() -> Iterator[str]:
    """Walks the journal and the live articles once each, with what it has to remember in a temporary file."""
    with closing(sqlite3.connect("")) as published:
        published.execute("CREATE TABLE text (article INTEGER PRIMARY KEY, digest BLOB)")
        _remember(published)
        newest = 0
        while articles := list(Article.objects.live().filter(pk__gt=newest).order_by("pk")[:BATCH]):
            newest = articles[-1].pk
            known = dict(
                published.execute(
                    "SELECT article, digest FROM text WHERE article BETWEEN ? AND ?", [articles[0].pk, newest]
                )
            )
            for article in articles:
                if article.pk in known and not is_text_of(article, known[article.pk].hex()):
                    yield f"article {article.pk} is not what was published last: {article.get_absolute_url()}"


def _remember(published: sqlite3.Connection) -> None:
    entries = Entry.objects.of(ArticlePublished).order_by("sequence")
    for keys, payload in entries.values_list("keys", "payload").iterator(chunk_size=BATCH):
        event = ArticlePublished.read(keys, payload)
        if isinstance(event.text, str) and event.article is not None:
            published.execute(
                "INSERT OR REPLACE INTO text VALUES (?, ?)", [event.article, bytes.fromhex(event.text)]
            )
