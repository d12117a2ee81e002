"""What can be published and is changed, withdrawn and restored afterwards: each app registers its kinds here.

A thing is named as `page:12`: the word of its kind and the key of its row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models

from meiri.journal.content_keys import ContentKey


@dataclass(frozen=True)
class PublishedThing:
    """What readers may know of a thing that was published. `title`: not told while it is withdrawn. `address`: where they find it,
    "" for what has no page. `since`: when they saw it first. `keys`: what a page depends on that shows the thing."""

    title: str
    address: str
    since: datetime
    keys: tuple[ContentKey, ...]
    is_withdrawn: bool = False


@dataclass(frozen=True)
class KindOfThing:
    """`model`: of the rows, as `app.Model`. `describe`: what readers may know of a row; None where they never saw it."""

    word: str
    label: str
    model: str
    describe: Callable[[Any], PublishedThing | None]

    def name(self, row: Any) -> str:
        return f"{self.word}:{row.pk}"

    def row(self, number: int) -> models.Model | None:
        return apps.get_model(self.model)._base_manager.filter(pk=number).first()


_kinds: dict[str, KindOfThing] = {}


def register_kind(kind: KindOfThing) -> KindOfThing:
    _kinds[kind.word] = kind
    return kind


def kind_called(word: str) -> KindOfThing | None:
    return _kinds.get(word)


def row_of(thing: str) -> models.Model | None:
    """The row of the thing of this name; None where it is gone. One query."""
    word, _, number = thing.partition(":")
    kind = _kinds.get(word)
    return kind.row(int(number)) if kind else None


def keys_of(thing: str) -> list[ContentKey]:
    """The content keys of what shows the thing of this name; none where it is gone."""
    kind, row = _kinds.get(thing.partition(":")[0]), row_of(thing)
    described = kind.describe(row) if kind and row else None
    return list(described.keys) if described else []
