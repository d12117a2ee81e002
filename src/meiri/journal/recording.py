"""Tell the journal of every row that readers see, by whatever door it changes (decision 39).

Receivers of Django's own signals note a row before it is first written; in the end what is stored is compared with that: one
entry for each row that readers see differently, none for what changed nothing, in the transaction of the change. It is
enough that a model declares what of it is public (public_models.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.db import models, transaction
from django.db.models.signals import m2m_changed, post_save, pre_delete, pre_save
from wagtail.log_actions import get_active_log_context

from meiri.journal.content_keys import ContentKey
from meiri.journal.events import JournalEvent
from meiri.journal.log import actor, append
from meiri.journal.net import let_go
from meiri.journal.public_models import Public, Specific, declaration_of, declared_models, values_of
from meiri.journal.row_events import declare_rows, row_events_of

Model = type[models.Model]


@dataclass(frozen=True)
class RowSnapshot:
    """A row as it was before it was first written, the values that readers saw of it, what an entry would say of it then, for
    what it names may go with it, and who writes."""

    row: models.Model | None
    values: tuple | None
    keys: list[ContentKey]
    payload: dict
    by: Any


# The rows written since `recording` began, by model and key.
_noted: ContextVar[dict[tuple[Model, Any], RowSnapshot] | None] = ContextVar("noted", default=None)


@contextmanager
def recording() -> Iterator[None]:
    """A transaction at whose end the journal is told of the public rows that changed in it, one entry each. Inside another
    one it is part of that."""
    if _noted.get() is not None:
        with transaction.atomic():
            yield
        return
    with transaction.atomic():
        noted: dict[tuple[Model, Any], RowSnapshot] = {}
        token = _noted.set(noted)
        try:
            yield
        finally:
            _noted.reset(token)
        for (model, pk), before in noted.items():
            _compare(model, pk, before)


def named(row: models.Model) -> dict:
    """What entries say of a row: its key and its name."""
    # What no text of the journal can hold (encoding.py) is left out.
    name = str(row)[:200].replace("\0", "").encode(errors="ignore").decode()
    return {"id": str(row.pk), "name": name}


def watch() -> None:
    """Connect the receivers, and let every public row be saved in the transaction of its entry. Once, when all models are
    loaded."""
    for model, declared in declared_models():
        if isinstance(declared, Specific) or (isinstance(declared, Public) and not declared.deeds):
            # For each model by itself: Django deletes many rows quickly where nobody listens.
            pre_save.connect(_before_save, sender=model)
            post_save.connect(_after_save, sender=model)
            pre_delete.connect(_before_delete, sender=model)
            model.save_base = _recorded(model.save_base)  # type: ignore[method-assign]
        if isinstance(declared, Public) and not declared.deeds:
            declare_rows(model, declared)
            for name in declared.relations:
                m2m_changed.connect(_relation_changed, sender=getattr(model, name).through)


def _recorded(save_base):
    @wraps(save_base)
    def save_base_recorded(self, *args, **kwargs):
        with recording():
            return save_base(self, *args, **kwargs)

    return save_base_recorded


def _subject(row: models.Model) -> tuple[Model, Public] | None:
    """The model as which changes of `row` are recorded, and what it declares; None where deeds tell of it, or nobody."""
    model: Model | None = type(row)
    declared = declaration_of(type(row))
    if isinstance(declared, Specific):
        model = declared.model_of(row)
        declared = declaration_of(model) if model else None
    if model is None or not isinstance(declared, Public) or declared.deeds:
        return None
    return model, declared


def _stored(model: Model, pk) -> models.Model | None:
    return model._base_manager.filter(pk=pk).first()


def _note(row: models.Model, is_new: bool = False) -> None:
    noted, subject = _noted.get(), _subject(row)
    if noted is None or subject is None or (subject[0], row.pk) in noted:
        return
    model, declared = subject
    before = None if is_new else _stored(model, row.pk)
    values = values_of(declared, before)
    keys, payload = _said_of(declared, before) if before is not None and values is not None else ([], {})
    noted[model, row.pk] = RowSnapshot(before, values, keys, payload, acting_user())


def acting_user():
    """Who is signed in to the admin; None for the system."""
    return get_active_log_context().user


def _compare(model: Model, pk, before: RowSnapshot) -> None:
    declared = cast(Public, declaration_of(model))
    after = _stored(model, pk)
    values = values_of(declared, after)
    if values == before.values or (before.row is None and not declared.appears):
        let_go(model, pk)
        return
    events = row_events_of(model)
    if before.values is None:
        event = events.created
    elif values is None:
        event = events.deleted
    else:
        event = declared.change(before.row, after) if declared.change else events.changed
    keys, payload = before.keys, before.payload
    if after is not None and values is not None:
        new_keys, payload = _said_of(declared, after)
        keys = [*keys, *new_keys]
    elif after is not None:
        # Readers see it no more: why is said on the row as it is now.
        payload = _said_of(declared, after)[1]
    if declared.also and before.row and after:
        keys = [*keys, *declared.also(before.row, after)]
    append(event(keys=keys, **payload), actor(before.by))


def _said_of(declared: Public, row: models.Model) -> tuple[list[ContentKey], dict]:
    """The content keys of a row, and what entries say of it."""
    return list(declared.keys(row)), declared.payload(row) if declared.payload else named(row)


def _append(declared: Public, event: type[JournalEvent], row: models.Model) -> None:
    keys, payload = _said_of(declared, row)
    append(event(keys=keys, **payload), actor(acting_user()))


def _before_save(instance: models.Model, raw: bool, **details) -> None:
    if not raw and instance.pk is not None:
        _note(instance)


def _after_save(instance: models.Model, created: bool, raw: bool, **details) -> None:
    if created and not raw:
        _note(instance, is_new=True)


def _before_delete(instance: models.Model, **details) -> None:
    """Django deletes in a transaction of its own: where nothing is being recorded, what goes is told at once."""
    if _noted.get() is not None:
        _note(instance)
    elif isinstance(declaration_of(type(instance)), Specific):
        pass  # what it is shown as goes with it, and is told of
    elif subject := _subject(instance):
        model, declared = subject
        row = _stored(model, instance.pk)
        if row is not None and values_of(declared, row) is not None:
            _append(declared, row_events_of(model).deleted, row)


def _relation_changed(
    sender: Model, instance: models.Model, action: str, reverse: bool, model: Model, **details
):
    """As with what is deleted; a relation that is changed from its other end is told of each row that has it."""
    pks = details["pk_set"]
    rows = model._base_manager.filter(pk__in=pks or ()) if reverse else [instance]
    for row in rows:
        subject = _subject(row)
        if not subject or all(
            getattr(subject[0], name).through is not sender for name in subject[1].relations
        ):
            continue
        if _noted.get() is not None:
            if action.startswith("pre_"):
                _note(row)
        elif action == "post_clear" or (action.startswith("post_") and pks):
            _append(subject[1], row_events_of(subject[0]).changed, row)
