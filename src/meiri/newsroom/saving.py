"""Saving an open form together with what others saved meanwhile: nobody's words are overwritten."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from wagtail.fields import StreamField
from wagtail.log_actions import log
from wagtail.models import Revision, TaskState

from meiri.asked_numbers import asked_number
from meiri.newsroom.merging.versions import Conflict, Merged, merge_versions, without_repeated_rows
from meiri.newsroom.open_forms import OpenForm, is_key, open_form

# Characters of what a form says it began with.
LONGEST_BASE = 4_000_000
MOST_BLOCKS = 5_000
# The deed of the log: words were kept beside the versions that lead to the newest.
KEPT_ASIDE = "newsroom.kept_aside"
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]*")
_MARKUP = re.compile(r"<[^<>]*>")

Content = dict[str, Any]


@dataclass
class FormMessage:
    """What an open form sent beside its fields: its key and number, the number of the last answer that it got, and the version
    that its fields began with."""

    key: str = ""
    sequence: int = 0
    acknowledged: int = 0
    base: Content | None = None

    @classmethod
    def read(cls, data: Mapping[str, str]) -> "FormMessage":
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
    return asked_number(text, most_digits=9) or 0


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
        case int() | {"type": str(), "value": _, "id": str()}:
            return True
        case dict():
            return "type" not in item
    return False


@dataclass
class SaveOutcome:
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


def version_of(thing) -> Content:
    """The version that `thing` would be stored as, in the types that JSON has."""
    return json.loads(json.dumps(thing.serializable_data(), cls=DjangoJSONEncoder))


def newest_version(thing) -> Content:
    """The newest version of `thing`; of what has none, its row, whatever a form has made of the object."""
    if thing.latest_revision:
        return thing.latest_revision.content
    return version_of(type(thing)._default_manager.get(pk=thing.pk))


class FormContent:
    """Which parts of a version a form shows, with bodies as lists of blocks."""

    def __init__(self, model, names: Collection[str]):
        self.model = model
        self.names = frozenset(names)
        self.streams = {
            field.name: field.stream_block
            for field in model._meta.get_fields()
            if isinstance(field, StreamField) and field.name in names
        }

    @classmethod
    def of(cls, form) -> "FormContent":
        names = {*form.fields, *form.formsets}
        if "tags" in names:
            names.add("tagged_items")
        return cls(type(form.instance), names)

    def of_version(self, content: Content) -> Content:
        shown = {name: content[name] for name in self.names if name in content}
        for name in self.streams.keys() & shown.keys():
            shown[name] = json.loads(shown[name] or "[]")
        return shown

    def into(self, content: Content, shown: Content) -> Content:
        """The version `content` with what a form shows of it."""
        whole = content | shown
        for name in self.streams.keys() & shown.keys():
            whole[name] = json.dumps(shown[name], ensure_ascii=False)
        return whole


def merge_into(shape: FormContent, stored: Content, mine: Content, base: Content | None) -> SaveOutcome:
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
        return SaveOutcome(theirs, own, merged.conflicts, merged={})
    if merged.value == sent:
        return SaveOutcome(own, own, merged.conflicts)
    return SaveOutcome(merged.value, own, merged.conflicts, shape.into(stored, merged.value))


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


class FormSave:
    """One message of an open form, to be stored together with what others saved meanwhile.

    `form` is bound and valid, `stored` the row, locked by the caller's transaction. What conflicts is kept aside at once.
    """

    def __init__(self, form, stored, message: FormMessage, user):
        self.form, self.stored, self.message, self.user = form, stored, message, user
        self.shape = FormContent.of(form)
        self.latest = stored.latest_revision
        self.known = open_form(message.key, user)
        self.mine = version_of(form.save(commit=False))
        self.outcome = merge_into(self.shape, newest_version(stored), self.mine, self._base())
        self.kept = self.keep_aside() if self.outcome.conflicts else None

    def _base(self) -> Content | None:
        """What the form began with: what had come from it last, where it does not know of the answer to that."""
        if self.known and self.known.sequence > self.message.acknowledged:
            return self.known.content
        return self.message.base

    def keep_aside(self) -> Revision:
        """Keep what the form has as a version beside those that lead to the newest: what can't be saved is not lost."""
        earlier = self.known.kept if self.known else None
        if earlier and not self._loses_words(earlier.content, self.mine):
            earlier.content, earlier.created_at = self.mine, timezone.now()
            earlier.save(update_fields=["content", "created_at"])
            return earlier
        kept = Revision.objects.create(
            content_object=self.stored,
            base_content_type=self.stored.get_base_content_type(),
            user=self.user,
            content=self.mine,
            object_str=str(self.stored),
        )
        log(self.stored, KEPT_ASIDE, user=self.user, revision=kept)
        return kept

    def _loses_words(self, old: Content, new: Content) -> bool:
        return loses_words(self.shape.of_version(old), self.shape.of_version(new))

    def replaceable(self) -> Revision | None:
        """The newest version, where what is to be stored may take its place: the same form made it, nothing refers to it, and
        every sentence of it stands in what follows. Each sentence that was ever saved thus stays in some version."""
        latest, known = self.latest, self.known
        if latest is None or known is None or known.revision_id != latest.pk:
            return None
        if latest.approved_go_live_at or latest.user_id != known.user_id:
            return None
        if self.stored.live_revision_id == latest.pk or TaskState.objects.filter(revision=latest).exists():
            return None
        return None if self._loses_words(latest.content, self.outcome.merged or self.mine) else latest

    def remember(self, revision: Revision | None) -> None:
        """Note what came from the form, which made or found the version `revision`."""
        remember(self.message, self.user, self.stored, self.outcome.mine, revision, self.kept)

    def told(self) -> dict[str, Any]:
        """What the form is told: what is stored now, and how that differs from what it sent."""
        outcome = self.outcome
        told: dict[str, Any] = {"sequence": self.message.sequence, "content": outcome.content}
        if outcome.content != outcome.mine:
            told["mine"] = outcome.mine
            told["states"] = {name: self._states(name) for name in self.shape.streams}
            told["conflicts"] = [
                {"path": conflict.path, "theirs": conflict.theirs, "label": self._label(conflict.path[0])}
                for conflict in outcome.conflicts
            ]
        return told

    def _states(self, name: str) -> list:
        """The blocks of a body as the browser's editor takes them."""
        field = self.shape.model._meta.get_field(name)
        return field.stream_block.get_form_state(field.to_python(self.outcome.content.get(name) or []))

    def _label(self, name: str) -> str:
        return str(self.form.fields[name].label) if name in self.form.fields else name


def remember(message: FormMessage, user, thing, content: Content, revision, kept=None) -> None:
    """Note what came from an open form of `thing`. Its next message may be compared with this."""
    if not message.key:
        return
    values = {
        "content_type": thing.get_base_content_type(),
        "object_id": str(thing.pk),
        "sequence": message.sequence,
        "content": content,
        "revision": revision,
        "seen_at": timezone.now(),
    }
    if kept is not None:
        values["kept"] = kept
    OpenForm.objects.update_or_create(key=message.key, user=user, defaults=values)
