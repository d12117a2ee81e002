"""The editions of a page: in simplified script at its address, in traditional script below `/zh-hant`."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from meiri.delivery.public_addresses import WITHOUT_EDITION

PREFIX = "/zh-hant"
_FIRST_PART = re.compile(r"/([^/?#]*)")

_people: ContextVar[set[str] | None] = ContextVar("people", default=None)


def has_edition(path: str) -> bool:
    """Whether the page at `path` (which begins with a slash) has an edition in traditional script."""
    first = _FIRST_PART.match(path)
    return first is not None and first[1] not in WITHOUT_EDITION


def in_edition(address: str, base_url: str) -> str:
    """Where a link leads in the traditional-script edition; addresses elsewhere stay as they are."""
    root = base_url if address.startswith(base_url) else ""
    path = address[len(root) :]
    if root and not path:
        path = "/"
    if not path.startswith("/") or path.startswith("//") or not has_edition(path):
        return address
    return f"{root}{PREFIX}{path}"


def inner_path(path: str) -> str | None:
    """The path of the page that `path` shows in traditional script; None where it is not of that edition."""
    return path[len(PREFIX) :] if path == PREFIX or path.startswith(f"{PREFIX}/") else None


def is_traditional() -> bool:
    """Whether the page being rendered will be converted to traditional script."""
    return _people.get() is not None


def person(name: str) -> str:
    """`name`, noted as that of a person, so that it comes out right in traditional script."""
    people = _people.get()
    if people is not None:
        people.add(name)
    return name


@contextmanager
def rendering_traditional() -> Iterator[set[str]]:
    """What is rendered inside the block will be converted; yields the set of people it names."""
    people: set[str] = set()
    token = _people.set(people)
    try:
        yield people
    finally:
        _people.reset(token)
