"""Requests that were answered, by what answered them, and how long Django took."""

from collections.abc import Callable
from typing import Any

from prometheus_client import Counter, Histogram

REQUESTS = Counter("meiri_requests", "Requests answered, by what answered them", ["by", "status"])
DJANGO_SECONDS = Histogram(
    "meiri_django_seconds",
    "How long Django took to answer, waiting for a thread included",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 8, 30),
)

# Looking a child up by its labels costs more than counting.
_children: dict[tuple[str, int], Any] = {}


def count_request(by: str, status: int) -> None:
    child = _children.get((by, status))
    if child is None:
        child = _children[by, status] = REQUESTS.labels(by, str(status))
    child.inc()


def counted(by: str, respond: Callable) -> Callable:
    """`respond`, whose answers are counted; None, where it has none, is not."""

    def respond_and_count(scope):
        answer = respond(scope)
        if answer is not None:
            count_request(by, answer.status)
        return answer

    return respond_and_count
