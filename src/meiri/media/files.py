"""The files of rows: gone when the row is, and never there for a row that is not."""

import weakref
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial

from django.core.files.storage import Storage
from django.db import transaction


def remove_after_commit(storage: Storage, names: Iterable[str]) -> None:
    """Delete files once the transaction is committed, at once where there is none."""
    transaction.on_commit(partial(_remove, storage, list(names)), robust=True)


def remove_after_rollback(storage: Storage, names: Iterable[str]) -> None:
    """Delete files that were written in a transaction which is rolled back, or whose savepoint is."""
    if not getattr(storage, "removes_after_rollback", False):
        after_rollback(partial(_remove, storage, list(names)))


def after_rollback(undo: Callable[[], None]) -> None:
    """Call `undo`, which asks no database, once this transaction is rolled back, or its savepoint is.

    Django calls nobody then: it drops what was to be called after the commit, and that is what this notices.
    """
    committed = _Committed()
    committed.finalizer = weakref.finalize(committed, undo)
    transaction.on_commit(committed)
    # First of all, so that none before it that fails has it dropped after a commit.
    waiting = transaction.get_connection().run_on_commit
    if waiting and waiting[-1][1] is committed:
        waiting.insert(0, waiting.pop())


class _Committed:
    finalizer: weakref.finalize

    def __call__(self) -> None:
        self.finalizer.detach()


def _remove(storage: Storage, names: list[str]) -> None:
    for name in names:
        with suppress(FileNotFoundError):
            storage.delete(name)
