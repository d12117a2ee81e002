"""NewsML-G2 (IPTC): news items, alone or in news messages of any length."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import BinaryIO

from lxml import etree

from meiri.ingest.import_format import FoundItem, SeriesItem, ToldFormat
from meiri.ingest.nitf import people_of
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.record_line import Extras
from meiri.ingest.wire_facts import PubStatus, WireFacts
from meiri.ingest.written_body import markup_of_lines, moment, put_body, put_title
from meiri.ingest.xml_items import at, elements, every, local_name, markup_of, number, said, text_of, words

_STATUS = {"usable": PubStatus.USABLE, "withheld": PubStatus.WITHHELD, "canceled": PubStatus.CANCELED}
_NO_ARTICLE = {
    "packageItem": "这一条是稿件的编排（packageItem），没有文字，没有收入。",
    "planningItem": "这一条是采访计划（planningItem），没有文字，没有收入。",
    "conceptItem": "这一条是概念（conceptItem），没有文字，没有收入。",
    "knowledgeItem": "这一条是概念表（knowledgeItem），没有文字，没有收入。",
    "catalogItem": "这一条是目录（catalogItem），没有文字，没有收入。",
}
_KINDS = {
    "picture": "图片",
    "photo": "图片",
    "video": "视频",
    "audio": "音频",
    "graphic": "图表",
    "animation": "动画",
}


class NewsMLG2Format(ToldFormat):
    """A news message, or one item."""

    name = "newsml-g2"
    told_as = frozenset(["NewsML-G2 稿件文件"])
    is_streamed = True

    def read(self, file: BinaryIO) -> Iterator[SeriesItem]:
        for number_, element in enumerate(elements(file, {"newsItem", *_NO_ARTICLE}), start=1):
            is_alone = element.getparent() is None
            yield SeriesItem("" if is_alone else f":{number_}", _reader_of(element))


def _reader_of(element: etree._Element) -> Callable[[], FoundItem]:
    reason = _NO_ARTICLE.get(local_name(element))
    return partial(_refuse, reason) if reason else partial(read_news_item, element)


def _refuse(reason: str) -> FoundItem:
    raise Unreadable(reason)


def read_news_item(item: etree._Element) -> FoundItem:
    """The article of a `newsItem`. What was canceled needs no text. Raises `Unreadable`."""
    about, content = at(item, "itemMeta"), at(item, "contentMeta")
    facts = _facts(item, about, content)
    created = moment(words(content, "contentCreated")) or moment(words(about, "firstCreated"))
    headlines = [h for h in every(content, "headline") if words(h)] if content is not None else []
    main = next((h for h in headlines if "sub" not in (h.get("role") or "").lower()), None)
    below = next((h for h in headlines if "sub" in (h.get("role") or "").lower()), None)
    article = ParsedArticle(
        title=words(main) or words(about, "title") or words(content, "slugline"),
        subtitle=words(below),
        source=_name(at(content, "infoSource")) or facts.provider,
        published_at=moment(words(about, "versionCreated")) or created,
        authors=_authors(content),
        summary=_summary(content),
    )
    put_body(article, _markup(item))
    if not article.body and facts.status == PubStatus.USABLE:
        raise Unreadable(_reason_without_text(about))
    if article.body:
        put_title(article)
    return FoundItem(article, Extras(dateline=words(content, "dateline")), facts)


def _reason_without_text(about: etree._Element | None) -> str:
    kind = said(about, "itemClass", "qcode").rpartition(":")[2]
    return f"这一条是{_KINDS[kind]}，没有文字，没有收入。" if kind in _KINDS else "这一条没有正文，没有收入。"


def _facts(item: etree._Element, about: etree._Element | None, content: etree._Element | None) -> WireFacts:
    facts = WireFacts(
        guid=(item.get("guid") or "").strip(),
        version=number(item.get("version") or ""),
        urgency=number(words(content, "urgency")),
        note="；".join(filter(None, (words(note) for note in every(about, "edNote"))))
        if about is not None
        else "",
        provider=_name(at(about, "provider")),
        slugline=words(content, "slugline"),
        updated_at=moment(words(about, "versionCreated")),
    )
    status = said(about, "pubStatus", "qcode").rpartition(":")[2].lower()
    facts.status = _STATUS.get(status.replace("cancelled", "canceled"), PubStatus.USABLE)
    signals = [signal.get("qcode") or "" for signal in every(about, "signal")] if about is not None else []
    facts.is_correction = any(signal.endswith(":correction") for signal in signals)
    embargo = moment(words(about, "embargoed"))
    facts.embargoed_until = embargo if embargo and embargo > datetime.fromtimestamp(0, UTC) else None
    for subject in every(content, "subject") if content is not None else []:
        if code := subject.get("qcode") or subject.get("literal"):
            facts.subjects.append(code)
        if name := words(subject, "name"):
            facts.subject_names.append(name)
    return facts


def _name(party: etree._Element | None) -> str:
    if party is None:
        return ""
    return words(party, "name") or (party.get("literal") or party.get("qcode") or "").rpartition(":")[2]


def _authors(content: etree._Element | None) -> list[str]:
    if content is None:
        return []
    if by := words(content, "by"):
        return people_of(by)
    return [name for creator in every(content, "creator") if (name := words(creator, "name"))]


def _summary(content: etree._Element | None) -> str:
    described = every(content, "description") if content is not None else []
    return next(
        (words(d) for d in described if (d.get("role") or "").endswith(("summary", "drol:summary"))), ""
    )


def _markup(item: etree._Element) -> str:
    """The HTML of the first text among the renditions of an item."""
    for inline in every(item, "contentSet/inlineXML"):
        body = next(
            (e for e in inline.iter("{*}body.content", "{*}body") if local_name(e) != "body.head"), None
        )
        inner = next(inline.iter("{*}body.content"), body)
        if inner is not None and words(inner):
            return markup_of(inner)
    for inline in every(item, "contentSet/inlineData"):
        text = text_of(inline)
        if text.strip():
            is_markup = "html" in (inline.get("contenttype") or "") or "<p" in text[:2000].lower()
            return text if is_markup else markup_of_lines(text)
    return ""
