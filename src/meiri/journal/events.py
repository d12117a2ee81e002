"""What entries say, typed: each kind of entry is one frozen class, declared in `events.py` of the app that it is about.

A class is registered by `declared`; those of rows are made out of what their models declare (row_events.py). The fields of a
class are the payload of its entries, those that are None left out. docs/journal.md lists all kinds; it is written by
`meiri describe_journal`.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from types import UnionType
from typing import Any, ClassVar, NamedTuple, Self, TypeVar, get_args, get_origin, get_type_hints

from meiri.journal.content_keys import ContentKey, KeyForm
from meiri.journal.encoding import canonical

KeyForms = tuple[KeyForm | ContentKey, ...]


class UnknownKind(ValueError):
    """No app declares this kind of entry."""


class Misfit(ValueError):
    """The keys or the payload of an event are not what its class declares."""


class Attested(NamedTuple):
    """What the public log holds of an event. `thing`: `article:42`; `digest`: SHA-256 in hexadecimal of what was published, or of
    all that the entry says."""

    thing: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class JournalEvent:
    """One kind of entry. `keys`: the content keys of all that changed.

    `kind`: dotted words, `article.published`. `label`: what editors read, in Chinese. `key_forms`: what its keys may name.
    `removes_content`: whether it may have taken something from readers, so that a page from before it is not to be shown any more.
    `summarised`: the fields that say the most, in their order, each with the word that stands before it.
    """

    kind: ClassVar[str] = ""
    label: ClassVar[str] = ""
    key_forms: ClassVar[KeyForms] = ()
    removes_content: ClassVar[bool] = True
    summarised: ClassVar[Mapping[str, str]] = {}

    keys: Sequence[ContentKey] = ()

    @property
    def payload(self) -> dict[str, Any]:
        """The payload of its entry: strings, integers, booleans and lists of these."""
        found = {name: getattr(self, name) for name in field_names(type(self))}
        return {name: value for name, value in found.items() if value is not None}

    @classmethod
    def read(cls, keys: Sequence[str], payload: Mapping[str, Any]) -> Self:
        """The event of an entry. What the entry of an older release did not say yet is None; what this one does not know is
        left out."""
        return cls(
            keys=[ContentKey(key) for key in keys],
            **{name: payload.get(name) for name in field_names(cls)},
        )

    @property
    def attested(self) -> Attested | None:
        """What the public log (meiri.trust) holds of it; None for kinds that it does not hold."""
        return None

    @property
    def redacts(self) -> Sequence[int]:
        """The numbers of earlier entries that lost words because of it (redaction.py)."""
        return ()

    @property
    def payload_digest(self) -> str:
        """SHA-256 in hexadecimal of the canonical JSON of its payload."""
        return hashlib.sha256(canonical(self.payload)).hexdigest()

    def check(self) -> None:
        """Raise `Misfit` where keys or fields are not what the class declares."""
        if wrong := [key for key in self.keys if not _keys_of(type(self)).fullmatch(key)]:
            raise Misfit(f"{self.kind} names keys that {type(self).__name__} does not declare: {wrong[:5]}.")
        for name, type_ in _types_of(type(self)).items():
            if not _is_of(getattr(self, name), type_):
                raise Misfit(f"{name} of {self.kind} is {getattr(self, name)!r}, not {type_}.")

    @property
    def summary(self) -> str:
        """What it says, in one line for editors."""
        payload = self.payload
        told = [
            f"{word} {payload[name]}".strip()
            for name, word in self.summarised.items()
            if payload.get(name) not in (None, "")
        ]
        return " · ".join(told or [f"{k}：{v}" for k, v in payload.items() if isinstance(v, str | int)])

    @property
    def published_address(self) -> str | None:
        """The address of a page that readers will ask for at once because of it; None where there is none."""
        return None


@dataclass(frozen=True, kw_only=True)
class UnknownEvent(JournalEvent):
    """The entry of another release, of a kind that this one does not know. It can be read, not written."""

    unknown_kind: str
    unknown_payload: Mapping[str, Any]

    @property
    def payload(self) -> dict[str, Any]:
        return dict(self.unknown_payload)

    def check(self) -> None:
        raise UnknownKind(f"No app declares the kind {self.unknown_kind!r}.")


EventClass = TypeVar("EventClass", bound=type[JournalEvent])
_declared: dict[str, type[JournalEvent]] = {}


def declared(event: EventClass) -> EventClass:
    """Register the class of a kind. Raises `ValueError` where there is one already, or it lacks a label or a docstring."""
    if event.kind in _declared:
        raise ValueError(f"The kind {event.kind} is declared twice.")
    # A data class without a docstring gets its own signature for one.
    if not (event.kind and event.label) or str(event.__doc__).startswith(f"{event.__name__}("):
        raise ValueError(f"{event.__name__} needs a kind, a label and a docstring.")
    _declared[event.kind] = event
    return event


def declared_events() -> list[type[JournalEvent]]:
    """The classes of all kinds that are declared, in the order of their kinds."""
    return [_declared[kind] for kind in sorted(_declared)]


def is_declared(event: JournalEvent) -> bool:
    return _declared.get(event.kind) is type(event)


def read_event(kind: str, keys: Sequence[str], payload: Mapping[str, Any]) -> JournalEvent:
    """What an entry says, as an object of its class; an `UnknownEvent` where no app declares its kind."""
    if event := _declared.get(kind):
        return event.read(keys, payload)
    return UnknownEvent(keys=[ContentKey(key) for key in keys], unknown_kind=kind, unknown_payload=payload)


def label_of(kind: str) -> str:
    """`article.published` as 稿件：发布. The words of a kind that nobody declares stay as they are."""
    event = _declared.get(kind)
    return str(event.label) if event else kind.replace(".", "：", 1)


def kinds_naming(form: KeyForm) -> list[str]:
    """The kinds of entries that may name keys of this form."""
    return [event.kind for event in declared_events() if form in event.key_forms]


def field_names(event: type[JournalEvent]) -> tuple[str, ...]:
    """The names of the fields of a payload, in their order."""
    return tuple(field.name for field in fields(event) if field.name != "keys")


def _keys_of(event: type[JournalEvent]) -> re.Pattern:
    return re.compile("|".join(f"(?:{pattern_of(form)})" for form in event.key_forms) or r"\b\B", re.ASCII)


def pattern_of(form: KeyForm | ContentKey) -> str:
    return form.pattern if isinstance(form, KeyForm) else re.escape(form)


def _types_of(event: type[JournalEvent]) -> dict[str, Any]:
    hints = get_type_hints(event)
    return {name: hints[name] for name in field_names(event)}


def _is_of(value: Any, type_: Any) -> bool:
    """Whether a value is of the type of a field: `str`, `int`, `bool`, a list of one of these, or a union with None."""
    if isinstance(type_, UnionType):
        return any(_is_of(value, one) for one in get_args(type_))
    if get_origin(type_) is list:
        return isinstance(value, list) and all(_is_of(one, get_args(type_)[0]) for one in value)
    return isinstance(value, type_) and isinstance(value, bool) == (type_ is bool)
