"""PHP's serialize(), read without making objects (https://www.php.net/manual/en/function.serialize.php).

Lengths of strings are in bytes. What WordPress plugins and 帝国 keep so is read; objects become dicts of their properties.
"""

import re
from dataclasses import dataclass

_INTEGER = re.compile(rb"[-+]?[0-9]{1,20}")
MOST_BYTES = 4 * 1024 * 1024
MOST_VALUES = 100_000
DEEPEST = 40


class NotSerialized(ValueError):
    """The bytes are not, or not wholly, what serialize() writes, or hold more than is read."""


Plain = None | bool | int | float | str | dict


def unserialize(data: bytes) -> Plain:
    """The value in `data`; arrays are dicts by their keys, text is UTF-8, other bytes are replaced. Raises `NotSerialized`."""
    if len(data) > MOST_BYTES:
        raise NotSerialized("too long")
    reader = _Reader(data)
    value = reader.value(0)
    if reader.at != len(data):
        raise NotSerialized("something follows")
    return value


@dataclass
class _Reader:
    data: bytes
    at: int = 0
    count: int = 0

    def value(self, depth: int) -> Plain:
        self.count += 1
        if depth > DEEPEST or self.count > MOST_VALUES:
            raise NotSerialized("too many values")
        kind = self._take(2)
        if kind == b"N;":
            return None
        if kind == b"b:":
            return self._number(b";") != 0
        if kind in (b"i:", b"r:", b"R:"):
            return self._number(b";")
        if kind == b"d:":
            return self._fraction()
        if kind == b"s:":
            text = self._string()
            self._expect(b";")
            return text
        if kind == b"a:":
            return self._entries(depth)
        if kind == b"O:":
            self._string()
            self._expect(b":")
            return self._entries(depth)
        raise NotSerialized("an unknown kind of value")

    def _entries(self, depth: int) -> dict:
        length = self._number(b":")
        self._expect(b"{")
        found: dict = {}
        if not 0 <= length <= MOST_VALUES:
            raise NotSerialized("too many entries")
        for _ in range(length):
            key = self.value(depth + 1)
            if not isinstance(key, int | str):
                raise NotSerialized("a key that is none")
            found[key] = self.value(depth + 1)
        self._expect(b"}")
        return found

    def _string(self) -> str:
        length = self._number(b":")
        if length < 0:
            raise NotSerialized("a negative length")
        self._expect(b'"')
        text = self._take(length).decode("utf-8", "replace")
        self._expect(b'"')
        return text

    def _number(self, end: bytes) -> int:
        found = self._until(end)
        if not _INTEGER.fullmatch(found):
            raise NotSerialized("no number")
        return int(found)

    def _fraction(self) -> float:
        try:
            return float(self._until(b";"))
        except ValueError:
            raise NotSerialized("no number") from None

    def _until(self, end: bytes) -> bytes:
        stop = self.data.find(end, self.at, self.at + 40)
        if stop < 0:
            raise NotSerialized("it ends too early")
        found, self.at = self.data[self.at : stop], stop + 1
        return found

    def _take(self, length: int) -> bytes:
        found = self.data[self.at : self.at + length]
        if len(found) != length:
            raise NotSerialized("it ends too early")
        self.at += length
        return found

    def _expect(self, wanted: bytes) -> None:
        if self._take(len(wanted)) != wanted:
            raise NotSerialized("a mark is missing")
