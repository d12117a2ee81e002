"""NewsML-G2 2.24 (IPTC), Core Conformance Level: files with news messages, pictures beside them."""

from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.utils import timezone
from lxml import etree
from lxml.html import fragment_fromstring

from meiri.ingest.leaving.open_format import OpenFormat
from meiri.ingest.leaving.outgoing import LANGUAGE, OutgoingArticle, beside, copy_pictures, printable
from meiri.kept_once import write_whole
from meiri.newsroom.ai_record import SOURCE_TYPES

NAMESPACE = "http://iptc.org/std/nar/2006-10-01/"
_XHTML = "http://www.w3.org/1999/xhtml"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CATALOG = "http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_32.xml"


class NewsMLFiles(OpenFormat):
    """`newsml-g2.00001.xml` …: each a news message with items."""

    name = "newsml-g2"

    def write_batch(self, folder: Path, number: int, articles: list[OutgoingArticle]) -> None:
        for article in articles:
            copy_pictures(article, folder)
        message = news_message(articles, timezone.localtime())
        written = etree.tostring(message, xml_declaration=True, encoding="UTF-8")
        write_whole(folder / f"newsml-g2.{number:05}.xml", written)


def news_message(articles: list[OutgoingArticle], sent: datetime) -> etree._Element:
    """The message with the items of these articles."""
    message = etree.Element(f"{{{NAMESPACE}}}newsMessage", nsmap={None: NAMESPACE})
    header = _add(message, "header")
    _add(header, "sent", sent.isoformat(timespec="seconds"))
    items = _add(message, "itemSet")
    for article in articles:
        items.append(news_item(article))
    return message


def news_item(article: OutgoingArticle) -> etree._Element:
    """The item of an article. Its moments are that of its publication; its pictures have addresses relative to the file."""
    item = etree.Element(
        f"{{{NAMESPACE}}}newsItem",
        {
            "guid": guid_of(article),
            "version": "1",
            "standard": "NewsML-G2",
            "standardversion": "2.24",
            "conformance": "core",
            _XML_LANG: LANGUAGE,
        },
        nsmap={None: NAMESPACE},
    )
    _add(item, "catalogRef", href=_CATALOG)
    _add_name(_add(_add(item, "rightsInfo"), "copyrightHolder", literal=article.site), article.site)
    moment = article.published_at.isoformat()
    about = _add(item, "itemMeta")
    _add(about, "itemClass", qcode="ninat:text")
    _add_name(_add(about, "provider", literal=article.site), article.site)
    _add(about, "versionCreated", moment)
    _add(about, "firstCreated", moment)
    _add(about, "pubStatus", qcode="stat:usable")
    _add(about, "link", rel="irel:seeAlso", href=article.address)
    _add_content_meta(item, article, moment)
    html = etree.SubElement(
        _add(_add(item, "contentSet"), "inlineXML", contenttype="application/xhtml+xml"),
        f"{{{_XHTML}}}html",
        nsmap={None: _XHTML},
    )
    head = etree.SubElement(html, f"{{{_XHTML}}}head")
    etree.SubElement(head, f"{{{_XHTML}}}title").text = printable(article.title)
    html.append(_xhtml_body(article.body_with(beside)))
    return item


def guid_of(article: OutgoingArticle) -> str:
    """A tag URI (RFC 4151) of the site's host, the day of publication and the number of the article."""
    host = urlsplit(article.address).hostname or "localhost"
    return f"tag:{host},{article.published_at:%Y-%m-%d}:{article.key}"


def _add_content_meta(item: etree._Element, article: OutgoingArticle, moment: str) -> None:
    content = _add(item, "contentMeta")
    _add(content, "contentCreated", moment)
    for name in article.authors:
        _add_name(_add(content, "creator", literal=name), name)
    if article.editor:
        _add_name(_add(content, "contributor", literal=article.editor), article.editor)
    if article.source:
        _add_name(_add(content, "infoSource", literal=article.source), article.source)
    _add(content, "language", tag=LANGUAGE)
    if article.channel:
        _add_name(_add(content, "subject", literal=article.channel), article.channel_name)
    if name := article.ai_source_type:
        # A nature of the content: `digitalSourceType` is of NewsML-G2 2.33, which few systems read.
        _add_name(_add(content, "genre", uri=f"{SOURCE_TYPES}{name}"), article.ai_label)
    for name in article.tags:
        _add_name(_add(content, "subject", literal=name), name)
    if article.kicker:
        _add(content, "slugline", article.kicker)
    _add(content, "headline", article.title)
    if article.subtitle:
        _add(content, "headline", article.subtitle, role="hld:subHeadline")
    if article.dateline:
        _add(content, "dateline", article.dateline)
    if article.summary:
        _add(content, "description", article.summary, role="drol:summary")


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    said = {key: printable(value) for key, value in attributes.items()}
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", said)
    if text:
        child.text = printable(text)
    return child


def _add_name(parent: etree._Element, name: str) -> None:
    _add(parent, "name", name)


def _xhtml_body(html: str) -> etree._Element:
    """Clean HTML as the body of an XHTML document."""
    body = fragment_fromstring(printable(html), create_parent="body")
    for element in body.iter():
        if isinstance(element.tag, str):
            element.tag = f"{{{_XHTML}}}{element.tag}"
    etree.cleanup_namespaces(body)
    return body
