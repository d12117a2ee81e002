"""Readers that trip over one item, each with another type of error. They work in the guarded process, which finds them here."""

import os
import sys

from lxml import etree

from meiri.ingest import guarded_reading
from meiri.ingest.import_format import SeriesItem

POISON = "有毒的一篇"
_REAL = {
    name: getattr(guarded_reading, name) for name in ("read_file", "read_item", "read_pasted", "read_series")
}


def _recurse(n=0):
    return _recurse(n + 1)


def _surrogate():
    "\ud83d".encode()


def _undecodable():
    b"\xff".decode()


def _syntax():
    etree.fromstring("<a>")


def _disk():
    raise OSError(28, "No space left on device")


def _memory():
    raise MemoryError


def _assertion():
    raise AssertionError


def _key():
    return {}["no such key"]


def _value():
    return int("x")


def _exit():
    sys.exit(1)


def _die():
    os.kill(os.getpid(), 9)


FAULTS = {f.__name__[1:]: f for f in (_recurse, _surrogate, _undecodable, _syntax, _disk, _memory, _assertion, _key, _value, _exit, _die)}  # fmt: skip
ALL = list(FAULTS)


def _is_poisoned(arguments) -> bool:
    first = arguments[0]
    if isinstance(first, SeriesItem):
        return first.read().article.title == POISON
    if first.startswith("/"):
        with open(first, encoding="utf-8") as file:
            return POISON in file.read()
    return POISON in first


def _tripping(name, fault):
    def read(*arguments):
        if _is_poisoned(arguments):
            FAULTS[fault]()
        return _REAL[name](*arguments)

    read.__name__ = read.__qualname__ = f"{name}_or_{fault}"
    return read


def _series_tripping(fault):
    def read(*arguments):
        guarded_reading.read_item = _tripping("read_item", fault)
        return _REAL["read_series"](*arguments)

    read.__name__ = read.__qualname__ = f"read_series_or_{fault}"
    return read


for _fault in FAULTS:
    globals()[f"read_series_or_{_fault}"] = _series_tripping(_fault)
for _name in ("read_file", "read_pasted"):
    for _fault in FAULTS:
        globals()[f"{_name}_or_{_fault}"] = _tripping(_name, _fault)
