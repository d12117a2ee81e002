"""An article as its page shows it, read with few and short queries.

Whatever nearly every article names (its channel, its source, authors) stays at hand in the process. Pages share these
objects, and nobody alters them. What Django would put together for longer than a database answers it is written out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from django.db import connection, models
from taggit.models import Tag

from meiri.delivery.keys import EVERYWHERE, uses
from meiri.journal.cache import InvalidatingCache
from meiri.journal.content_keys import PICTURE, SUBSECTION, ContentKey
from meiri.media.models import Picture
from meiri.newsroom.models import Article, Author, Source
from meiri.newsroom.place_kinds import PlaceKind
from meiri.sections.models import Channel, Station, Subsection

Row = TypeVar("Row", bound=models.Model)


class Signature(NamedTuple):
    """A byline under the names that `Byline` has."""

    author: Author
    credit: str


def at_hand(
    model: type[Row],
    most: int,
    keys: Callable[[Row], Iterable[ContentKey]],
    rows: models.QuerySet | None = None,
):
    """A function from primary keys to the rows of `model`, or those among `rows`, of which `most` are kept, each until one of its
    `keys` changes."""
    kept: InvalidatingCache[int, Row] = InvalidatingCache(most, EVERYWHERE)
    found = model._default_manager.all() if rows is None else rows

    def read(missing: Sequence[int]) -> Mapping[int, tuple[Row, Iterable[ContentKey]]]:
        return {row.pk: (row, keys(row)) for row in found.filter(pk__in=missing)}

    return lambda ids: kept.get(ids, read)


channels = at_hand(Channel, 200, lambda channel: [channel.content_key])
sources = at_hand(Source, 2_000, lambda source: [source.content_key])
stations = at_hand(Station, 200, lambda station: [])
subsections = at_hand(
    Subsection,
    500,
    lambda one: [one.content_key, one.parent.content_key],
    Subsection.objects.with_parents(),
)
authors = at_hand(Author, 2_000, lambda author: [author.byline_key])


def article_to_read(pk: int) -> Article:
    """The article `pk`, published or not, with its picture and what it names; of these, what is gone is None. Two queries,
    and one for each that is not at hand. Raises `Article.DoesNotExist`, also where its channel is gone."""
    article = row(Article, pk)
    if article.picture_id:
        article.picture = _picture(article.picture_id)
    channel = channels([article.channel_id]).get(article.channel_id)
    if channel is None:
        raise Article.DoesNotExist(f"Article {pk} has lost its channel.")
    article.channel = channel
    if article.source_id:
        article.source = sources([article.source_id]).get(article.source_id)
    if article.editor_id:
        article.editor = authors([article.editor_id]).get(article.editor_id)
    return article


def _picture(pk: int) -> Picture | None:
    uses(PICTURE.key(pk))
    try:
        return row(Picture, pk)
    except Picture.DoesNotExist:
        return None


def row(model: type[Row], pk: int) -> Row:
    """The row `pk` of a table. Raises `DoesNotExist`."""
    table = model._meta.db_table
    if pk <= models.BigIntegerField.MAX_BIGINT:
        for found in model._default_manager.raw(f"SELECT * FROM {table} WHERE id = %s", [pk]):  # noqa: S608 a table's name
            return found
    raise model.DoesNotExist(f"{table} has no row {pk}.")  # type: ignore[attr-defined]


def signatures_of(article: Article) -> list[Signature]:
    """Who signs a saved article, in the order of its bylines. One query, two where an author is not at hand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT author_id, credit FROM newsroom_byline WHERE article_id = %s ORDER BY sort_order, id",
            [article.pk],
        )
        rows = cursor.fetchall()
    named = authors([author for author, _ in rows])
    return [Signature(named[author], credit) for author, credit in rows if author in named]


class ListedIn(NamedTuple):
    """The stations that a published article is listed at, the keys of its topics, and its sub-columns."""

    stations: list[Station]
    topics: list[int]
    subsections: list[Subsection]


def listed_in(article: Article) -> ListedIn:
    """Where a published article stands besides its channel. One query, and one where a station or a sub-column is not at hand."""
    kinds = (PlaceKind.STATION, PlaceKind.TOPIC, PlaceKind.SUBSECTION)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT place_kind, place_id FROM newsroom_listing WHERE article_id = %s AND place_kind IN (%s, %s, %s)"
            " ORDER BY place_kind, place_id",
            [article.pk, *map(int, kinds)],
        )
        rows = cursor.fetchall()
    of_kind = {kind: [key for number, key in rows if number == kind] for kind in kinds}
    found = stations(of_kind[PlaceKind.STATION])
    shown = [station for station in found.values() if station.visible]
    keys = of_kind[PlaceKind.SUBSECTION]
    below = [one for one in (subsections(keys) if keys else {}).values() if one.visible]
    uses(*(SUBSECTION.key(key) for key in keys))
    return ListedIn(
        sorted(shown, key=lambda station: station.order),
        of_kind[PlaceKind.TOPIC],
        sorted(below, key=lambda one: one.order),
    )


def tags_of(article: Article) -> list[Tag]:
    """The tags of a saved article, in the order in which it got them. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tag.id, tag.name, tag.slug FROM newsroom_articletag AS item"
            " JOIN taggit_tag AS tag ON tag.id = item.tag_id WHERE item.content_object_id = %s ORDER BY item.id",
            [article.pk],
        )
        return [Tag(*row) for row in cursor.fetchall()]
