"""What the front application and those who answer readers without Django say to each other."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol


class Headers(Protocol):
    """Request headers; names are given in lower case. A header that was sent twice is two of the items."""

    def get(self, name: str, default: str | None = None) -> str | None: ...

    def items(self) -> Iterable[tuple[str, str]]: ...


class Scope(Protocol):
    """A request, as RSGI 1.5 describes it. `path` is percent-decoded, `client` is `address:port` of the peer."""

    method: str
    path: str
    query_string: str
    client: str
    headers: Headers


class Answer(NamedTuple):
    """What is sent back. Header names are in lower case; the length of the body is added by the server."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes = b""
