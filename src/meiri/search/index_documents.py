"""Published articles as the index takes them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import floor

import tantivy
from django.db import connection

from meiri.newsroom.clock import local, moment
from meiri.newsroom.place_kinds import PlaceKind
from meiri.newsroom.plain_text import paragraphs
from meiri.search.folding import fold_all
from meiri.search.index import moment_of
from meiri.search.pinyin import readings, sounds
from meiri.search.words import characters, cut, pairs, words

# Characters of an article's body that are looked at.
MOST_CHARACTERS = 60_000
# Words of its lead that count for more than those of the body.
LEAD_WORDS = 12
# Stands between parts of a text, so that no phrase goes across.
_BORDER = "\ue000"


@dataclass
class Text:
    """What is found of one published article, by the names that `Article` has for it."""

    id: int
    published_at: datetime
    channel: int
    source: int | None
    title: str
    lead: list[str]
    paragraphs: list[str]
    source_name: str = ""
    tags: list[str] = field(default_factory=list)
    authors: dict[int, str] = field(default_factory=dict)
    stations: list[int] = field(default_factory=list)
    subsections: list[int] = field(default_factory=list)
    # What its picture's caption and credit say; None where readers see no picture of it in lists.
    picture: str | None = None


_ARTICLES = """
SELECT article.id, article.published_at, article.channel_id, article.source_id, article.title, article.kicker,
    article.subtitle, article.summary, article.body, source.name,
    CASE WHEN picture.withdrawn_at IS NULL AND article.minors_risk = ''
        THEN picture.caption || ' ' || picture.description || ' ' || picture.credit END
FROM newsroom_article AS article LEFT JOIN newsroom_source AS source ON source.id = article.source_id
LEFT JOIN media_picture AS picture ON picture.id = article.picture_id
WHERE article.live AND article.published_at IS NOT NULL AND article.id IN ({ids})
"""
_TAGS = (
    "SELECT item.content_object_id, tag.name FROM newsroom_articletag AS item"
    " JOIN taggit_tag AS tag ON tag.id = item.tag_id WHERE item.content_object_id IN ({ids})"
)
_AUTHORS = (
    "SELECT byline.article_id, author.id, author.name FROM newsroom_byline AS byline"
    " JOIN newsroom_author AS author ON author.id = byline.author_id WHERE byline.article_id IN ({ids})"
    " ORDER BY byline.sort_order, byline.id"
)
_STATIONS = "SELECT article_id, station_id FROM newsroom_article_stations WHERE article_id IN ({ids})"

# Those where it is listed: it may name others.
_SUBSECTIONS = (
    f"SELECT article_id, place_id FROM newsroom_listing WHERE place_kind = {int(PlaceKind.SUBSECTION)}"  # noqa: S608
    " AND article_id IN ({ids})"
)


def texts_of(ids: Sequence[int]) -> list[Text]:
    """Those of the articles `ids` that are published. Five queries, none for no ids."""
    if not ids:
        return []
    marks = _marks(ids)
    with connection.cursor() as cursor:
        cursor.execute(_ARTICLES.format(ids=marks), list(ids))
        found = {row[0]: _text(*row) for row in cursor.fetchall()}
        cursor.execute(_TAGS.format(ids=marks), list(ids))
        for key, name in cursor.fetchall():
            if key in found:
                found[key].tags.append(name)
        cursor.execute(_AUTHORS.format(ids=marks), list(ids))
        for key, author, name in cursor.fetchall():
            if key in found:
                found[key].authors[author] = name
        cursor.execute(_STATIONS.format(ids=marks), list(ids))
        for key, station in cursor.fetchall():
            if key in found:
                found[key].stations.append(station)
        cursor.execute(_SUBSECTIONS.format(ids=marks), list(ids))
        for key, subsection in cursor.fetchall():
            if key in found:
                found[key].subsections.append(subsection)
    return list(found.values())


def _marks(values) -> str:
    return ", ".join(["%s"] * len(values))


def _text(
    key, published_at, channel, source, title, kicker, subtitle, summary, body, source_name, picture
) -> Text:
    written = _paragraphs(body)
    return Text(
        key,
        moment(published_at),
        channel,
        source,
        title,
        lead=[part for part in (kicker, subtitle, summary or "".join(written[:1])) if part],
        paragraphs=written,
        source_name=source_name or "",
        picture=picture,
    )


def bodies_of(ids: Sequence[int]) -> dict[int, list[str]]:
    """The paragraphs of published articles, by key. One query, none for no ids."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, body FROM newsroom_article WHERE live AND id IN ({_marks(ids)})",  # noqa: S608
            list(ids),
        )
        return {key: _paragraphs(body) for key, body in cursor.fetchall()}


