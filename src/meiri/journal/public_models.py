"""What readers can see of each model: declared beside its fields.

A model says so in an attribute `public`; `declare` says it for a model of somebody else's. `journal.recording` tells the
journal of every change of what is declared, by whatever door it comes, and `journal.net` finds in development and tests what
changed without an entry. A model that declares nothing fails the checks of `make lint`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from meiri.journal.content_keys import ContentKey
from meiri.journal.events import JournalEvent, KeyForms

Keys = Callable[[Any], Iterable[ContentKey]]


@dataclass(frozen=True)
class Public:
    """Readers see `fields` of a row and what its many-to-many `relations` lead to; pages that show it depend on `keys(row)`.

    `parts`: the relations by which other rows are parts of this one, such as the bylines of an article; for the net alone.
    `shown_while`: a field and the value with which a row is shown at all, such as `("live", True)`; None for always.
    `key_forms`: what `keys` and `also` may name.
    `created`, `changed`, `deleted`: the events of a row that appears, changes and goes; made by row_events.py where they are None.
    `change`: the event of a change that has another one, from the row before and after.
    `appears`: whether readers see something new when a row is made; a picture shows nowhere until it is used.
    `deeds`: whether the functions that write it append its entries themselves; then only the net watches it.
    `payload`: the fields of its events; the row's key and its name where it is None.
    `attested`: whether the public log holds its events (meiri.trust).
    `also`: the keys of what else a change concerns, from the row before and after.
    """

    fields: tuple[str, ...]
    keys: Keys
    relations: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    shown_while: tuple[str, Any] | None = None
    key_forms: KeyForms = ()
    created: type[JournalEvent] | None = None
    changed: type[JournalEvent] | None = None
    deleted: type[JournalEvent] | None = None
    change: Callable[[Any, Any], type[JournalEvent]] | None = None
    appears: bool = True
    deeds: bool = False
    attested: bool = False
    payload: Callable[[Any], dict] | None = None
    also: Callable[[Any, Any], Iterable[ContentKey]] | None = None


@dataclass(frozen=True)
class NotPublic:
    """No page of readers shows anything of the model's rows by itself; `why` says what they are."""

    why: str


@dataclass(frozen=True)
class Specific:
    """Rows of a parent model, which are saved as such and shown as what `model_of(row)` says, a child of it; None for neither."""

    model_of: Callable[[Any], type[models.Model] | None]


Declaration = Public | NotPublic | Specific
_declared: dict[type[models.Model], Declaration] = {}
_of_apps: dict[str, NotPublic] = {}


def declare(model: type[models.Model], declaration: Declaration) -> None:
    """Say what readers see of a model whose class is not ours."""
    _declared[model] = declaration


def declare_app(label: str, declaration: NotPublic) -> None:
    """Say that readers see nothing of an app that is not ours, but for models that were declared one by one."""
    _of_apps[label] = declaration


def declaration_of(model: type[models.Model]) -> Declaration | None:
    """What `model` itself declares, or was declared of it. A concrete parent's word does not hold for its children."""
    return vars(model).get("public") or _declared.get(model) or _of_apps.get(model._meta.app_label)


def declared_models() -> Iterator[tuple[type[models.Model], Declaration | None]]:
    """Every model of the installation with what it declares."""
    for model in apps.get_models():
        yield model, declaration_of(model)


def is_shown(declared: Public, row: models.Model) -> bool:
    if declared.shown_while is None:
        return True
    name, value = declared.shown_while
    return getattr(row, name) == value


def values_of(declared: Public, row: models.Model | None) -> tuple | None:
    """What readers see of a row, as comparable values; None where they see nothing of it. A query for each relation."""
    if row is None or not is_shown(declared, row):
        return None
    meta: Any = row._meta
    fields = tuple(
        meta.get_field(name).get_prep_value(getattr(row, meta.get_field(name).attname))
        for name in declared.fields
    )
    relations = tuple(
        tuple(getattr(row, name).order_by("pk").values_list("pk", flat=True)) for name in declared.relations
    )
    return fields, relations
