"""Definitions of blocks for a form, smaller: what stands in them several times is sent once.

The form is that of telepath, which Wagtail's scripts unpack: a value that has an `_id` where it stands first, `{"_ref": 7}` where it
stands again. Wagtail does so for values that are one object; the markup of a chooser, the classes of a field are made anew each time.
"""

import json
from collections import Counter
from typing import Any

# A reference takes some ten characters, a number some ten more.
SHORTEST = 20


def share_repeated(packed: Any) -> Any:
    """`packed`, of lists, objects and plain values, with texts and objects that stand in it more than once told once."""
    counted: Counter[str] = Counter()
    _count(packed, counted)
    repeated = {text for text, count in counted.items() if count > 1}
    return _Sharing(repeated, _greatest_id(packed)).of(packed)


class _Sharing:
    def __init__(self, repeated: set[str], last_id: int):
        self._repeated, self._last_id = repeated, last_id
        self._known: dict[str, int] = {}

    def of(self, value: Any) -> Any:
        """`value`, a reference where it is known by now, with a number where it will stand again."""
        text = _shareable(value)
        if text not in self._repeated:
            return self._inside(value)
        if text in self._known:
            return {"_ref": self._known[text]}
        self._last_id += 1
        self._known[text] = number = self._last_id
        if isinstance(value, str):
            return {"_val": value, "_id": number}
        inside = self._inside(value)
        return {**(inside if "_type" in value else {"_dict": inside}), "_id": number}

    def _inside(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.of(one) for one in value]
        if isinstance(value, dict):
            return {key: one if _is_plain(key, one) else self.of(one) for key, one in value.items()}
        return value


def _is_plain(key: str, value: Any) -> bool:
    """Whether telepath takes a value as it is: the names of types, and what has a number already."""
    return key == "_val" or (key == "_type" and isinstance(value, str))


def _shareable(value: Any) -> str:
    """A text that is the same for equal values which may be told once; empty for others."""
    if isinstance(value, str) or (
        isinstance(value, dict)
        and "_id" not in value
        and ("_type" in value or not any(key[:1] == "_" for key in value))
    ):
        text = written(value)
    else:
        return ""
    return text if len(text) >= SHORTEST else ""


def _count(value: Any, counted: Counter[str]) -> None:
    if text := _shareable(value):
        counted[text] += 1
        if counted[text] > 1:
            return  # what is inside goes with it
    if isinstance(value, list):
        for one in value:
            _count(one, counted)
    elif isinstance(value, dict):
        for key, one in value.items():
            if not _is_plain(key, one):
                _count(one, counted)


def _greatest_id(value: Any) -> int:
    if isinstance(value, list):
        return max(map(_greatest_id, value), default=0)
    if isinstance(value, dict):
        return max([value.get("_id", 0), *map(_greatest_id, value.values())])
    return 0


def written(packed: Any) -> str:
    """`packed` as JSON without spaces, Chinese characters as they are."""
    return json.dumps(packed, ensure_ascii=False, separators=(",", ":"))
