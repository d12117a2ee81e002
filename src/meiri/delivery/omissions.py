"""What a page is shown without: a block, a card or a rail whose data is missing or broken is left out, never the page.

Code that plans or draws a part of a page does so inside `optional`; code that finds the data of a part missing says so with
`omit`. Whoever renders the page collects both: the index of pages keeps them, `meiri verify` and the first screen of the
newsroom name them.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

logger = logging.getLogger(__name__)

# Of one page so many are collected, and so many characters of a reason.
MOST = 20
LONGEST = 200


@dataclass(frozen=True)
class Omission:
    """A part that a page is shown without: its name and the reason, in the words of editors.

    `broken`: an error of the program is the reason, so another try may show the part.
    """

    part: str
    reason: str
    broken: bool = False


_collected: ContextVar[dict[Omission, None] | None] = ContextVar("omissions", default=None)


def omit(part: str, reason: str) -> None:
    """Note that the page being rendered is shown without `part`, for `reason`. Without a page it does nothing."""
    _note(Omission(part, reason[:LONGEST]))


def omit_again(omissions: tuple[Omission, ...]) -> None:
    """Note what was left out of a part that was made for another page and is shown on this one too."""
    for omission in omissions:
        _note(omission)


def _note(omission: Omission) -> None:
    collected = _collected.get()
    if collected is not None and len(collected) < MOST:
        collected[omission] = None


@contextmanager
def optional(part: str) -> Iterator[None]:
    """Leave `part` out of the page where the block raises, and log the error.

    A database or a memory that is away concerns the whole page: such errors are raised, and so are all where
    `settings.RAISE_BROKEN_PARTS` is set, as in development and in tests.
    """
    try:
        yield
    except Exception as error:
        if settings.RAISE_BROKEN_PARTS or _concerns_all(error):
            raise
        logger.exception("“%s” is left out of pages", part)
        reason = f"程序出错，请联系技术人员（{type(error).__name__}：{error}）"
        _note(Omission(part, reason[:LONGEST], broken=True))


def _concerns_all(error: Exception) -> bool:
    if isinstance(error, OperationalError | InterfaceError | MemoryError):
        return True
    # After an error of a statement, PostgreSQL takes no other one of the transaction.
    return isinstance(error, DatabaseError) and connection.in_atomic_block


@contextmanager
def collecting_omissions() -> Iterator[dict[Omission, None]]:
    """Collect what is left out inside the block, in the order in which it was, as the names of the dict it yields."""
    found: dict[Omission, None] = {}
    token = _collected.set(found)
    try:
        yield found
    finally:
        _collected.reset(token)
