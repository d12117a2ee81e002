"""Bodies are received whole, within bounds of time and size."""

import asyncio
from collections.abc import AsyncIterator, Iterable

import pytest

from meiri.conf import request_bodies
from meiri.conf.request_bodies import (
    IN_MEMORY,
    MOST_HELD,
    MOST_OF_ONE,
    Bound,
    Reception,
    TooLarge,
    TooMany,
    bound_of,
)
from tests.coroutines import run


class Sender:
    """What comes on a connection: some pieces, and then the end, or nothing more for ever."""

    def __init__(self, pieces: Iterable[bytes], ends: bool = True):
        self.pieces, self.ends, self.read = list(pieces), ends, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            self.read += 1
            yield piece
        if not self.ends:
            await asyncio.Event().wait()


BOUND = Bound(4 * IN_MEMORY)


def received(
    reception: Reception, sender: Sender, bound: Bound = BOUND, declared: int | None = None
) -> bytes:
    async def receive() -> bytes:
        body = await reception.receive(sender, "203.0.113.9", bound, declared)
        try:
            return body.file.read()
        finally:
            body.close()

    return run(receive())


@pytest.mark.parametrize("size", [0, 1, IN_MEMORY, IN_MEMORY + 1, BOUND.bytes])
@pytest.mark.parametrize("on_disk", [True, False])
def test_b21_a_body_arrives_as_it_was_sent(size, on_disk):
    content = bytes(n % 251 for n in range(1000)) * (size // 1000 + 1)
    pieces = [content[:size][n : n + 60_000] for n in range(0, size, 60_000)]
    assert received(Reception(), Sender(pieces), Bound(BOUND.bytes, on_disk)) == content[:size]


def test_b21_who_stops_sending_is_let_go(monkeypatch):
    monkeypatch.setattr(request_bodies, "GRACE", 0.05)
    reception = Reception()
    with pytest.raises(TimeoutError):
        received(reception, Sender([bytes(65_000)], ends=False), declared=100_000)
    assert received(reception, Sender([b"next"])) == b"next"


def test_b21_a_byte_now_and_then_gains_no_time(monkeypatch):
    monkeypatch.setattr(request_bodies, "GRACE", 0.05)

    class Trickle(Sender):
        async def __aiter__(self):
            while True:
                yield b"a"
                await asyncio.sleep(0.001)

    with pytest.raises(TimeoutError):
        received(Reception(), Trickle([]), declared=100_000)


def test_b21_nothing_of_one_too_many_is_read_and_others_are_taken():
    async def crowd() -> None:
        reception, waiting = Reception(), Sender([b"a"], ends=False)
        tasks = [
            asyncio.create_task(reception.receive(waiting, "203.0.113.9", BOUND, None))
            for _ in range(MOST_OF_ONE)
        ]
        while waiting.read < MOST_OF_ONE:
            await asyncio.sleep(0)
        one_more = Sender([b"a"])
        with pytest.raises(TooMany) as refused:
            await reception.receive(one_more, "203.0.113.9", BOUND, None)
        assert not refused.value.all_of_them
        assert one_more.read == 0
        (await reception.receive(Sender([b"a"]), "198.51.100.1", BOUND, None)).close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        (await reception.receive(Sender([b"a"]), "203.0.113.9", BOUND, None)).close()

    run(crowd())


def test_b21_too_much_is_refused_and_nothing_of_it_held():
    reception = Reception()
    for declared in (BOUND.bytes + 1, None):
        with pytest.raises(TooLarge):
            received(reception, Sender([bytes(BOUND.bytes), b"a"]), declared=declared)
    endless = Sender([bytes(BOUND.bytes)] * 20)
    with pytest.raises(TooLarge):
        received(reception, endless)
    assert endless.read == request_bodies.OVERFLOW + 1
    assert reception._held == 0


def test_b21_what_all_hold_together_is_bounded():
    async def fill() -> None:
        reception = Reception()
        kept = []

        async def one_more() -> None:
            sender = Sender([bytes(BOUND.bytes)])
            kept.append(await reception.receive(sender, "203.0.113.9", BOUND, BOUND.bytes))

        for _ in range(MOST_HELD // BOUND.bytes):
            await one_more()
        with pytest.raises(TooMany) as refused:
            await one_more()
        assert refused.value.all_of_them
        for body in kept:
            body.close()
        (await reception.receive(Sender([b"a"]), "203.0.113.9", BOUND, None)).close()

    run(fill())


def test_b21_letters_are_never_on_a_disk():
    assert not bound_of("/letters/write/").on_disk
    assert not bound_of("/zh-hant/letters/write/").on_disk
    assert bound_of("/admin/import/").on_disk
    assert bound_of("/admin/import/").bytes > bound_of("/members/login/").bytes
