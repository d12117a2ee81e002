"""ninjs 1 to 3 (IPTC): news in JSON, one item a file, or several in a list.

Version 1 has `headline`, `body_html` and the like; 2 has lists with roles; 3 is as 2 with names in camel case. Names are
compared in lower case, so that one reader reads them all.
"""

import json
from collections.abc import Iterator
from functools import partial
from html import escape
from typing import Any, BinaryIO

from meiri.ingest.import_format import FoundItem, SeriesItem, ToldFormat
from meiri.ingest.nitf import people_of
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.record_line import Extras
from meiri.ingest.sanitise import plain
from meiri.ingest.wire_facts import PubStatus, WireFacts
from meiri.ingest.written_body import markup_of_lines, moment, one_line, put_body, put_title
from meiri.ingest.xml_items import number
from meiri.visitors.characters import mended_data

_KINDS = {
    "picture": "图片", "video": "视频", "audio": "音频", "graphic": "图表", "event": "活动预告", "planning": "采访计划",
    "package": "稿件的编排", "component": "稿件的部件", "concept": "概念",
}  # fmt: skip
_STATUS = {"withheld": PubStatus.WITHHELD, "canceled": PubStatus.CANCELED, "cancelled": PubStatus.CANCELED}
MOST_LISTED = 200


class NinjsFormat(ToldFormat):
    """An item, or a list of such."""

    name = "ninjs"
    endings = (".json",)
    told_as = frozenset(["ninjs 稿件文件"])

    def read(self, file: BinaryIO) -> Iterator[SeriesItem]:
        items = _items_of(load_json(file))
        for place, item in enumerate(items, start=1):
            yield SeriesItem("" if len(items) == 1 else f":{place}", partial(read_ninjs, item))


def load_json(file: BinaryIO) -> Any:
    """The document in a file. Raises `Unreadable`."""
    try:
        return mended_data(json.loads(file.read()))
    except (ValueError, RecursionError) as error:
        raise Unreadable("JSON 文件已损坏，无法读取。") from error


def _items_of(document: Any) -> list[dict]:
    """The items of a document: itself, those of a list, or those that an agency's answer holds."""
    if isinstance(document, list):
        return [one for one in document if isinstance(one, dict)]
    if not isinstance(document, dict):
        raise Unreadable("JSON 文件里没有稿件。")
    data = document.get("data")
    for holder in (document, data if isinstance(data, dict) else {}):
        for key in ("items", "item"):
            if isinstance(listed := holder.get(key), list):
                inner = [one.get("item", one) for one in listed if isinstance(one, dict)]
                return [one for one in inner if isinstance(one, dict)]
    return [document]


def read_ninjs(written: dict) -> FoundItem:
    """The article of an item. What was canceled needs no text. Raises `Unreadable`."""
    item = {key.lower(): value for key, value in written.items()}
    facts = _facts(item)
    article = ParsedArticle(
        title=_headline(item),
        summary=_role(item, "descriptions", ("summary", "text", "main")) or _words(item, "description_text"),
        source=facts.provider,
        published_at=moment(_words(item, "versioncreated")) or moment(_words(item, "firstcreated")),
        authors=_authors(item),
        original_url=_address(item),
    )
    put_body(article, _markup(item))
    # What stands for a summary is the text itself where there is no other.
    if article.summary and article.summary in one_line(plain(article.body))[: len(article.summary) + 1]:
        article.summary = ""
    if not article.body and facts.status == PubStatus.USABLE:
        kind = _KINDS.get(_words(item, "type"))
        raise Unreadable(f"这一条是{kind}，没有文字，没有收入。" if kind else "这一条没有正文，没有收入。")
    _add_pictures(article, item)
    if article.body:
        put_title(article)
    return FoundItem(article, Extras(dateline=_words(item, "located")), facts)


def _facts(item: dict) -> WireFacts:
    subjects = [one for one in _list(item, "subject", "subjects") if isinstance(one, dict)]
    signals = [
        str(one.get("qcode") or one.get("literal") or one)
        for one in map(_as_dict, _list(item, "signals", "signal"))
    ]
    return WireFacts(
        guid=_words(item, "guid") or _words(item, "uri"),
        version=number(_words(item, "version")),
        status=_STATUS.get(_words(item, "pubstatus").lower(), PubStatus.USABLE),
        is_correction=any("correction" in signal.lower() for signal in signals),
        embargoed_until=moment(_words(item, "embargoed")),
        updated_at=moment(_words(item, "versioncreated")),
        urgency=number(_words(item, "urgency")),
        note=_words(item, "ednote"),
        provider=_provider(item),
        slugline=_words(item, "slugline"),
        subjects=[code for one in subjects if (code := _code(one))][:MOST_LISTED],
        subject_names=[name for one in subjects if (name := _words(one, "name"))][:MOST_LISTED],
    )


