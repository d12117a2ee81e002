"""What can be published and is changed, withdrawn and restored afterwards: each app registers its kinds here.

A thing is named as `page:12`: the word of its kind and the key of its row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models

from meiri.changes.exchanging_words import WordExchange
from meiri.journal.content_keys import ContentKey


@dataclass(frozen=True)
class PublishedThing:
    """What readers may know of a thing that was published. `title`: not told while it is withdrawn. `address`: where they find it,
    "" for what has no page. `since`: when they saw it first. `keys`: what a page depends on that shows the thing. `tells_wording`: whether its text stands where
    anybody may read what it said before."""

    title: str
    address: str
    since: datetime
    keys: tuple[ContentKey, ...]
    is_withdrawn: bool = False
    tells_wording: bool = False


@dataclass(frozen=True)
class PlaceCorrection:
    """How words of a kind are corrected place by place.

    `deed`: what the policy asks of whoever does it. `read`: the row as readers see it, kept from others until the transaction ends;
    raises `ValidationError` where it can't be corrected. `walk`: shows an exchange each text of a row in the order of the page, and sets on
    the row what it gives; nothing is saved. `publish`: lets readers see the row as it is now, as a correction with the reason that is
    given, by whoever is given; raises `ValidationError`.
    """

    deed: str
    read: Callable[[Any, Any], Any]
    walk: Callable[[Any, WordExchange], None]
    publish: Callable[[Any, str, Any], object]


@dataclass(frozen=True)
class KindOfThing:
    """`model`: of the rows, as `app.Model`. `describe`: what readers may know of a row; None where they never saw it.
    `read_wordings`: what changes of one row say before and after, see `change_wording`; None where its texts are not compared.
    `erasing_view`: the view of the admin by which a version's text is erased, called with the row's key and the version's number; ""
    where there is none. `correction`: None for what is corrected otherwise."""

    word: str
    label: str
    model: str
    describe: Callable[[Any], PublishedThing | None]
    read_wordings: Callable[[Sequence[Any]], Mapping[int, Any]] | None = None
    erasing_view: str = ""
    correction: PlaceCorrection | None = None

    def name(self, row: Any) -> str:
        return f"{self.word}:{row.pk}"


_kinds: dict[str, KindOfThing] = {}


def register_kind(kind: KindOfThing) -> KindOfThing:
    _kinds[kind.word] = kind
    return kind


def kind_of(thing: str) -> KindOfThing:
    """The kind of the thing of this name. Raises `KeyError` where no app registers it."""
    return _kinds[thing.partition(":")[0]]


def split_name(thing: str) -> tuple[str, int]:
    """The word of a thing's kind and the key of its row, out of its name."""
    word, _, number = thing.partition(":")
    return word, int(number)


def find_thing(word: str, number: int) -> tuple[KindOfThing, models.Model] | None:
    """The kind that is called `word`, and its row with the key `number`; None where there is no such thing. One query."""
    kind = _kinds.get(word)
    row = apps.get_model(kind.model)._base_manager.filter(pk=number).first() if kind else None
    return (kind, row) if kind and row else None


def keys_of(thing: str) -> list[ContentKey]:
    """The content keys of what shows the thing of this name; none where it is gone."""
    found = find_thing(*split_name(thing))
    described = found[0].describe(found[1]) if found else None
    return list(described.keys) if described else []
