"""Where pictures and documents are used: in what readers see, and in drafts.

Wagtail's index of references knows what the saved rows hold, not what their drafts do: `CountsDrafts` adds that, so every count
of the newsroom is of both.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import chain, islice

from django.contrib.contenttypes.models import ContentType
from django.db import models
from wagtail.models import ReferenceIndex, Revision

# Keys in one query: databases take no list of any length.
BATCH = 500
_is_left: ContextVar[bool] = ContextVar("the index of references is left as it is", default=False)


class CountsDrafts:
    """For a model with drafts: what a draft uses is in use."""

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        if not _is_left.get():
            add_references_of_drafts(self)


@contextmanager
def leaving_references() -> Iterator[None]:
    """Within the block saves leave the index as it is: whoever opens it saves the same rows again, or takes all of it back."""
    # It asks for Wagtail's models as it is loaded.
    from wagtail.signal_handlers import disable_reference_index_auto_update

    token = _is_left.set(True)
    try:
        with disable_reference_index_auto_update():
            yield
    finally:
        _is_left.reset(token)


def add_references_of_drafts(row) -> None:
    """Enter what the newest revision of `row` refers to, and a scheduled one, where they are not what readers see."""
    if row.latest_revision_id is None or row.latest_revision_id == row.live_revision_id:
        return
    waiting = models.Q(pk=row.latest_revision_id)
    if row.go_live_at:
        waiting |= models.Q(approved_go_live_at__isnull=False)
    base = ReferenceIndex._get_base_content_type(row)
    content_type = ContentType.objects.get_for_model(row, for_concrete_model=False)
    found = {
        reference
        for revision in Revision.objects.for_instance(row).filter(waiting)
        for reference in ReferenceIndex._extract_references_from_object(revision.as_object())
    }
    ReferenceIndex.objects.bulk_create(
        [
            ReferenceIndex(
                content_type=content_type,
                base_content_type=base,
                object_id=str(row.pk),
                to_content_type_id=to_type,
                to_object_id=to_id,
                model_path=model_path,
                content_path=content_path,
                content_path_hash=ReferenceIndex._get_content_path_hash(content_path),
            )
            for to_type, to_id, model_path, content_path in found
        ],
        ignore_conflicts=True,
    )


def count_users(items: Sequence[models.Model]) -> dict[int, int]:
    """How many rows use each of `items`, which are of one model, by their keys. Two queries, and one for each kind of row that may name
    them."""
    users: dict[int, set[tuple[str, str]]] = {item.pk: set() for item in items}
    if not items:
        return {}
    references = ReferenceIndex.get_references_to_in_bulk(items)
    for key, type_, user in references.values_list("to_object_id", "content_type", "object_id"):
        if (model := ContentType.objects.get_for_id(type_).model_class()) is not None:
            users[int(key)].add((model._meta.label, user))
    for relation in _relations_to(type(items[0])):
        model, name = relation.related_model, relation.field.name
        for key, user in model._base_manager.filter(**{f"{name}__in": items}).values_list(name, "pk"):
            users[key].add((model._meta.label, str(user)))
    return {key: len(found) for key, found in users.items()}


def users_of(item: models.Model) -> set[tuple[type[models.Model], str]]:
    """What uses `item`: the models and keys of rows. Two queries, and one for each kind of row that may name it."""
    found = {
        (model, key)
        for type_, key in ReferenceIndex.get_references_to(item).values_list("content_type", "object_id")
        if (model := ContentType.objects.get_for_id(type_).model_class())
    }
    for relation in _relations_to(type(item)):
        rows = relation.related_model._base_manager.filter(**{relation.field.name: item.pk})
        found |= {(relation.related_model, str(key)) for key in rows.values_list("pk", flat=True)}
    return found


def is_used(item: models.Model) -> bool:
    return ReferenceIndex.get_references_to(item).exists() or any(
        relation.related_model._base_manager.filter(**{relation.field.name: item.pk}).exists()
        for relation in _relations_to(type(item))
    )


def queries_of(users: set[tuple[type[models.Model], str]]) -> Iterator[models.QuerySet]:
    """The rows themselves: queries, each for at most `BATCH` rows of one kind."""
    for model in {model for model, _ in users}:
        keys = [key for m, key in users if m is model]
        for start in range(0, len(keys), BATCH):
            yield model._base_manager.filter(pk__in=keys[start : start + BATCH])


def rows_using(item: models.Model, most: int) -> Iterator[models.Model]:
    """The rows that use `item`, at most so many."""
    return islice(chain.from_iterable(queries_of(users_of(item))), most)


def _relations_to(model: type[models.Model]) -> list:
    """The foreign keys that lead to `model` from rows that are more than parts of it."""
    return [
        field
        for field in model._meta.get_fields(include_hidden=True)
        if isinstance(field, models.ForeignObjectRel)
        and (field.one_to_many or field.one_to_one)
        and field.on_delete is not models.CASCADE
    ]
