"""What threads of this process ask for at the same moment is done by one of them for all (group commit)."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Event, Lock
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class _Call(Generic[Item, Result]):
    def __init__(self, item: Item):
        self.item = item
        self.result: Future[Result] = Future()
        self.woken = Event()


class GroupCommit(Generic[Item, Result]):
    """`do_all` gets the items of all callers that wait, in the order in which they came, and returns a result for each.

    Nobody waits for others to come. While one caller works, those who come meanwhile gather, and the first of them works
    for all of these next. Where `do_all` fails by one of `apart_on`, each item is done alone, so that one spoils no other;
    any other error is raised to all of them.
    """

    def __init__(
        self,
        do_all: Callable[[Sequence[Item]], Sequence[Result]],
        apart_on: tuple[type[Exception], ...] = (),
    ):
        self._do_all, self._apart_on = do_all, apart_on
        self._lock = Lock()
        self._gathered: list[_Call[Item, Result]] = []
        self._working = False

    def do(self, item: Item) -> Result:
        """The result for `item`, once it is done: by this thread, with its database connection, or by another."""
        call: _Call[Item, Result] = _Call(item)
        with self._lock:
            self._gathered.append(call)
            waits, self._working = self._working, True
        if waits:
            call.woken.wait()
        if not call.result.done():
            self._work()
        return call.result.result()

    def _work(self) -> None:
        """Do all that has gathered, then wake those who waited for it and the one who works next."""
        with self._lock:
            calls, self._gathered = self._gathered, []
        try:
            self._answer(calls)
        finally:
            with self._lock:
                after = self._gathered[:1]
                self._working = bool(after)
            for call in calls + after:
                call.woken.set()

    def _answer(self, calls: Sequence[_Call[Item, Result]]) -> None:
        try:
            results = self._do_all([call.item for call in calls])
        except self._apart_on:
            for call in calls:
                self._answer_alone(call)
        except BaseException as error:
            for call in calls:
                call.result.set_exception(error)
        else:
            for call, result in zip(calls, results, strict=True):
                call.result.set_result(result)

    def _answer_alone(self, call: _Call[Item, Result]) -> None:
        try:
            (result,) = self._do_all([call.item])
        except BaseException as error:
            call.result.set_exception(error)
        else:
            call.result.set_result(result)
