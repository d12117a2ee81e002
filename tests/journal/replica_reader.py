"""What the process of test_read_replica.py does on the site: ask for addresses, publish, keep what the log says."""

import json
import logging
import time

from django.test import Client

from meiri.journal.read_replica import read_replica
from tests.newsroom_factory import an_article as an_article

told: list[str] = []


class Keeper(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        told.append(record.getMessage())


logging.getLogger("meiri.journal.read_replica").addHandler(Keeper())


def asked(address: str, **more: str) -> dict:
    """What is answered, in how many seconds, and how many requests were answered by the replica and by the primary until then."""
    began = time.perf_counter()
    answer = Client(SERVER_NAME="127.0.0.1").get(address, **more)
    seconds = time.perf_counter() - began
    replica = read_replica()
    assert replica is not None
    by = [int(one._value.get()) for one in (replica.by_replica, replica.by_primary)]
    return {"status": answer.status_code, "text": answer.content.decode(), "seconds": seconds, "by": by}


def say(value) -> None:
    print(json.dumps(value))
