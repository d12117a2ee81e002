"""Requests as the server's event loop has them, and what is answered there."""

import json
from dataclasses import dataclass, field

from meiri.audience.fastpath import respond
from meiri.delivery.rsgi import Answer

FIREFOX = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"


class Heads:
    """Headers of a request; one that was sent twice is twice among the pairs."""

    def __init__(self, *pairs: tuple[str, str]):
        self.pairs = pairs

    def get(self, name, default=None):
        return next((value for key, value in self.pairs if key == name), default)

    def items(self):
        return list(self.pairs)


@dataclass
class Asked:
    path: str
    method: str = "GET"
    query_string: str = ""
    client: str = "203.0.113.7:40000"
    headers: Heads = field(default_factory=lambda: Heads(("user-agent", FIREFOX)))


def view(article_id, browser=FIREFOX, client="203.0.113.7:40000", **headers) -> Answer:
    """The answer to a view on the event loop."""
    pairs = [("user-agent", browser), *((k.lower().replace("_", "-"), v) for k, v in headers.items())]
    return respond(
        Asked(f"/api/v1/articles/{article_id}/views", "POST", client=client, headers=Heads(*pairs))
    )


def document(answer: Answer):
    return json.loads(answer.body)
