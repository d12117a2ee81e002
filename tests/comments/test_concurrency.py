"""Several processes like, decide and take comments at the same moment; each deed counts once."""

import json
import os
from contextlib import closing
from pathlib import Path

import pytest

from tests.forking import Fork, ForkServer

PROCESS = Path(__file__).with_name("process.py")


class Site:
    """A database with an article and one comment that waits, and processes that work on it."""

    def __init__(self, server: ForkServer):
        self.server = server
        self.article, self.comment = self.ask("found").split()

    def start(self, *arguments) -> Fork:
        return self.server.run(PROCESS, *arguments)

    def ask(self, *arguments) -> str:
        return self.start(*arguments).communicate(timeout=180)[0].strip()

    def told(self) -> dict:
        return json.loads(self.ask("told", self.comment))

    def at_once(self, *commands) -> list[str]:
        """What processes answer that begin when all of them are ready."""
        processes = [self.start(*command) for command in commands]
        for process in processes:
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        return [process.communicate(timeout=60)[0].strip() for process in processes]


@pytest.fixture
def site(database_address, tmp_path):
    with closing(
        ForkServer(os.environ | {"MEIRI_DATABASE_URL": database_address, "MEIRI_HOME": str(tmp_path)})
    ) as server:
        yield Site(server)


def test_what_is_done_at_the_same_moment_counts_once(site):
    readers = [f"device:{n}" for n in range(30)]
    counted = site.at_once(("like", site.comment, *readers), ("like", site.comment, *reversed(readers)))
    assert sum(map(int, counted)) == 30
    # The same forms, sent by way of two servers.
    taken = site.at_once(("send", site.article, 0, 40), ("send", site.article, 20, 40))
    assert taken == ["40", "40"]
    # Whoever comes second decides on what the first has left; both are in the journal, in their order.
    states = site.at_once(
        ("decide", site.comment, "first", "approve"), ("decide", site.comment, "second", "reject")
    )
    assert states == ["approved", "rejected"]
    told = site.told()
    assert told["likes"] == [30, 30]
    assert sorted(map(int, told["texts"])) == list(range(60))
    own = [int(text) for text in told["texts"] if int(text) < 20]
    assert own == sorted(own)
    assert sorted(told["decisions"]) == ["comment.approved", "comment.rejected"]
    assert told["state"] == told["decisions"][-1].removeprefix("comment.")
    assert told["shown"] == (told["state"] == "approved")
    same = site.at_once(*(("decide", site.comment, name, "approve") for name in ("first", "second")))
    assert same == ["approved", "approved"]
    again = site.told()
    assert again["shown"] == 1
    assert len(again["decisions"]) == len(told["decisions"]) + (told["state"] == "rejected")
