"""The log as JSON, an object a line, for whoever collects the logs of several machines (`MEIRI_LOG_FORMAT=json`).

`at` (ISO 8601, UTC), `level`, `logger`, `message`, `process`; `request_id` where a request is being answered; `error` and `traceback`
where there is an exception. What would tell of a person is left out: mail addresses, addresses of the net, and what stands behind the
first part of the addresses of letters, members and press cards.
"""

import json
import logging
import re
from datetime import UTC, datetime
from ipaddress import ip_address

from meiri.conf.request_ids import current_request_id

LONGEST = 20_000  # characters of a message or a traceback
PERSONAL = ("/letters/", "/members/", "/staff/", "/accounts/")
_WORD = re.compile(r"[^\s\"'<>()\[\],;]+")
LEFT_OUT = "…"


def without_persons(text: str) -> str:
    """`text` without the words that name or lead to a person."""
    return _WORD.sub(lambda found: _told(found[0]), text[:LONGEST])


def _told(word: str) -> str:
    if "@" in word.strip("@"):
        return LEFT_OUT
    for part in PERSONAL:
        before, found, behind = word.partition(part)
        if found and behind:
            return f"{before}{part}{LEFT_OUT}"
    bare = word.rstrip(".:")
    for address in (bare, bare.rpartition(":")[0]):
        try:
            ip_address(address)
        except ValueError:
            continue
        return LEFT_OUT
    return word


class JsonFormatter(logging.Formatter):
    """One record as one line."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_persons(record.getMessage()),
            "process": record.process,
        }
        if request_id := current_request_id():
            told["request_id"] = request_id
        if record.exc_info and record.exc_info[1] is not None:
            told["error"] = type(record.exc_info[1]).__name__
            told["traceback"] = without_persons(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)
