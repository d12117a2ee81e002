"""Where words of an article stand besides itself: every row that is tied to it, whatever app keeps it, and what is tied to those.

A row is tied to an article by a foreign key, as the object of a revision, a review or an open form, or by the name `article:42`. So
what a later release keeps of articles is found without being named here. Rows that readers see by themselves, such as live entries, are
other texts, with their own deeds; so are other articles.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import BigIntegerField, CharField, Q, TextField
from django.db.models.functions import Cast
from wagtail.models import Revision

from meiri.changes.models import PublishedChange
from meiri.journal.public_models import Public
from meiri.newsroom.corrections import Correction
from meiri.newsroom.erased_words import GONE, TEXTS, ErasedWords
from meiri.newsroom.models import Article
from meiri.personal.notices import tell

# What readers see of an article itself.
_OF_ARTICLES = (Correction, PublishedChange)
# What names an article by its address.
_ADDRESSED = ("personal.Notice", "push.PushMessage")
# From an article to a row, to a part of it, to a part of that: from a workflow to its step to our review.
DEEPEST = 3
BATCH = 200
# Other articles that are named, or drafts that are cleaned.
MOST_FOUND = 200
# What the writer of a draft is told. It names neither the order nor the draft, whose title may be gone.
COPY_ERASED = "你的一篇草稿里有依令删除的文字，相同的段落已换成“（已依令删除）”。"
# Whoever keeps words of articles in another form than text and JSON registers here: called with the article, the words, and a function
# that gives the number of the journal's entry which tells of the order, in its transaction.
when_words_are_erased: list[Callable[[Article, ErasedWords, int], None]] = []


def clean_rows_of(article: Article, words: ErasedWords) -> int:
    """Put `GONE` in the place of each text that holds erased words. How many rows were changed."""
    return sum(
        _clean(model, condition, words, 1)
        for model in apps.get_models()
        if (condition := _tie(model, article)) is not None
    )


def clean_drafts_copying(words: ErasedWords, without: Article) -> int:
    """The same of drafts that readers have never seen, those in the recycle bin too, which copied what was erased; who wrote one is told. How
    many drafts. It reads all drafts."""
    drafts = _articles_saying(words).filter(live=False, first_published_at=None).exclude(pk=without.pk)
    copied, count = words.of_copies(), 0
    for draft in list(drafts.select_related("created_by")[:MOST_FOUND]):
        if clean_row(draft, copied) + clean_rows_of(draft, copied):
            count += 1
            tell(draft.created_by, COPY_ERASED)
    return count


def published_saying(words: ErasedWords, without: Article) -> list[Article]:
    """Other articles that readers have seen and that say what was erased, at most `MOST_FOUND`: they are texts of their own, with orders of
    their own. It reads the whole archive, which takes minutes for a million articles."""
    seen = _articles_saying(words, in_versions=False).filter(first_published_at__isnull=False)
    return list(seen.exclude(pk=without.pk).order_by("pk")[:MOST_FOUND])


def clean_row(article: Article, words: ErasedWords) -> bool:
    """Put `GONE` in the place of each text of the row itself that holds erased words. Whether there was any."""
    said = {name: Article._meta.get_field(name).get_prep_value(getattr(article, name)) for name in TEXTS}
    kept = words.without(said)
    changed = {name: value for name, value in kept.items() if value != said[name]}
    if "body" in changed:
        changed["body"] = Article._meta.get_field("body").stream_block.to_python(changed["body"])
    if changed:
        Article.objects.filter(pk=article.pk).update(**changed)
    return bool(changed)


def _articles_saying(words: ErasedWords, in_versions: bool = True):
    in_rows, in_contents = Q(pk__in=[]), Q(pk__in=[])
    for piece in words.pieces:
        in_rows |= Q(title__contains=piece) | Q(summary__contains=piece) | Q(written__contains=piece)
        once = json.dumps(piece)[1:-1]
        for written in {piece, once, json.dumps(once)[1:-1]}:
            in_contents |= Q(written__contains=written)
    if in_versions:
        drafts = Article.objects.filter(live=False, first_published_at=None)
        versions = Revision.objects.filter(
            base_content_type=ContentType.objects.get_for_model(Article),
            object_id__in=drafts.annotate(key=Cast("pk", CharField())).values("key"),
        )
        said = versions.alias(written=Cast("content", TextField())).filter(in_contents)
        in_rows |= Q(pk__in=said.annotate(article=Cast("object_id", BigIntegerField())).values("article"))
    return Article.objects.alias(written=Cast("body", TextField())).filter(in_rows)


def _tie(model: type[models.Model], article: Article) -> Q | None:
    """The condition of the rows of a model that are tied to an article; None where none can be."""
    if not _is_kept(model) or model is Article:
        return None
    fields = {field.name: field for field in model._meta.concrete_fields}
    found = [
        Q(**{field.attname: article.pk})
        for field in fields.values()
        if field.is_relation and field.related_model is Article
    ]
    for kind in ("content_type", "base_content_type"):
        if {kind, "object_id"} <= fields.keys():
            found.append(
                Q(**{kind: ContentType.objects.get_for_model(Article), "object_id": str(article.pk)})
            )
    if "thing" in fields:
        found.append(Q(thing=article.content_key))
    if model._meta.label in _ADDRESSED:
        found.append(Q(url__contains=f"/{article.pk}.html"))
    condition = Q()
    for one in found:
        condition |= one
    return condition if found else None


def _is_kept(model: type[models.Model]) -> bool:
    meta = model._meta
    is_public = isinstance(getattr(model, "public", None), Public)
    return meta.managed and not meta.proxy and (not is_public or model in _OF_ARTICLES)


def _clean(model: type[models.Model], condition: Q, words: ErasedWords, depth: int) -> int:
    changed = 0
    fields, parts = list(_fields_with_text(model)), list(_parts_of(model)) if depth < DEEPEST else []
    if not fields and not parts:
        return 0
    names = [field.attname for field in fields]
    rows = model._base_manager.filter(condition)
    newest: Any = None
    while True:
        following = rows if newest is None else rows.filter(pk__gt=newest)
        found = list(following.order_by("pk").values_list("pk", *names)[:BATCH])
        if not found:
            return changed
        newest = found[-1][0]
        changed += sum(
            _clean_row(model, pk, dict(zip(fields, values, strict=True)), words) for pk, *values in found
        )
        keys = [pk for pk, *_ in found]
        for part, name in parts:
            changed += _clean(part, Q(**{f"{name}__in": keys}), words, depth + 1)


def _clean_row(
    model: type[models.Model], pk: Any, values: dict[models.Field, Any], words: ErasedWords
) -> bool:
    cleaned = {field: words.without(value) for field, value in values.items()}
    changed = {field: value for field, value in cleaned.items() if value != values[field]}
    if not changed:
        return False
    row = model._base_manager.filter(pk=pk)
    if any(field.unique or field.name in _unique_together(model) for field in changed):
        row.delete()  # two such rows would be the same
        return True
    row.update(**{field.name: _fitting(field, value) for field, value in changed.items()})
    return True


def _fitting(field: models.Field, value: Any) -> Any:
    longest = field.max_length
    return "" if value == GONE and longest and longest < len(GONE) else value


def _fields_with_text(model: type[models.Model]) -> Iterator[models.Field]:
    for field in model._meta.local_concrete_fields:
        is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
        if (is_text or type(field) is models.JSONField) and not field.primary_key:
            yield field


def _unique_together(model: type[models.Model]) -> set[str]:
    together = [tuple(names) for names in model._meta.unique_together]
    together += [tuple(c.fields) for c in model._meta.constraints if isinstance(c, models.UniqueConstraint)]
    return {name for names in together for name in names}


def _parts_of(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """The models whose rows go with one of `model`, each with the name of the field that leads there."""
    for relation in model._meta.related_objects:
        part = relation.related_model
        if relation.on_delete is not models.CASCADE or not _is_kept(part) or part is model:
            continue
        try:
            field = part._meta.get_field(relation.field.name)
        except FieldDoesNotExist:
            continue
        if field.concrete:
            yield part, field.attname
