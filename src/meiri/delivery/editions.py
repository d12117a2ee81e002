"""The editions of a page: at its address, in traditional script below `/zh-hant`, in large type (长辈版) below `/zhangbei`, for minors
(未成年人模式) below `/weichengnian`. A device may keep to the last of them, which a cookie says."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from meiri.delivery.public_addresses import WITHOUT_EDITION


@dataclass(frozen=True)
class Edition:
    """`prefix`: what stands before the address of a page; `name`: what editors call the edition."""

    prefix: str
    name: str


TRADITIONAL = Edition("/zh-hant", "繁体版")
LARGE = Edition("/zhangbei", "长辈版")
MINORS = Edition("/weichengnian", "未成年人版")
EDITIONS = (TRADITIONAL, LARGE, MINORS)
# The cookie of a device that keeps to the edition for minors.
MODE_COOKIE, MODE_ON = "mode", "minors"
# First parts of what the edition for minors does not offer: talking in public, accounts, and what these show of themselves.
NOT_FOR_MINORS = frozenset(("comments", "members", "polls"))
# Where the mode is set, and what is asked for and not offered leads.
MODE_ADDRESS = "/minors/"
# What may stand before the path of a page, as part of a regular expression.
ANY_PREFIX = f"(?:{'|'.join(edition.prefix for edition in EDITIONS)})?"
_FIRST_PART = re.compile(r"/([^/?#]*)")


@dataclass(frozen=True)
class EditionInWork:
    """The edition that is being rendered, and the people that its page names."""

    edition: Edition
    people: set[str] = field(default_factory=set)


_in_work: ContextVar[EditionInWork | None] = ContextVar("edition", default=None)


def has_edition(path: str) -> bool:
    """Whether the page at `path` (which begins with a slash) has editions."""
    first = _FIRST_PART.match(path)
    return first is not None and first[1] not in WITHOUT_EDITION


def in_edition(address: str, base_url: str, edition: Edition = TRADITIONAL) -> str:
    """Where a link leads in an edition; addresses elsewhere stay as they are."""
    root = base_url if address.startswith(base_url) else ""
    path = address[len(root) :]
    if root and not path:
        path = "/"
    if not path.startswith("/") or path.startswith("//") or not has_edition(path):
        return address
    return f"{root}{edition.prefix}{path}"


def in_all_editions(address: str) -> list[str]:
    """The addresses of a page: its own, and those of its editions."""
    return [address, *(edition.prefix + address for edition in EDITIONS)]


def edition_of(path: str) -> Edition | None:
    """The edition whose page stands at `path`; None for the page itself."""
    return next((one for one in EDITIONS if path == one.prefix or path.startswith(f"{one.prefix}/")), None)


def inner_path(path: str) -> str | None:
    """The path of the page that `path` shows in an edition, "" for its bare prefix; None where it is of none."""
    edition = edition_of(path)
    return path.removeprefix(edition.prefix) if edition else None


def current_edition() -> Edition | None:
    """The edition that is being rendered; None for the page itself."""
    work = _in_work.get()
    return work.edition if work else None


def is_traditional() -> bool:
    """Whether the page being rendered will be converted to traditional script."""
    return current_edition() is TRADITIONAL


def is_large() -> bool:
    """Whether the page is being rendered in large type."""
    return current_edition() in (LARGE, MINORS)


def is_for_minors() -> bool:
    """Whether the page is being rendered for minors: nothing that may harm them is on it, nor behind a notice."""
    return current_edition() is MINORS


def keeps_to_minors(cookies: str) -> bool:
    """Whether a header `Cookie` is that of a device that keeps to the edition for minors."""
    return f"{MODE_COOKIE}={MODE_ON}" in map(str.strip, cookies.split(";")[:200])


def kept_address(path: str) -> str:
    """Where a device that keeps to the edition for minors is led from `path`; "" where it may stay."""
    edition = edition_of(path)
    inner = path if edition is None else path.removeprefix(edition.prefix) or "/"
    if edition is MINORS or not has_edition(inner):
        return ""
    return MINORS.prefix + inner


def is_not_for_minors(inner: str) -> bool:
    """Whether the edition for minors does not offer what stands at an address without its edition."""
    first = _FIRST_PART.match(inner)
    return first is not None and first[1] in NOT_FOR_MINORS


def person(name: str) -> str:
    """`name`, noted as that of a person, so that it comes out right in traditional script."""
    work = _in_work.get()
    if work is not None:
        work.people.add(name)
    return name


@contextmanager
def rendering_edition(edition: Edition) -> Iterator[set[str]]:
    """What is rendered inside the block is of an edition; yields the set of people it names."""
    work = EditionInWork(edition)
    token = _in_work.set(work)
    try:
        yield work.people
    finally:
        _in_work.reset(token)
