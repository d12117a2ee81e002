"""Who follows a coverage gets each change once, in its order, whatever happens to the connection."""

import asyncio
import re
from types import SimpleNamespace

import pytest
from django.test import Client
from granian.rsgi import ProtocolClosed
from hypothesis import given
from hypothesis import strategies as st

from meiri.delivery.page_files import PageFiles
from meiri.delivery.rsgi import Answer
from meiri.live import streaming
from meiri.live.reporting import pin_entry
from meiri.live.streaming import Feed, LiveStreams, changes_of
from tests.coroutines import run
from tests.live.live_factory import a_coverage, an_entry

ADDRESS = "/fragments/live/7/"


def a_page(changes, since=0) -> str:
    pieces = "".join(f'<template data-change="{n}"><p>第{n}次\n变化</p></template>\n' for n in changes)
    return f'<div data-since="{since}" data-change="{max(changes, default=0)}" hidden></div>\n{pieces}'


class Connection:
    """The server's side of one connection, which breaks after `most` pieces were sent."""

    def __init__(self, most=10**6):
        self.sent, self.status, self.most = [], None, most

    def response_stream(self, status, headers):
        self.status = status
        return self

    async def send_bytes(self, data):
        if len(self.sent) >= self.most:
            raise ProtocolClosed
        self.sent.append(data.decode())

    @property
    def ids(self) -> list[int]:
        return [int(n) for n in re.findall(r"^id: (\d+)$", "".join(self.sent), re.MULTILINE)]


def a_request(after="", seen=None, path=f"{ADDRESS}stream", method="GET", client="198.18.0.1"):
    headers = {} if seen is None else {"last-event-id": str(seen)}
    return SimpleNamespace(
        method=method, path=path, query_string=f"after={after}", headers=headers, client=client
    )


class Site:
    """A folder with the page of changes, as the makers of pages keep it."""

    def __init__(self, folder, monkeypatch):
        monkeypatch.setattr(streaming, "LOOK", 0.001)
        self.files = PageFiles(folder / "pages", folder / "drafts")
        self.files.prepare()
        self.streams = LiveStreams(self.files, lambda scope: scope.client)

    def write(self, changes, since=0):
        self.files.write(ADDRESS, a_page(changes, since).encode())


@pytest.fixture
def site(tmp_path, monkeypatch) -> Site:
    return Site(tmp_path, monkeypatch)


async def until(true):
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.001)


def test_what_was_missed_comes_at_once_and_the_rest_as_it_happens(site):
    async def follow():
        site.write([3, 5])
        connection = Connection()
        task = asyncio.create_task(site.streams.respond(a_request(after="3"), connection)())
        await until(lambda: connection.ids == [5])
        site.write([3, 5, 6])
        await until(lambda: connection.ids == [5, 6])
        site.write([5, 6, 9], since=3)
        await until(lambda: connection.ids == [5, 6, 9])
        site.streams.end()
        await task
        return connection

    connection = run(follow())
    assert connection.status == 200
    assert "retry: 1000" in connection.sent[0]
    assert "data: <p>第9次\ndata: 变化</p>\n" in connection.sent[-1]
    assert site.streams.following == 0


def test_what_the_browser_says_it_saw_counts_more_than_its_address(site):
    async def follow():
        site.write([1, 2, 3])
        connection = Connection()
        task = asyncio.create_task(site.streams.respond(a_request(after="0", seen=2), connection)())
        await until(lambda: connection.ids)
        site.streams.end()
        await task
        return connection.ids

    assert run(follow()) == [3]


def test_who_was_away_for_too_long_is_told_to_ask_for_the_page(site):
    async def follow():
        site.write([8, 9], since=7)
        connection = Connection()
        task = asyncio.create_task(site.streams.respond(a_request(after="2"), connection)())
        await until(lambda: len(connection.sent) > 1)
        site.write([8, 9, 10], since=7)
        await until(lambda: connection.ids)
        site.streams.end()
        await task
        return connection

    connection = run(follow())
    assert connection.sent[1].startswith("event: behind")
    assert connection.ids == [10]


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=30), st.integers(1, 6))
def test_no_change_is_missed_or_comes_twice_however_often_somebody_looks(steps, kept):
    """`steps`: how many changes happen, and whether the reader is connected then. The page holds the last `kept` changes."""
    feed, changes, seen, came = Feed(""), [1], 0, []
    for new, is_connected in [*steps, (0, True)]:
        changes += range(changes[-1] + 1, changes[-1] + 1 + new)
        page = changes[-kept:]
        feed.since, feed.changes = changes_of(a_page(page, since=page[0] - 1))
        if is_connected and feed.newest > seen:
            sent, seen = feed.after(seen).decode(), feed.newest
            came += [int(n) for n in re.findall(r"^id: (\d+)$", sent, re.MULTILINE)]
            if "event: behind" in sent:
                came = list(changes)  # the reader has the page itself now
    assert came == changes


def test_what_is_no_stream_is_left_to_others(site):
    site.write([1])
    for request in (
        a_request(path=ADDRESS),
        a_request(path="/fragments/live/8/stream"),
        a_request(path="/fragments/live/../stream"),
        a_request(method="POST"),
    ):
        assert site.streams.respond(request, Connection()) is None


def test_one_address_and_one_process_have_only_so_many_streams(site, monkeypatch):
    monkeypatch.setattr(streaming, "MOST_OF_ONE", 1)
    monkeypatch.setattr(streaming, "MOST_FOLLOWING", 2)

    async def follow():
        site.write([1])
        tasks = []
        for number in (1, 2):
            connection = Connection()
            one = a_request(client=f"198.18.0.{number}")
            tasks.append(asyncio.create_task(site.streams.respond(one, connection)()))
            await until(lambda connection=connection: connection.sent)
        same, other = (site.streams.respond(a_request(client=f"198.18.0.{n}"), Connection()) for n in (1, 3))
        site.streams.end()
        await asyncio.gather(*tasks)
        return same, other

    for refused in run(follow()):
        assert isinstance(refused, Answer)
        assert refused.status == 503


@pytest.mark.parametrize("said", ["", "x", "-1", "1e9", "٣", "9" * 40])
def test_a_number_that_is_none_counts_as_nothing_seen(said):
    assert streaming._seen(a_request(after=said)) == 0


@pytest.mark.django_db
def test_the_page_of_changes_is_what_streams_read():
    coverage = a_coverage()
    first = an_entry(coverage, "甲<b>乙</b>")
    an_entry(coverage, "丙")
    pin_entry(first, True)
    since, changes = changes_of(Client().get(f"/fragments/live/{coverage.pk}/").content.decode())
    assert (since, [change.number for change in changes]) == (0, [1, 3, 4])
    assert "甲<b>乙</b>" in changes[-1].event.decode()
