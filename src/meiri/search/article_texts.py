"""The words of articles as their editors last saved them: what a text is compared with."""

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection

from meiri.newsroom.body.stream import body_of, with_kinds
from meiri.newsroom.rich_text import paragraphs_of_rich_text
from meiri.search.minhash import comparable_text


class ArticleText(NamedTuple):
    """A title, and a text whose paragraphs are lines."""

    title: str
    text: str

    @property
    def compared(self) -> str:
        """Title and text as `shingles` compares them."""
        return comparable_text(f"{self.title}\n{self.text}")


def text_of(body: Iterable[Mapping[str, Any]]) -> str:
    """The words of a body as it is stored, a list of blocks: what the reporter wrote, without captions and files."""
    lines = (line for kind, stored in with_kinds(body) for line in kind.compared_text(stored))
    return "\n".join(line for line in lines if line)


def of_html(html: str) -> str:
    """The words of clean HTML, a line for each paragraph."""
    return "\n".join(line for piece in paragraphs_of_rich_text(html) if (line := piece.strip()))


def words_of(ids: Sequence[int], as_published: Container[int] = ()) -> dict[int, ArticleText]:
    """The words of the articles `ids`, those of the newest draft where one is not published yet; of the articles
    `as_published` those that readers see. One query, by key."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT article.id, article.title, article.body,"  # noqa: S608
            " CASE WHEN article.has_unpublished_changes THEN revision.content END"
            " FROM newsroom_article AS article"
            " LEFT JOIN wagtailcore_revision AS revision ON revision.id = article.latest_revision_id"
            f" WHERE article.id IN ({', '.join(['%s'] * len(ids))})",
            list(ids),
        )
        rows = cursor.fetchall()
    return {
        key: _words(title, body, None if key in as_published else draft) for key, title, body, draft in rows
    }


def _words(title: str, body: str, draft: str | dict | None) -> ArticleText:
    if draft:
        # SQLite gives the text of JSON, PostgreSQL may give what it holds.
        return of_revision(json.loads(draft) if isinstance(draft, str) else draft)
    return ArticleText(title, text_of(json.loads(body or "[]")))


def of_revision(content: Mapping[str, Any]) -> ArticleText:
    """The words of a revision's content."""
    return ArticleText(content.get("title") or "", text_of(body_of(content)))
