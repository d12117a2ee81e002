"""Add many new articles at once: what saving each, saving its first version and publishing it would do, a table at a time.

Imports of whole archives come this way. Everything else saves one article, by the model's own methods.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.utils import timezone
from modelcluster.models import get_all_child_relations
from taggit.models import Tag
from wagtail.models import ModelLogEntry, ReferenceIndex, Revision
from wagtail.signals import published

from meiri.journal.log import actor, append_all
from meiri.newsroom.article_keys import keys_at, keys_by_place
from meiri.newsroom.events import ArticlePublished
from meiri.newsroom.inserting import insert_rows
from meiri.newsroom.models import Article, ArticleTag, Author, Byline
from meiri.newsroom.published_texts import digest_of_article
from meiri.newsroom.publishing import sheets_of
from meiri.newsroom.river import enlist_new, places_of
from meiri.sections.models import Station, Subsection, Topic

# What a row refers to, which databases would be asked about one article after the other: whoever adds articles has just
# read it.
REFERENCES = tuple(f.name for f in Article._meta.fields if isinstance(f, models.ForeignKey))


@dataclass
class NewArticle:
    """`article` as it is to be stored, without a key yet, and what belongs to it."""

    article: Article
    authors: Sequence[Author] = ()
    stations: Sequence[Station] = ()
    subsections: Sequence[Subsection] = ()
    topics: Sequence[Topic] = ()
    tags: Sequence[Tag] = ()
    revision: Revision = field(init=False)

    def check(self) -> None:
        """As `full_clean`, but for what is asked of the database. Raises `ValidationError`."""
        self.article.clean_fields(exclude=REFERENCES)
        self.article.clean()


@transaction.atomic
def add_articles(new: Sequence[NewArticle], publishing: bool) -> None:
    """Store articles that were checked, as drafts of the system, or published by it, where their channels are their homes.

    A bounded number of queries for each: four that look up what stands beside one that is published, else none.
    """
    now = timezone.now()
    for one in new:
        _fill_relations(one)
    # The keys come back in the order of the rows.
    Article.objects.bulk_create([one.article for one in new])
    _add_parts(new)
    of_article = ContentType.objects.get_for_model(Article, for_concrete_model=False)
    for one in new:
        one.revision = Revision(
            content_type=of_article,
            base_content_type=of_article,
            object_id=str(one.article.pk),
            created_at=now,
            content=one.article.serializable_data(),
            object_str=str(one.article),
        )
    Revision.objects.bulk_create([one.revision for one in new])
    for one in new:
        one.article.latest_revision, one.article.has_unpublished_changes = one.revision, True
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE newsroom_article SET latest_revision_id = %s, has_unpublished_changes = %s WHERE id = %s",
            [(one.revision.pk, True, one.article.pk) for one in new],
        )
    _add_references(new, of_article)
    if publishing:
        _publish(new, of_article)


def _fill_relations(one: NewArticle) -> None:
    """Give the article its parts in memory: none of them is looked up then."""
    for relation in get_all_child_relations(Article):
        setattr(one.article, relation.get_accessor_name(), [])
    one.article.bylines = [
        Byline(author=author, sort_order=n) for n, author in enumerate(dict.fromkeys(one.authors))
    ]
    one.article.tagged_items = [ArticleTag(tag=tag) for tag in dict.fromkeys(one.tags)]
    one.article.stations = list(one.stations)
    one.article.subsections = list(one.subsections)
    one.article.topics = list(one.topics)


def _add_parts(new: Sequence[NewArticle]) -> None:
    bylines, tagged = [], []
    for one in new:
        for byline in one.article.bylines.all():
            byline.article_id = one.article.pk
            bylines.append(byline)
        for item in one.article.tagged_items.all():
            item.content_object_id = one.article.pk
            tagged.append(item)
    Byline.objects.bulk_create(bylines)
    ArticleTag.objects.bulk_create(tagged)
    insert_rows(
        Article.stations.through,
        ["article", "station"],
        [(one.article.pk, station.pk) for one in new for station in one.stations],
    )
    insert_rows(
        Article.subsections.through,
        ["article", "subsection"],
        [(one.article.pk, subsection.pk) for one in new for subsection in one.subsections],
    )
    insert_rows(
        Article.topics.through,
        ["article", "topic"],
        [(one.article.pk, topic.pk) for one in new for topic in one.topics],
    )


def _add_references(new: Sequence[NewArticle], of_article: ContentType) -> None:
    """What each article refers to, for Wagtail's index: it is the same for the row and for its first version."""
    kept = ReferenceIndex._meta.get_field("content_path_hash").get_db_prep_save
    hashes: dict[str, Any] = {}
    rows = []
    for one in new:
        for to_type, to_id, model_path, content_path in set(
            ReferenceIndex._extract_references_from_object(one.article)
        ):
            if content_path not in hashes:
                hashes[content_path] = kept(ReferenceIndex._get_content_path_hash(content_path), connection)
            rows.append(
                (of_article.pk, of_article.pk, str(one.article.pk), to_type, to_id, model_path, content_path,
                 hashes[content_path])
            )  # fmt: skip
    insert_rows(
        ReferenceIndex,
        [
            *(
                "content_type",
                "base_content_type",
                "object_id",
                "to_content_type",
                "to_object_id",
                "model_path",
            ),
            *("content_path", "content_path_hash"),
        ],
        rows,
    )


def _publish(new: Sequence[NewArticle], of_article: ContentType) -> None:
    now = timezone.now()
    for one in new:
        article = one.article
        article.live, article.has_unpublished_changes = True, False
        article.live_revision = one.revision
        article.first_published_at = article.last_published_at = now
        # As the database gives it back: the journal's digest is of that.
        article.published_at = min(article.published_at or now, now).astimezone(UTC)
    as_kept = connection.ops.adapt_datetimefield_value
    listed = [(one.article.pk, one.article.published_at or now, places_of(one.article)) for one in new]
    enlist_new(listed)
    named = keys_by_place(list(dict.fromkeys(place for _, _, places in listed for place in places)))
    sheets = sheets_of([one.article for one in new], None)
    append_all(
        [
            ArticlePublished(
                keys=keys_at(one.article, places, one.article.cursor, named),
                title=one.article.title,
                url=one.article.get_absolute_url(),
                revision=one.revision.pk,
                text=digest_of_article(one.article),
                sheet=sheet,
            )
            for one, (_, _, places), sheet in zip(new, listed, sheets, strict=True)
        ],
        actor(None),
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE newsroom_article SET live = %s, has_unpublished_changes = %s, live_revision_id = %s,"
            " first_published_at = %s, last_published_at = %s, published_at = %s WHERE id = %s",
            [
                (True, False, one.revision.pk, as_kept(now), as_kept(now), as_kept(one.article.published_at), one.article.pk)
                for one in new
            ],
        )  # fmt: skip
    ModelLogEntry.objects.bulk_create(
        [
            ModelLogEntry(
                content_type=of_article,
                object_id=str(one.article.pk),
                label=ModelLogEntry.objects.get_instance_title(one.article),
                action="wagtail.publish",
                timestamp=now,
                data={},
                revision=one.revision,
                content_changed=True,
            )
            for one in new
        ]
    )
    for one in new:
        published.send(sender=Article, instance=one.article, revision=one.revision)
