"""Saving an open form together with what others saved meanwhile: nobody's words are overwritten."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.fields import StreamField
from wagtail.models import Revision, TaskState

from meiri.newsroom.merging.versions import Conflict, Merged, merge_versions, without_repeated_rows
from meiri.newsroom.open_forms import OpenForm, is_key, open_form

# Characters of what a form says it began with.
LONGEST_BASE = 4_000_000
MOST_BLOCKS = 5_000
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]*")
_MARKUP = re.compile(r"<[^<>]*>")

Content = dict[str, Any]


@dataclass
class Message:
    """What an open form sent beside its fields: its key and number, the number of the last answer that it got, and the version
    that its fields began with."""

    key: str = ""
    sequence: int = 0
    acknowledged: int = 0
    base: Content | None = None

    @classmethod
    def read(cls, data: Mapping[str, str]) -> "Message":
        """The message in the fields `form_key`, `form_sequence`, `form_acknowledged`, `form_base` of a form."""
        key = data.get("form_key", "")
        if not is_key(key):
            return cls()
        return cls(
            key,
            _number(data.get("form_sequence", "")),
            _number(data.get("form_acknowledged", "")),
            _content(data.get("form_base", "")),
        )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _content(text: str) -> Content | None:
    if not text or len(text) > LONGEST_BASE:
        return None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    rows = [value for value in content.values() if isinstance(value, list)]
    return content if all(len(items) <= MOST_BLOCKS and all(map(_is_item, items)) for items in rows) else None


def _is_item(item: Any) -> bool:
    """Whether it may stand in a list of a version: a key, a row, or a block."""
    match item:
        case int() | {"type": "text", "value": str(), "id": str()}:
            return True
        case {"type": str() as kind, "value": _, "id": str()}:
            return kind != "text"
        case dict():
            return "type" not in item
    return False


@dataclass
class Outcome:
    """What became of a message. `content` is what is stored now and `mine` what the form had, both of the form's fields;
    `merged` the whole of the version to be stored, None where the form's own is it."""

    content: Content
    mine: Content
    conflicts: list[Conflict] = field(default_factory=list)
    merged: Content | None = None

    @property
    def is_unchanged(self) -> bool:
        """Whether nothing is to be stored."""
        return self.merged is not None and not self.merged


class FormContent:
    """Which parts of a version a form shows, with bodies as lists of blocks."""

    def __init__(self, model, names: Collection[str]):
        self.model = model
        self.names = frozenset(names)
        self.streams = frozenset(
            name.name
            for name in model._meta.get_fields()
            if isinstance(name, StreamField) and name.name in names
        )

    @classmethod
    def of(cls, form) -> "FormContent":
        names = {*form.fields, *form.formsets}
        if "tags" in names:
            names.add("tagged_items")
        return cls(type(form.instance), names)

    def of_version(self, content: Content) -> Content:
        shown = {name: content[name] for name in self.names if name in content}
        for name in self.streams & shown.keys():
            shown[name] = json.loads(shown[name] or "[]")
        return shown

    def into(self, content: Content, shown: Content) -> Content:
        """The version `content` with what a form shows of it."""
        whole = content | shown
        for name in self.streams & shown.keys():
            whole[name] = json.dumps(shown[name], ensure_ascii=False)
        return whole


def merge_into(shape: FormContent, stored: Content, mine: Content, base: Content | None) -> Outcome:
    """What is to be stored of a form that sent the version `mine`, began with `base` (its fields; None where that is not known:
    then all of it is the form's) and finds the version `stored`."""
    theirs, sent = shape.of_version(stored), shape.of_version(mine)
    own = without_repeated_rows(sent)
    merged = (
        Merged(own)
        if base is None or all(base.get(name) == theirs.get(name) for name in own)
        else merge_versions(base, theirs, own, shape.streams)
    )
    if merged.value == theirs:
        return Outcome(theirs, own, merged.conflicts, merged={})
    if merged.value == sent:
        return Outcome(own, own, merged.conflicts)
    return Outcome(merged.value, own, merged.conflicts, shape.into(stored, merged.value))


def base_of(message: Message, known: OpenForm | None) -> Content | None:
    """What the form of `message` began with: what had come from it last where it does not know of the answer to that."""
    if known and known.sequence > message.acknowledged:
        return known.content
    return message.base


def remember(message: Message, user, thing, outcome: Outcome, revision, kept=None) -> None:
    """Note what came from a form. A later message of it is compared with this."""
    if not message.key:
        return
    values = {
        "content_type": ContentType.objects.get_for_model(thing),
        "object_id": str(thing.pk),
        "sequence": message.sequence,
        "content": outcome.mine,
        "revision": revision,
        "seen_at": timezone.now(),
    }
    if kept is not None:
        values["kept"] = kept
    OpenForm.objects.update_or_create(key=message.key, user=user, defaults=values)


def known_form(message: Message, user) -> OpenForm | None:
    return open_form(message.key, user)


def replaceable(
    latest: Revision | None, known: OpenForm | None, shape: FormContent, content: Content
) -> Revision | None:
    """The version `latest`, where `content` may take its place: the same form made it, nothing refers to it, and every sentence
    of it stands in `content`. Each sentence that was ever saved thus stays in some version."""
    if latest is None or known is None or known.revision_id != latest.pk:
        return None
    if latest.approved_go_live_at or latest.user_id != known.user_id:
        return None
    is_live = getattr(latest.content_object, "live_revision_id", None) == latest.pk
    if is_live or TaskState.objects.filter(revision=latest).exists():
        return None
    old, new = shape.of_version(latest.content), shape.of_version(content)
    return None if loses_words(old, new) else latest


def loses_words(old: Content, new: Content) -> bool:
    """Whether a sentence of `old`, the fields of a form, stands nowhere in `new`."""
    now = "\n".join(_texts(new))
    return any(
        sentence.strip() and sentence.strip() not in now
        for text in _texts(old)
        for sentence in _SENTENCE.findall(text)
    )


def _texts(content: Content) -> list[str]:
    """The texts of a version, without markup, each piece by itself."""
    found: list[str] = []
    waiting: list[Any] = list(content.values())
    while waiting:
        match waiting.pop():
            case str() as text:
                found += _MARKUP.sub("\n", text).split("\n")
            case dict() as struct:
                waiting += [value for name, value in struct.items() if name not in ("id", "type", "pk")]
            case list() as items:
                waiting += items
    return found


def keep_aside(
    thing, shape: FormContent, content: Content, user, earlier: Revision | None
) -> tuple[Revision, bool]:
    """Keep the version `content` beside those that lead to the newest: what could not be saved is not lost. `earlier` is the one
    that the same form kept before. The version, and whether it is a new one."""
    if earlier is not None and not loses_words(shape.of_version(earlier.content), shape.of_version(content)):
        earlier.content, earlier.created_at = content, timezone.now()
        earlier.save(update_fields=["content", "created_at"])
        return earlier, False
    kept = Revision.objects.create(
        content_object=thing,
        base_content_type=thing.get_base_content_type(),
        user=user,
        content=content,
        object_str=str(thing),
    )
    return kept, True
