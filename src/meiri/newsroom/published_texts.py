"""Is each live article what was published? Its entry in the journal holds a digest of the text, to compare with."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from meiri.journal.encoding import canonical
from meiri.journal.models import Entry
from meiri.journal.verification import register_check
from meiri.newsroom.events import ArticlePublished
from meiri.newsroom.models import Article

# What of an article only a publication changes; names of sources and authors, and pictures, have entries of their own.
TEXT = (
    *("kicker", "title", "subtitle", "short_title", "summary", "body"),
    *("original_title", "original_url", "origin", "kind", "dateline", "aigc_label"),
)
BATCH = 1000


def text_of_article(article: Article) -> bytes:
    """The canonical JSON (RFC 8785) of the fields `TEXT` and of the time of publication, as they are stored."""
    stored = {name: article._meta.get_field(name).get_prep_value(getattr(article, name)) for name in TEXT}
    at = article.published_at
    stored["published_at"] = at.isoformat() if at else ""
    return canonical({name: str(value) for name, value in stored.items()})


def digest_of_article(article: Article) -> str:
    """SHA-256 in hexadecimal of its text."""
    return hashlib.sha256(text_of_article(article)).hexdigest()


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
                if article.pk in known and known[article.pk] != bytes.fromhex(digest_of_article(article)):
                    yield f"article {article.pk} is not what was published last: {article.get_absolute_url()}"


def _remember(published: sqlite3.Connection) -> None:
    entries = Entry.objects.of(ArticlePublished).order_by("sequence")
    for keys, payload in entries.values_list("keys", "payload").iterator(chunk_size=BATCH):
        event = ArticlePublished.read(keys, payload)
        if isinstance(event.text, str) and event.article is not None:
            published.execute(
                "INSERT OR REPLACE INTO text VALUES (?, ?)", [event.article, bytes.fromhex(event.text)]
            )
