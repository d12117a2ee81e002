"""The log of searches that wait to be counted: a file a minute, which all processes of a node append to, each record in one write.

A record holds no address and nothing that two searches of one reader have in common: the mark is made of the network, the words and
the salt of the day. The worker deletes a file when it has counted it, soon after its minute has ended.
"""

import logging
import os
import re
import time
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from django.conf import settings

from meiri.audience.readers import is_reader
from meiri.search.folding import fold
from meiri.search.query import Query
from meiri.visitors.address import address_of, network_around
from meiri.visitors.node_salts import salt, share
from meiri.visitors.rate_limits import TokenBuckets

logger = logging.getLogger(__name__)

FOLDER = "searches"
MINUTE, DAY = 60, 24 * 60 * 60
# Who looked at its clock just before a minute's end still writes.
SPARED_SECONDS = 5
_RECORD = re.compile(r"(?P<second>[0-9]{1,11}) (?P<mark>[0-9]{1,19}) (?P<words>.*)", re.DOTALL)
# Bytes of one minute; what comes after is not counted.
LARGEST_FILE = 1 << 20
# Searches of one network that are written at once, and how many more in a minute.
AT_ONCE, A_MINUTE = 20, 3
MOST_NETWORKS = 20_000
# Characters of a search that may be on the list.
SHORTEST, LONGEST = 2, 20

_networks = TokenBuckets(AT_ONCE, A_MINUTE / 60, MOST_NETWORKS)
_lock = Lock()


class Search(NamedTuple):
    """That readers of a network searched for `words`: `mark` is a number of 63 bits, one for each network, words and day."""

    second: int
    mark: int
    words: str


def may_be_listed(query: Query) -> bool:
    """Whether it is words alone, no more than a headline's: no operators, no sections, no days."""
    words = words_of(query)
    return (
        query.is_plain
        and all(not term.without for term in query.terms)
        and not (query.sections or query.is_dated)
        and SHORTEST <= len(words) <= LONGEST
    )


def words_of(query: Query) -> str:
    return " ".join(term.text for term in query.terms)


def number_of(query: Query) -> int:
    """The number of 63 bits under which the words of a query are counted."""
    return _number(words_of(query), settings.SECRET_KEY.encode()[:64])


def _number(text: str, key: bytes) -> int:
    return int.from_bytes(blake2b(text.encode(errors="replace"), key=key, digest_size=8).digest()) >> 1


def _as_shown(query: Query, words: str) -> str:
    """As the reader wrote them where that is other capitals alone: no hidden marks come along."""
    written, folded = " ".join(words.split()), words_of(query)
    return written if written.lower() == folded else folded


def note_search(request, query: Query, words: str) -> None:
    """Let a search be counted that had results; `words` as the reader wrote them. Not that of a robot, of another site's page or of
    a network that searches too much. Nothing is asked of the database, and where the disk is full nothing is counted."""
    network = network_around(address_of(request))
    if not network or not may_be_listed(query) or not is_reader(request.headers):
        return
    with _lock:
        if not _networks.hit(network):
            return
    now = int(time.time())
    try:
        mark = _number(f"{network}\n{words_of(query)}", salt(DAY, now // DAY))
        record = f"{now} {mark} {_as_shown(query, words)}\n".encode(errors="replace")
        folder = Path(settings.HOME, FOLDER)
        folder.mkdir(mode=0o700, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        file = os.open(folder / f"{now // MINUTE}.log", flags, 0o600)
        try:
            if os.fstat(file).st_size < LARGEST_FILE:
                os.write(file, record)
        finally:
            os.close(file)
    except OSError as error:
        logger.warning("A search could not be noted: %s", error)


def ended_files(now: float) -> list[Path]:
    """The files of this node whose minute is over, the oldest first."""
    folder = Path(settings.HOME, FOLDER)
    found = [path for path in folder.glob("*.log") if path.stem.isdecimal() and len(path.stem) < 15]
    ended = [path for path in found if (int(path.stem) + 1) * MINUTE + SPARED_SECONDS <= now]
    return sorted(ended, key=lambda path: int(path.stem))


def read_searches(path: Path) -> Iterator[Search]:
    """The whole records of a file, of what a bounded file may hold."""
    with path.open("rb") as file:
        lines = file.read(LARGEST_FILE + 4096).split(b"\n")[:-1]
    for line in lines:
        record = _RECORD.fullmatch(line.decode(errors="replace"))
        if record and int(record["mark"]) < 1 << 63 and fold(record["words"]).strip():
            yield Search(int(record["second"]), int(record["mark"]), record["words"])


def share_salts_of_searches() -> None:
    """Give all nodes the same salts for networks. Run by the clock."""
    share(DAY, time.time())
