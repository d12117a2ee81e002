"""The events of rows that editors keep: `source.created`, `source.changed`, `source.deleted`, made out of what models declare."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from django.db import models
from django.utils.text import format_lazy

from meiri.journal.events import Attested, JournalEvent, declared
from meiri.journal.public_models import Public

Model = type[models.Model]


@dataclass(frozen=True, kw_only=True)
class RowEvent(JournalEvent):
    """What became of a row. `id`: its primary key. `name`: what editors call it, at most 200 characters."""

    id: str
    name: str

    summarised = {"name": ""}
    # Whether the public log holds it.
    is_attested: ClassVar[bool] = False

    @property
    def attested(self) -> Attested | None:
        """Under the name of the kind and the key of the row, `topic:7`."""
        if not self.is_attested:
            return None
        return Attested(f"{self.kind.partition('.')[0]}:{self.id}", self.payload_digest)


class RowEvents(NamedTuple):
    """The events of a row that appears, changes and goes."""

    created: type[JournalEvent]
    changed: type[JournalEvent]
    deleted: type[JournalEvent]


# The word of a kind, what editors read for it, and whether it takes something from readers.
WORDS = (("created", "新建", False), ("changed", "修改", False), ("deleted", "删除", True))
_of_models: dict[Model, RowEvents] = {}


def declare_rows(model: Model, public: Public) -> None:
    """Declare the events of the rows of `model`, but for those that it names itself."""
    own = (public.created, public.changed, public.deleted)
    _of_models[model] = RowEvents(
        *(given or _event_of(model, public, *words) for given, words in zip(own, WORDS, strict=True))
    )


def _event_of(
    model: Model, public: Public, word: str, label: str, removes_content: bool
) -> type[JournalEvent]:
    namespace = {
        "__doc__": f"A row of {model.__name__} was {word}.",
        "__module__": model.__module__,
        "kind": f"{model._meta.model_name}.{word}",
        "label": format_lazy("{}：{}", model._meta.verbose_name, label),
        "key_forms": public.key_forms,
        "removes_content": removes_content,
        "is_attested": public.attested,
    }
    event = type(f"{model.__name__}{word.title()}", (RowEvent,), namespace)
    return declared(dataclass(frozen=True, kw_only=True)(event))


def row_events(*rows: Model) -> list[type[JournalEvent]]:
    """All events of the rows of these models."""
    return list(dict.fromkeys(event for model in rows for event in _of_models[model]))


def row_events_of(model: Model) -> RowEvents:
    return _of_models[model]