def _code(subject: dict) -> str:
    code = (
        _words(subject, "code")
        or _words(subject, "uri")
        or _words(subject, "qcode")
        or _words(subject, "literal")
    )
    if code.startswith(
        ("http://cv.iptc.org/newscodes/mediatopic/", "https://cv.iptc.org/newscodes/mediatopic/")
    ):
        return "medtop:" + code.rpartition("/")[2]
    if code.isdecimal() and len(code) == 8:
        return ("subj:" if code < "18" else "medtop:") + code
    return code


def _provider(item: dict) -> str:
    sources = [one for one in _list(item, "infosources", "infosource") if isinstance(one, dict)]
    named = next((_words(one, "name") or _words(one, "literal") for one in sources), "")
    return _words(item, "source") or named or _words(item, "provider") or _words(item, "copyrightholder")


def _headline(item: dict) -> str:
    said = next((one for one in _list(item, "headlines") if _is_plain_title(one)), None)
    if said:
        return _words(said, "value")
    headline = _words(item, "headline") or _role(item, "headlines", ("main", "headline"))
    named = next(
        (one_line(v) for k, v in item.items() if k.startswith("headline_") and isinstance(v, str)), ""
    )
    return plain(headline or named or _words(item, "title") or _words(item, "slugline")) or ""


def _is_plain_title(one: Any) -> bool:
    """Whether it is the headline, and said to be no markup: what looks like a tag in it is none."""
    kind = str(one.get("contentType") or one.get("contenttype")) if isinstance(one, dict) else ""
    return kind == "text/plain" and one.get("role") == "main" and bool(_words(one, "value"))


def _authors(item: dict) -> list[str]:
    by = _words(item, "byline") or _words(item, "by")
    if by:
        return people_of(by)
    people = [one for one in _list(item, "authors") if isinstance(one, dict)]
    return [_words(one, "name") for one in people if _words(one, "role") in ("", "author", "writer")][:10]


def _address(item: dict) -> str:
    """Where the item stands for readers; its `uri` names it and leads nowhere."""
    links = [_words(item, "canonicalurl"), _words(item, "webpage")]
    return next((link for link in links if link.startswith(("http://", "https://"))), "")


def _markup(item: dict) -> str:
    for key in ("body_xhtml", "body_html", "body_richtext", "body_main"):
        if isinstance(body := item.get(key), str) and body.strip():
            return body if "<" in body else markup_of_lines(body)
    bodies = [one for one in _list(item, "bodies") if isinstance(one, dict)]
    lower = [{key.lower(): value for key, value in one.items()} for one in bodies]
    for is_markup in (True, False):
        for one in lower:
            if ("html" in _words(one, "contenttype") or "<p" in str(one.get("value"))[:500]) == is_markup:
                body = one.get("value")
                if isinstance(body, str) and body.strip():
                    return body if is_markup else markup_of_lines(body)
    text = item.get("body_text")
    return markup_of_lines(text) if isinstance(text, str) else ""


def _add_pictures(article: ParsedArticle, item: dict) -> None:
    """Append the pictures that are associated with an item, as places for them where they are elsewhere."""
    associated = item.get("associations")
    listed = (
        associated.values()
        if isinstance(associated, dict)
        else associated
        if isinstance(associated, list)
        else []
    )
    known = {picture.url for picture in article.pictures}
    for one in list(listed)[:20]:
        picture = {key.lower(): value for key, value in one.items()} if isinstance(one, dict) else {}
        if _words(picture, "type") != "picture":
            continue
        url = _largest(picture.get("renditions"))
        if url and url not in known:
            known.add(url)
            caption = _words(picture, "description_text") or _role(
                picture, "descriptions", ("caption", "text")
            )
            words = escape(plain(caption or _words(picture, "headline")))
            part = ParsedArticle()
            put_body(part, f'<figure><img src="{escape(url)}"><figcaption>{words}</figcaption></figure>')
            article.body += part.body
            article.pictures += part.pictures


def _largest(renditions: Any) -> str:
    listed = (
        renditions.values()
        if isinstance(renditions, dict)
        else renditions
        if isinstance(renditions, list)
        else []
    )
    known = [one for one in listed if isinstance(one, dict) and isinstance(one.get("href"), str)]
    widths = [(one["width"] if isinstance(one.get("width"), int) else 0, one["href"]) for one in known]
    best = max(widths, default=(0, ""))[1]
    return best if best.startswith(("http://", "https://")) else ""


def _role(item: dict, key: str, roles: tuple[str, ...]) -> str:
    """The value with the first of these roles in a list of such; else the first value."""
    listed = [one for one in _list(item, key) if isinstance(one, dict)]
    by_role = {_words(one, "role"): _words(one, "value") for one in reversed(listed)}
    found = next((by_role[role] for role in roles if by_role.get(role)), "")
    return found or next((_words(one, "value") for one in listed if _words(one, "value")), "")


def _list(item: dict, *keys: str) -> list:
    return next((item[key][:MOST_LISTED] for key in keys if isinstance(item.get(key), list)), [])


def _as_dict(value: Any) -> dict:
    return value if isinstance(value, dict) else {"literal": value}


def _words(item: dict, key: str) -> str:
    value = item.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return one_line(value) if isinstance(value, str) else ""
