"""What is answered on the server's event loop, without Django and the database: counting a view, asking for counts.

Every answer is the one that Django would give. Whatever is not plainly one of the two questions is left to Django.
"""

import re

from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict

from meiri.asked_numbers import LARGEST_ID
from meiri.audience import counts_query
from meiri.audience.counts_file import NoCounts, the_file
from meiri.audience.view_counts import OF_ADVERTISEMENT, count_view
from meiri.delivery.headers import guarding
from meiri.delivery.rsgi import Answer, Scope

COUNTS = "/api/v1/counts/"
_VIEWS = re.compile(r"/api/v1/(articles|advertisements)/([0-9]{1,30})/views")
UNKNOWN_ADVERTISEMENT = "没有这条广告。"
UNKNOWN_ARTICLE = "没有这篇稿件，或它尚未发布。"
NO_ROOM = "暂时无法计数，请稍后再试。正文不受影响。"
RETRY_AFTER_SECONDS = 60

Headers = tuple[tuple[str, str], ...]
_JSON = ("content-type", "application/json; charset=utf-8")
_OPEN = ("access-control-allow-origin", "*")


def respond(scope: Scope) -> Answer | None:
    """The answer to a request, None where Django has to give it.

    Takes some microseconds: one small write to a local file, or a look into mapped memory. The body is not needed.
    """
    if scope.method == "POST" and (found := _VIEWS.fullmatch(scope.path)):
        return _view(int(found[2]), scope, of_advertisement=found[1] == "advertisements")
    if scope.method == "GET" and scope.path == COUNTS:
        return _counts(scope.query_string)
    return None


def _view(key: int, scope: Scope, of_advertisement: bool) -> Answer:
    if not 0 < key <= LARGEST_ID:
        return _answer(404, {"detail": UNKNOWN_ADVERTISEMENT if of_advertisement else UNKNOWN_ARTICLE})
    try:
        counted = count_view(
            key + OF_ADVERTISEMENT * of_advertisement,
            scope.headers,
            scope.client.rpartition(":")[0].strip("[]"),
        )
    except OSError:
        return _answer(503, {"detail": NO_ROOM}, ("retry-after", str(RETRY_AFTER_SECONDS)))
    return _answer(202, {"counted": counted})


def _counts(query: str) -> Answer | None:
    try:
        asked = QueryDict(query).get("ids") if query.isascii() else None
        if asked is None:
            return None
        ids = counts_query.ids_of(asked)
        document = counts_query.counts_document(ids, the_file().counts)
    except counts_query.BadIds as error:
        return _answer(400, {"detail": str(error)}, _OPEN)
    except (NoCounts, TooManyFieldsSent):
        return None
    return _answer(200, document, ("cache-control", counts_query.MAX_AGE), _OPEN)


def _answer(status: int, document: object, *headers: tuple[str, str]) -> Answer:
    body = counts_query.as_json(document)
    return Answer(status, (_JSON, *headers, *_vary(body), *guarding()), body)


def _vary(body: bytes) -> Headers:
    """What Django says of an answer that it compresses for who wants that; here it is too small to be worth it."""
    return (("vary", "Accept-Encoding"),) if len(body) >= 500 else ()
