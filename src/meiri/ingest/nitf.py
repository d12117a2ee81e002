"""NITF 3.x, the News Industry Text Format (IPTC): one article a file, or in what another format carries."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import BinaryIO

from lxml import etree

from meiri.ingest.import_format import FoundItem, SeriesItem, ToldFormat
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.record_line import Extras
from meiri.ingest.wire_facts import PubStatus, WireFacts
from meiri.ingest.written_body import moment, put_body, put_title
from meiri.ingest.xml_items import at, elements, every, markup_of, number, said, words

_STATUS = {
    "withheld": PubStatus.WITHHELD,
    "canceled": PubStatus.CANCELED,
    "cancelled": PubStatus.CANCELED,
    "killed": PubStatus.CANCELED,
}


class NitfFormat(ToldFormat):
    """A file is one article."""

    name = "nitf"
    endings = (".nitf",)
    told_as = frozenset(["NITF 稿件文件"])
    is_streamed = True

    def read(self, file: BinaryIO) -> Iterator[SeriesItem]:
        for element in elements(file, {"nitf"}):
            yield SeriesItem("", partial(read_nitf, element))


def read_nitf(nitf: etree._Element) -> FoundItem:
    """The article of an element `nitf`. Raises `Unreadable`."""
    head, data = at(nitf, "body/body.head"), at(nitf, "head/docdata")
    issued = moment(said(data, "date.issue", "norm"))
    article = ParsedArticle(
        title=words(head, "hedline/hl1") or words(nitf, "head/title"),
        subtitle=words(head, "hedline/hl2"),
        summary=words(head, "abstract"),
        source=words(head, "distributor") or said(data, "doc.copyright", "holder"),
        published_at=issued or moment(said(nitf, "head/pubdata", "date.publication")),
        authors=people_of(words(head, "byline/person") or _byline(at(head, "byline"))),
    )
    if article.subtitle == article.title:
        article.subtitle = ""
    put_body(article, markup_of(at(nitf, "body/body.content")))
    if not article.body:
        raise Unreadable("这一条没有正文，没有收入。")
    put_title(article)
    return FoundItem(article, Extras(dateline=words(head, "dateline")), _facts(nitf, data, article))


def _byline(byline: etree._Element | None) -> str:
    """What a byline says before the title of whoever it names."""
    if byline is None:
        return ""
    title = words(byline, "byttl")
    return words(byline).removesuffix(title).strip()


def _facts(nitf: etree._Element, data: etree._Element | None, article: ParsedArticle) -> WireFacts:
    facts = WireFacts(
        guid=said(data, "du-key", "key") or said(data, "doc-id", "id-string"),
        version=number(said(data, "du-key", "version")),
        urgency=number(said(data, "urgency", "ed-urg")),
        note=said(data, "ed-msg", "info") or said(data, "correction", "info"),
        provider=article.source,
        slugline=said(data, "fixture", "fix-id"),
        is_correction=at(data, "correction") is not None,
        updated_at=article.published_at,
    )
    status = (data.get("management-status") or "").lower() if data is not None else ""
    facts.status = _STATUS.get(status, PubStatus.USABLE)
    release = moment(said(data, "date.release", "norm"))
    # `date.release` is when it may go out, an embargo only where that lies ahead.
    if release and (status == "embargoed" or release > datetime.now(UTC)):
        facts.embargoed_until = release
    for subject in every(nitf, "head/tobject/tobject.subject"):
        code = subject.get("tobject.subject.refnum") or ""
        scheme = (subject.get("tobject.subject.ipr") or "IPTC").lower()
        facts.subjects.append(f"{'subj' if scheme == 'iptc' else scheme}:{code}")
        for part in ("type", "matter", "detail"):
            if name := subject.get(f"tobject.subject.{part}"):
                facts.subject_names.append(name)
    return facts


def people_of(byline: str) -> list[str]:
    """The people that a byline names: 记者 and By go, and what stands behind a name in English."""
    for mark in ("By ", "BY ", "by ", "Von ", "记者 ", "记者：", "作者：", "文/", "文／"):
        byline = byline.removeprefix(mark)
    is_list = not byline.isascii() or " and " in byline
    names = re.split(r"[；;、，/／]|, | and " if is_list else r"[;]|,.*", byline)
    return [name.strip() for name in names if name.strip()][:10]
