"""RSS 0.9 to 2.0, RSS 1.0 (RDF), Atom and CDF by feedparser, entry by entry; JSON Feed 1 and 1.1."""

import io
import re
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, BinaryIO

import feedparser

from meiri.ingest.feed_entries import RawEntry, raw_entries
from meiri.ingest.import_format import FoundItem, SeriesItem, ToldFormat
from meiri.ingest.ninjs import load_json
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.sanitise import plain
from meiri.ingest.wire_facts import WireFacts
from meiri.ingest.written_body import markup_of_lines, moment, one_line, put_body, put_title

# A text that is shorter may be no more than a summary.
SHORT = 300
NO_ENTRIES = "订阅源里没有条目。"
_NO_ZONE = re.compile(r"\s*\d{4}[-/年]\d{1,2}[-/月]\d{1,2}日?[ T]*\d{1,2}:\d{2}(?::\d{2})?\s*")


class FeedFormat(ToldFormat):
    """A feed in XML."""

    name = "feed"
    endings = (".xml", ".rss", ".atom")
    told_as = frozenset(["RSS 订阅源", "RSS 1.0 订阅源（RDF）", "Atom 订阅源", "CDF 订阅源"])
    is_streamed = True

    def read(self, file: BinaryIO) -> Iterator[SeriesItem]:
        place = 0
        for place, raw in enumerate(raw_entries(file), start=1):
            yield SeriesItem(f":{place}", partial(read_entry, raw))
        if not place:
            raise Unreadable(NO_ENTRIES)


class JsonFeedFormat(ToldFormat):
    """A feed in JSON."""

    name = "json-feed"
    told_as = frozenset(["JSON Feed 订阅源"])

    def read(self, file: BinaryIO) -> Iterator[SeriesItem]:
        feed = load_json(file)
        items = feed.get("items") if isinstance(feed, dict) else None
        items = [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []
        if not items:
            raise Unreadable(NO_ENTRIES)
        for place, item in enumerate(items, start=1):
            yield SeriesItem(f":{place}", partial(read_json_item, item, feed))


def read_entry(raw: RawEntry) -> FoundItem:
    """The article of one entry. Raises `Unreadable`."""
    if raw.is_cut:
        raise Unreadable("这一条过长，没有读取。")
    try:
        return _read_entry(raw)
    except (
        KeyError,
        AttributeError,
        TypeError,
        ValueError,
    ) as error:  # what feedparser lets out of what is damaged
        raise Unreadable("这一条已损坏，无法读取。") from error


def _read_entry(raw: RawEntry) -> FoundItem:
    # Of a stream feedparser opens nothing by name.
    parsed = feedparser.parse(io.BytesIO(raw.feed))
    if not parsed.entries:
        raise Unreadable("这一条是空的。")
    entry, feed = parsed.entries[0], parsed.feed
    texts = [one.get("value") or "" for one in entry.get("content", [])]
    full = max(texts, key=len, default="")
    summary = entry.get("summary") or ""
    body = full if len(full) >= len(summary) else summary
    source = entry.get("source") or {}
    article = ParsedArticle(
        title=one_line(plain(entry.get("title") or "")),
        source=one_line(plain(source.get("title") or feed.get("title") or "")),
        source_url=feed.get("link") or "",
        published_at=_moment(entry, "published") or _moment(entry, "updated"),
        authors=[one_line(a["name"]) for a in entry.get("authors", []) if a.get("name")][:10],
        original_url=entry.get("link") or "",
        summary=one_line(plain(summary)) if full and summary and summary != full else "",
    )
    names = [one_line(tag.get("term") or tag.get("label") or "") for tag in entry.get("tags", [])]
    facts = WireFacts(guid=entry.get("id") or entry.get("link") or "", updated_at=_moment(entry, "updated"))
    return _found(article, body, bool(full), [name for name in names if name], facts)


def read_json_item(item: dict, feed: dict) -> FoundItem:
    """The article of one item of a JSON Feed. Raises `Unreadable`."""
    markup = item.get("content_html")
    text = item.get("content_text")
    body = (
        markup
        if isinstance(markup, str) and markup
        else markup_of_lines(text)
        if isinstance(text, str)
        else ""
    )
    people = item.get("authors") or [item.get("author")]
    article = ParsedArticle(
        title=one_line(plain(_text(item, "title"))),
        source=one_line(plain(_text(feed, "title"))),
        source_url=_text(feed, "home_page_url"),
        published_at=moment(_text(item, "date_published")) or moment(_text(item, "date_modified")),
        authors=[one_line(_text(a, "name")) for a in people[:10] if isinstance(a, dict) and _text(a, "name")]
        if isinstance(people, list)
        else [],
        original_url=_text(item, "url") or _text(item, "external_url"),
        summary=one_line(_text(item, "summary")) if body else "",
    )
    tags = item.get("tags")
    names = [one_line(tag) for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    key = item.get("id")
    facts = WireFacts(
        guid=str(key) if isinstance(key, str | int) else "", updated_at=moment(_text(item, "date_modified"))
    )
    return _found(article, body or _text(item, "summary"), bool(body), names, facts)


def _found(article: ParsedArticle, body: str, is_full: bool, names: list[str], facts: WireFacts) -> FoundItem:
    body = body if "<" in body else markup_of_lines(body)
    put_body(article, body)
    put_title(article)
    if not is_full and len(one_line(plain(article.body))) < SHORT:
        article.warnings.append("订阅源只给了一小段文字，可能只是摘要，请对照原文。")
    # Whoever reads a feed by channel finds the first of its categories first.
    article.breadcrumb = names[:20][::-1]
    facts.provider, facts.subject_names = article.source, names[:200]
    if not article.original_url.startswith(("http://", "https://")):
        article.original_url = ""
    return FoundItem(article, None, facts)


def _moment(entry: Any, name: str) -> datetime | None:
    """A moment of an entry. feedparser takes one without a zone for Greenwich's; it is Beijing's."""
    if name not in entry.keys():  # noqa: SIM118 feedparser's own look-up takes one moment for the other
        return None
    written = entry.get(name) or ""
    if _NO_ZONE.fullmatch(written):
        return moment(written)
    parts = entry.get(f"{name}_parsed")
    try:
        return datetime.fromtimestamp(timegm(parts), UTC) if parts else moment(written)
    except (ValueError, OverflowError, OSError):
        return None


def _text(item: dict, key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""
