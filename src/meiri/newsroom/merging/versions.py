"""Two people's changes of one text, put together: a three-way merge of versions by field, block, paragraph and character.

A version is what a revision holds: field -> value, a body being a list of blocks `{"type", "value", "id"}`. Where only one of
the two changed something, that change stands; where both changed the same, what is stored stays and the other is a
`Conflict`. See Khanna, Kunal, Pierce: A Formal Investigation of Diff3 (2007), for what a three-way merge can promise.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wagtail.blocks import Block, RichTextBlock, StreamBlock

from meiri.newsroom.merging.sequences import merge_sequences
from meiri.newsroom.merging.texts import Overlap, merge_rich_text


@dataclass(frozen=True)
class Conflict:
    """Both changed the thing at `path` (a field; in a body also the id of the block and the names inside of it)."""

    path: tuple[str, ...]
    theirs: Any
    mine: Any


@dataclass
class Merged:
    value: Any
    conflicts: list[Conflict] = field(default_factory=list)


# Fields whose values are sets of keys, and lists of rows that are told apart by these of their own fields.
KEY_SETS = frozenset({"stations", "subsections", "topics"})
# Fields that hold words with commas between them, each of which stands for itself.
WORD_SETS = frozenset({"ai_kinds", "ai_blocks"})
ROWS = {"bylines": ("author", "credit"), "tagged_items": ("tag",)}


def merge_versions(base: dict, theirs: dict, mine: dict, streams: Mapping[str, StreamBlock]) -> Merged:
    """`theirs` with what `mine` changed since `base`. The fields `streams` are lists of blocks; only what stands in both
    counts, whatever else `theirs` has stays."""
    merged = Merged(dict(theirs))
    for name in theirs.keys() & mine.keys():
        old = base.get(name, theirs[name])
        if isinstance(theirs[name], list) and not isinstance(old, list):
            old = []
        if name in streams:
            kinds = streams[name].child_blocks
            part = _merge_blocks((name,), old, theirs[name], mine[name], kinds)
        elif name in KEY_SETS:
            part = Merged(_merge_keys(old, theirs[name], mine[name]))
        elif name in WORD_SETS:
            old, their, my = (value.split(",") if value else [] for value in (old, theirs[name], mine[name]))
            part = Merged(",".join(_merge_keys(old, their, my)))
        elif name in ROWS:
            part = Merged(_merge_rows(ROWS[name], old, theirs[name], mine[name]))
        else:
            part = _merge_value((name,), old, theirs[name], mine[name])
        merged.value[name] = part.value
        merged.conflicts += part.conflicts
    return merged


def _merge_value(path: tuple[str, ...], base: Any, theirs: Any, mine: Any) -> Merged:
    if mine in (base, theirs):
        return Merged(theirs)
    if theirs == base:
        return Merged(mine)
    if isinstance(base, dict) and isinstance(theirs, dict) and isinstance(mine, dict):
        return _merge_struct(path, base, theirs, mine)
    if all(_is_blocks(value) for value in (base, theirs, mine)):
        return _merge_blocks(path, base, theirs, mine, {})
    return Merged(theirs, [Conflict(path, theirs, mine)])


def _merge_struct(path: tuple[str, ...], base: dict, theirs: dict, mine: dict) -> Merged:
    merged = Merged({})
    for name in dict.fromkeys([*theirs, *mine]):
        part = _merge_value((*path, name), base.get(name), theirs.get(name), mine.get(name))
        merged.value[name] = part.value
        merged.conflicts += part.conflicts
    return merged


def _is_blocks(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) and item.get("id") for item in value)


def _merge_blocks(
    path: tuple[str, ...],
    base: list[dict],
    theirs: list[dict],
    mine: list[dict],
    kinds: Mapping[str, Block],
) -> Merged:
    """`kinds` are those of a stream's blocks by their names, none for the items of a list."""
    merged = Merged([])

    def both_changed(identity: Hashable, old: dict | None, their: dict, my: dict) -> dict:
        part = _merge_block((*path, str(identity)), old, their, my, kinds)
        merged.conflicts += part.conflicts
        return part.value

    merged.value = merge_sequences(base, theirs, mine, _identity, both_changed)
    return merged


def _identity(block: dict) -> Hashable:
    return block.get("id") or (block.get("type"), repr(block.get("value")))


def _merge_block(
    path: tuple[str, ...], base: dict | None, theirs: dict, mine: dict, kinds: Mapping[str, Block]
) -> Merged:
    if theirs["type"] != mine["type"] or (base and base["type"] != theirs["type"]):
        return Merged(theirs, [Conflict(path, theirs["value"], mine["value"])])
    old, their, my = base["value"] if base else None, theirs["value"], mine["value"]
    is_rich = isinstance(kinds.get(theirs["type"]), RichTextBlock)
    if is_rich and isinstance(old, str) and old not in (their, my) and their != my:
        try:
            part = Merged(merge_rich_text(old, their, my))
        except Overlap:
            part = Merged(their, [Conflict(path, their, my)])
    else:
        part = _merge_value(path, old, their, my)
    return Merged(theirs | {"value": part.value}, part.conflicts)


def _merge_keys(base: list, theirs: list, mine: list) -> list:
    added = [key for key in mine if key not in base and key not in theirs]
    return [key for key in theirs if key in mine or key not in base] + added


def _merge_rows(names: tuple[str, ...], base: list[dict], theirs: list[dict], mine: list[dict]) -> list[dict]:
    def identity(row: dict) -> Hashable:
        return tuple(row.get(name) for name in names)

    def theirs_first(identity, old, their, my):
        return their

    return merge_sequences(base, theirs, mine, identity, theirs_first)


def without_repeated_rows(version: dict) -> dict:
    """`version` with each row of `ROWS` once: a form that did not hear of the keys of its rows sends them as new ones."""
    once = dict(version)
    for name in ROWS.keys() & version.keys():
        rows: dict[Hashable, dict] = {}
        for row in version[name]:
            rows.setdefault(tuple(row.get(column) for column in ROWS[name]), row)
        once[name] = list(rows.values())
    return once
