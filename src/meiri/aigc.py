"""The label of what was made by artificial intelligence as files carry it: the AIGC block of GB 45438-2025, annex E.

One JSON object with the keys of `_KEYS`, in an XMP property (`NAMESPACE`, `PREFIX`, `PROPERTY`) of pictures and films, in tags of sounds and in a `meta`
element of pages. Loads nothing of Django: files are read in guarded processes.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import Enum

NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
PREFIX = "TC260"
PROPERTY = "AIGC"
# Characters of a block as it comes, of a name or number in it, and of a reserved code, which may hold a signature.
LONGEST_BLOCK = 20_000
LONGEST_FIELD = 200
LONGEST_RESERVED = 8_000
_KEYS = {
    "producer": "ContentProducer",
    "produce_id": "ProduceID",
    "reserved1": "ReservedCode1",
    "propagator": "ContentPropagator",
    "propagate_id": "PropagateID",
    "reserved2": "ReservedCode2",
}
# What a code of the register says: 001, 1 for an organisation, its 18 characters (GB 32100-2015), 5 digits of a service.
_SERVICE_CODE = re.compile(r"0011[0-9A-HJ-NPQRTUWXY]{18}[0-9]{5}")


class AigcLabel(Enum):
    """How sure it is that artificial intelligence made something: the values of `Label`, the surest first."""

    IS = "1"
    MAY_BE = "2"
    SUSPECTED = "3"

    @property
    def words(self) -> str:
        """What readers are told."""
        return _WORDS[self]

    @property
    def mark(self) -> str:
        """The same where there is little room."""
        return _MARKS[self]

    def is_weaker_than(self, other: "AigcLabel") -> bool:
        return self.value > other.value


_WORDS = {
    AigcLabel.IS: "人工智能生成",
    AigcLabel.MAY_BE: "可能为人工智能生成",
    AigcLabel.SUSPECTED: "疑似人工智能生成",
}
_MARKS = {
    AigcLabel.IS: "AI 生成",
    AigcLabel.MAY_BE: "可能为 AI 生成",
    AigcLabel.SUSPECTED: "疑似 AI 生成",
}


class NotAigc(ValueError):
    """What stands where a block should is none; the message says why, in English."""


@dataclass(frozen=True)
class AigcBlock:
    """A label, who made the content and who spreads it, each by code or name, and their numbers of it; "" where nothing is said.

    Raises `NotAigc` for a value that is too long, or holds what no block may: control characters, quotes, backslashes.
    """

    label: AigcLabel
    producer: str = ""
    produce_id: str = ""
    reserved1: str = ""
    propagator: str = ""
    propagate_id: str = ""
    reserved2: str = ""

    def __post_init__(self):
        for field, key in _KEYS.items():
            _check(key, getattr(self, field))

    @classmethod
    def from_json(cls, text: str) -> "AigcBlock":
        """The block that `text` writes, bare or as the value of a key `AIGC`. Keys of no standard are not kept. Raises `NotAigc`."""
        if len(text) > LONGEST_BLOCK:
            raise NotAigc(f"The block has more than {LONGEST_BLOCK} characters.")
        try:
            read = json.loads(text, object_pairs_hook=_once_each)
        except RecursionError:
            raise NotAigc("The block is no JSON.") from None
        except ValueError as error:
            raise error if isinstance(error, NotAigc) else NotAigc("The block is no JSON.") from None
        if isinstance(read, dict) and PROPERTY in read:
            read = read[PROPERTY]
        return cls.from_dict(read)

    @classmethod
    def from_dict(cls, read: object) -> "AigcBlock":
        """The block with the keys of the standard. Raises `NotAigc`."""
        if not isinstance(read, dict):
            raise NotAigc("The block is no JSON object.")
        label = read.get("Label")
        try:
            known = AigcLabel(str(label) if type(label) is int else label)
        except ValueError:
            raise NotAigc("Label is none of 1, 2 and 3.") from None
        return cls(known, **{field: read.get(key, "") for field, key in _KEYS.items()})

    def as_dict(self) -> dict[str, str]:
        """All keys of the standard, in its order."""
        return {"Label": self.label.value} | {key: getattr(self, field) for field, key in _KEYS.items()}

    def as_json(self) -> str:
        return json.dumps(self.as_dict(), ensure_ascii=False, separators=(",", ":"))

    def spread_by(self, propagator: str, propagate_id: str) -> "AigcBlock":
        """The block as whoever passes the content on writes it: its producer's fields stay. One without a producer gets none."""
        return replace(self, propagator=propagator, propagate_id=propagate_id)

    def labelled(self, label: AigcLabel) -> "AigcBlock":
        return replace(self, label=label)

    def said(self) -> list[tuple[str, str]]:
        """What the block says, in Chinese words, without what is empty and without reserved codes, which are for machines."""
        fields = asdict(self)
        told = [(words, fields[field]) for field, words in _FIELD_WORDS.items()]
        return [("标识", self.label.words), *((words, value) for words, value in told if value)]


_FIELD_WORDS = {
    "producer": "生成者",
    "produce_id": "生成编号",
    "propagator": "传播者",
    "propagate_id": "传播编号",
}


def first_block(label: AigcLabel, producer: str, produce_id: str) -> AigcBlock:
    """The block of content that its producer labels: who makes it spreads it too, as the standard has it."""
    return AigcBlock(label, producer, produce_id, propagator=producer, propagate_id=produce_id)


def block_among(texts: Iterable[str]) -> tuple[AigcBlock | None, bool]:
    """The first block that can be read, and whether there is one that can't."""
    is_broken = False
    for text in texts:
        try:
            return AigcBlock.from_json(text), False
        except NotAigc:
            is_broken = True
    return None, is_broken


def is_service_code(text: str) -> bool:
    """Whether `text` is formed as the code of a service that makes or spreads content (TC260-PG-20252A), of 27 characters."""
    return _SERVICE_CODE.fullmatch(text) is not None


def plain(text: str) -> str:
    """`text` as a name in a block: without what no block may hold, on one line, cut to its length."""
    kept = "".join(c for c in " ".join(text.split()) if c.isprintable() and c not in '"\\')
    return kept[:LONGEST_FIELD].strip()


def _check(key: str, value: object) -> None:
    longest = LONGEST_RESERVED if key.startswith("Reserved") else LONGEST_FIELD
    if not isinstance(value, str):
        raise NotAigc(f"{key} is no text.")
    if len(value) > longest:
        raise NotAigc(f"{key} has more than {longest} characters.")
    # Reserved codes hold JSON of their own in practice (SecurityData), with quotes.
    barred = "" if key.startswith("Reserved") else '"\\'
    if not value.isprintable() or any(c in value for c in barred):
        raise NotAigc(f"{key} holds a character that no block may.")


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotAigc("A key of the block stands there twice.")
    return found