def _paragraphs(body) -> list[str]:
    """Of a body as the database driver gives it."""
    return paragraphs(json.loads(body) if isinstance(body, str) else body or [])


# Values by the fields of `index.schema`.
Fields = dict[str, list[int] | str]  # numbers, or words with spaces between them


def fields_of(text: Text) -> Fields:
    """What the index keeps of an article."""
    names = [name for name in (*text.authors.values(), text.source_name) if name]
    body = "\n".join(text.paragraphs)[:MOST_CHARACTERS]
    folded, divided = _folded_and_cut([body, text.title, *text.lead, *text.tags, *names, text.picture or ""])
    tags_at = 2 + len(text.lead)
    names_at = tags_at + len(text.tags)
    # A summary that only repeats how the article begins is found there.
    said_twice = [
        found
        for found, part in zip(divided[2:tags_at], folded[2:tags_at], strict=True)
        if part not in folded[0]
    ]
    head = _joined([divided[1], *said_twice, *divided[tags_at:]])
    title = folded[1]
    at = local(text.published_at)
    spoken = [title, *folded[names_at : names_at + len(text.authors)]]
    return {
        "id": [text.id],
        "moment": [moment_of(floor(text.published_at.timestamp()), text.id)],
        "year": [at.year],
        "month": [at.year * 12 + at.month],
        "channel": [text.channel],
        "source": [text.source] if text.source else [],
        "station": text.stations,
        "subsection": text.subsections,
        "author": list(text.authors),
        "pictured": [int(text.picture is not None)],
        "title": divided[1],
        "pairs": " ".join(pairs(title)),
        "characters": " ".join(characters(title)),
        "tags": _joined(divided[tags_at:names_at]),
        "lead": " ".join(_joined(divided[2:tags_at]).split()[:LEAD_WORDS]),
        "text": f"{head} {_BORDER} {divided[0]}",
        "sounds": " ".join(dict.fromkeys(sound for part in spoken for sound in sounds_of(part))),
    }


def _folded_and_cut(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Each of `texts` folded, and its words. Both are done once for all: a call costs more than a short text takes."""
    folded = [text.replace(_BORDER, " ") for text in fold_all(texts)]
    return folded, [found.strip() for found in words(_BORDER.join(folded)).split(_BORDER)]


def document_of(fields: Fields) -> tantivy.Document:
    document = tantivy.Document()
    for name, value in fields.items():
        if isinstance(value, str):
            document.add_text(name, value)
        else:
            for number in value:
                document.add_integer(name, number)
    return document


def sounds_of(folded: str) -> list[str]:
    return sounds(readings(cut(folded)))


def _joined(parts: Sequence[str]) -> str:
    return f" {_BORDER} ".join(parts)


def fields_of_articles(ids: Sequence[int]) -> list[Fields]:
    """What the index keeps of those of the articles `ids` that are published. Four queries."""
    return [fields_of(text) for text in texts_of(ids)]


def articles_with_pictures(pictures: Sequence[int]) -> list[int]:
    """The keys of the published articles that any of `pictures` stands for. One query, none for no pictures."""
    if not pictures:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM newsroom_article WHERE live AND picture_id IN ({_marks(pictures)})",  # noqa: S608
            list(pictures),
        )
        return [key for (key,) in cursor.fetchall()]


def keys_of_all(greatest: int, size: int) -> Iterator[list[int]]:
    """The keys up to `greatest` of all published articles in their order, `size` at a time. A query each time."""
    key = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM newsroom_article WHERE live AND id > %s AND id <= %s ORDER BY id LIMIT %s",
                [key, greatest, size],
            )
            keys = [key for (key,) in cursor.fetchall()]
        if not keys:
            return
        yield keys
        key = keys[-1]


def number_of_all(greatest: int) -> int:
    """How many articles with keys up to `greatest` are published. It looks at all of them: for rebuilding alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM newsroom_article WHERE live AND id <= %s", [greatest])
        return cursor.fetchone()[0]


def greatest_key() -> int:
    """The key of the article that was made last, published or not; 0 where there is none. One look-up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM newsroom_article")
        return cursor.fetchone()[0] or 0
