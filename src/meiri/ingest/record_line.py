"""One line of a .jsonl file, a record as `meiri export` writes it, to an article."""

import json
from dataclasses import dataclass, field
from datetime import datetime

from meiri.ingest.metaline import read_line
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.sanitise import UNPRINTABLE
from meiri.ingest.times import read_iso
from meiri.ingest.written_body import put_body
from meiri.visitors.characters import mended_data

# Of how many blocks a record says what AI did in them.
MOST_MARKS = 5_000


@dataclass
class Extras:
    """What a record says beyond a page: where it is filed here, and what only newsrooms know. `kind`, `origin`, `minors_risk` and
    what was recorded of AI are as written: whoever stores them checks them."""

    id: int | None = None
    url: str = ""
    kind: str = ""
    origin: str = ""
    short_title: str = ""
    dateline: str = ""
    original_title: str = ""
    aigc_label: str = ""
    ai_use: str = ""
    ai_kinds: list[str] = field(default_factory=list)
    # The mark of each block of the body, empty for none.
    ai_blocks: list[str] = field(default_factory=list)
    minors_risk: str = ""
    stations: list[str] = field(default_factory=list)
    subsections: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


def read_record(line: str) -> tuple[ParsedArticle, Extras]:
    """The article of one line of a .jsonl file. Raises `Unreadable`."""
    try:
        data = mended_data(json.loads(line))
    except (ValueError, RecursionError) as error:
        raise Unreadable("这一行不是有效的 JSON 记录。") from error
    if not isinstance(data, dict):
        raise Unreadable("这一行不是稿件记录。")
    if data.get("status") == "refused":
        raise Unreadable("这条记录导入时已被拒绝，没有稿件可导入。")
    article = ParsedArticle(
        title=_text(data, "title"),
        kicker=_text(data, "kicker"),
        subtitle=_text(data, "subtitle"),
        source=_text(data, "source"),
        source_url=_text(data, "source_url"),
        published_at=_time(data),
        authors=_texts(data, "authors"),
        editor=_text(data, "editor"),
        views=_count(data.get("views")),
        channel_name=_text(data, "channel"),
        summary=_text(data, "summary"),
        original_url=_text(data, "original_url"),
    )
    _read_body(article, data)
    extras = Extras(
        id=_count(data.get("id")),
        url=_text(data, "url"),
        kind=_text(data, "kind"),
        origin=_text(data, "origin"),
        short_title=_text(data, "short_title"),
        dateline=_text(data, "dateline"),
        original_title=_text(data, "original_title"),
        aigc_label=_text(data, "aigc_label"),
        ai_use=_text(data, "ai_use"),
        ai_kinds=_texts(data, "ai_kinds"),
        ai_blocks=_marks(data),
        minors_risk=_text(data, "minors_risk"),
        stations=_texts(data, "stations"),
        subsections=_texts(data, "subsections"),
        topics=_texts(data, "topics"),
        tags=_texts(data, "tags"),
    )
    return article, extras


def _read_body(article: ParsedArticle, data: dict) -> None:
    body = data.get("body") or data.get("html") or ""
    if not isinstance(body, str):
        raise Unreadable("记录里的正文不是文字。")
    put_body(article, body)


def _text(data: dict, key: str) -> str:
    value = data.get(key)
    return " ".join(UNPRINTABLE.sub("", value).split())[:1000] if isinstance(value, str) else ""


def _texts(data: dict, key: str) -> list[str]:
    value = data.get(key)
    if isinstance(value, str):
        value = [value]
    return (
        [_text({"": v}, "") for v in value[:30] if isinstance(v, str) and v.strip()]
        if isinstance(value, list)
        else []
    )


def _marks(data: dict) -> list[str]:
    value = data.get("ai_blocks")
    return [_text({"": v}, "") for v in value[:MOST_MARKS]] if isinstance(value, list) else []


def _count(value) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def _time(data: dict) -> datetime | None:
    value = data.get("published_at") or data.get("date")
    if not isinstance(value, str) or not value.strip():
        return None
    found = read_iso(value)
    return found[0] if found else read_line(value).published
