"""NewsML 1.2 (IPTC, 2003), as some agencies send it to this day."""

import re
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from lxml import etree

from meiri.ingest.import_format import FoundItem, SeriesItem, ToldFormat
from meiri.ingest.nitf import people_of
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.record_line import Extras
from meiri.ingest.wire_facts import PubStatus, WireFacts
from meiri.ingest.written_body import markup_of_lines, moment, put_body, put_title
from meiri.ingest.xml_items import at, elements, every, markup_of, number, said, text_of, words

_STATUS = {"withheld": PubStatus.WITHHELD, "canceled": PubStatus.CANCELED, "cancelled": PubStatus.CANCELED}


class NewsML1Format(ToldFormat):
    """A file of one or several news items."""

    name = "newsml"
    told_as = frozenset(["NewsML 1.2 稿件文件"])
    is_streamed = True

    def read(self, file: BinaryIO) -> Iterator[SeriesItem]:
        for place, element in enumerate(elements(file, {"NewsItem"}), start=1):
            yield SeriesItem(f":{place}", partial(read_news_item_1, element))


def read_news_item_1(item: etree._Element) -> FoundItem:
    """The article of a `NewsItem`. Raises `Unreadable`."""
    managed = at(item, "NewsManagement")
    lines = max(item.iter("{*}NewsLines"), key=lambda one: len(words(one, "HeadLine")), default=None)
    revised = moment(words(managed, "ThisRevisionCreated"))
    provider = said(next(item.iter("{*}Provider"), None), "Party", "FormalName")
    article = ParsedArticle(
        title=words(lines, "HeadLine") or words(lines, "SlugLine"),
        subtitle=words(lines, "SubHeadLine"),
        source=provider or words(item, "Identification/NewsIdentifier/ProviderId"),
        published_at=revised or moment(words(managed, "FirstCreated")),
        authors=people_of(words(lines, "ByLine")),
    )
    put_body(article, _markup(item))
    facts = _facts(item, managed, lines, article)
    if not article.body and facts.status == PubStatus.USABLE:
        raise Unreadable("这一条没有正文，没有收入。")
    if article.body:
        put_title(article)
    return FoundItem(article, Extras(dateline=words(lines, "DateLine")), facts)


def _facts(
    item: etree._Element,
    managed: etree._Element | None,
    lines: etree._Element | None,
    article: ParsedArticle,
) -> WireFacts:
    identity = at(item, "Identification/NewsIdentifier")
    parts = [words(identity, name) for name in ("ProviderId", "DateId", "NewsItemId")]
    facts = WireFacts(
        guid="urn:newsml:" + ":".join(parts) if all(parts) else words(identity, "PublicIdentifier"),
        version=number(words(identity, "RevisionId")),
        status=_STATUS.get(said(managed, "Status", "FormalName").lower(), PubStatus.USABLE),
        urgency=number(said(managed, "Urgency", "FormalName")),
        provider=article.source,
        slugline=words(lines, "SlugLine"),
        updated_at=article.published_at,
    )
    instructions = every(managed, "Instruction") if managed is not None else []
    facts.is_correction = any("correct" in (i.get("FormalName") or "").lower() for i in instructions)
    if said(managed, "Status", "FormalName").lower() == "embargoed":
        facts.embargoed_until = moment(words(managed, "StatusWillChange/DateAndTime"))
    for code in item.iter("{*}SubjectCode"):
        for subject in code:
            if isinstance(subject.tag, str) and (name := subject.get("FormalName")):
                facts.subjects.append(f"subj:{name}")
    return facts


def _markup(item: etree._Element) -> str:
    """The HTML of the longest text among the contents of an item: the others are its headline, its signature and styles."""
    contents = [content for content in item.iter("{*}DataContent") if not _is_style(content)]
    content = max(contents, key=lambda one: len(words(one)), default=None)
    if content is None or not words(content):
        return ""
    body = next(content.iter("{*}body.content"), None)
    body = next(content.iter("{*}body"), content) if body is None else body
    if any(isinstance(child.tag, str) for child in body):
        return markup_of(body)
    text = text_of(body)
    return text if re.search(r"<p[\s>]", text[:2000], re.IGNORECASE) else markup_of_lines(text)


def _is_style(content: etree._Element) -> bool:
    holder = content.getparent()
    formats = [said(holder, name, "FormalName").lower() for name in ("MimeType", "Format", "MediaType")]
    return any("css" in written or "style" in written for written in formats)
