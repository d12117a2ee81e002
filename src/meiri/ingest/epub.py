"""An e-book or magazine (EPUB 2 and 3, W3C) to articles: one for each document of its reading order."""

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import BinaryIO
from urllib.parse import unquote, urldefrag

from lxml import etree, html

from meiri.ingest.archive_files import MAX_MEMBER_BYTES, check_zip
from meiri.ingest.credit_names import names, source_name
from meiri.ingest.document_markup import article_of_markup, with_pictures
from meiri.ingest.import_format import FoundItem, SeriesItem
from meiri.ingest.page import parse
from meiri.ingest.parsed import Unreadable
from meiri.ingest.text_encoding import decode
from meiri.ingest.times import read_iso

MOST_DOCUMENTS = 2000
# Letters of a document that is more than a cover or a half-title.
SHORTEST = 20
LARGEST_PACKAGE = 4 * 1024 * 1024
# What zipfile and lxml raise for files that are broken; ValueError for names that are no text.
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError),
    *(KeyError, OSError, EOFError, ValueError, NotImplementedError, RuntimeError),
)
DAMAGED = "这份 EPUB 已损坏，无法读取。"


def items_of_epub(file: BinaryIO) -> Iterator[SeriesItem]:
    """The articles of an EPUB, in reading order; covers and tables of contents are none. Raises `Unreadable`."""
    try:
        container = zipfile.ZipFile(file)
        check_zip(container)
        root = _xml(container, "META-INF/container.xml")
        place = next((e.get("full-path") for e in root.iter("{*}rootfile") if e.get("full-path")), None)
        if not place:
            raise Unreadable(DAMAGED)
        package = _xml(container, place)
    except DAMAGE as error:
        raise Unreadable(DAMAGED) from error
    if "META-INF/encryption.xml" in container.NameToInfo and "META-INF/rights.xml" in container.NameToInfo:
        raise Unreadable("这份 EPUB 有版权保护，读不出文字。")
    told = {
        name: [" ".join("".join(e.itertext()).split()) for e in package.iter(f"{{*}}{name}")]
        for name in ("creator", "publisher", "date", "title")
    }
    manifest = {e.get("id"): e for e in package.iter("{*}item")}
    spine = [e.get("idref") for e in package.iter("{*}itemref") if e.get("linear") != "no"][:MOST_DOCUMENTS]
    documents = [
        posixpath.normpath(posixpath.join(posixpath.dirname(place), unquote(item.get("href") or "")))
        for item in (manifest.get(name) for name in spine)
        if item is not None and "nav" not in (item.get("properties") or "").split()
    ]
    texts = [name for name in documents if name in container.NameToInfo and _holds_text(container, name)]
    if not texts:
        raise Unreadable("这份 EPUB 里没有文字。")
    for number, name in enumerate(texts, 1):
        label = f":{number}" if len(texts) > 1 else ""
        yield SeriesItem(label, partial(_read, container, name, told, len(texts) == 1))


def _xml(container: zipfile.ZipFile, name: str) -> etree._Element:
    if container.getinfo(name).file_size > LARGEST_PACKAGE:
        raise Unreadable(DAMAGED)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    root = etree.fromstring(container.read(name), parser)
    if root is None:
        raise Unreadable(DAMAGED)
    return root


def _document(container: zipfile.ZipFile, name: str) -> html.HtmlElement:
    if container.getinfo(name).file_size > MAX_MEMBER_BYTES:
        raise Unreadable("EPUB 里的一章过大，没有读取。")
    text = decode(container.read(name), "utf-8")[0]
    # To a reader of HTML a declaration of XML is text, and an empty title takes in the rest of the page.
    begun = text.find("<html")
    text = text[begun:] if 0 <= begun < 4000 else text
    return parse(text.replace("<title/>", ""))


def _holds_text(container: zipfile.ZipFile, name: str) -> bool:
    try:
        return len("".join("".join(_body(_document(container, name)).itertext()).split())) >= SHORTEST
    except (Unreadable, *DAMAGE):
        # What is wrong with it is told when it is read.
        return True


def _body(tree: html.HtmlElement) -> html.HtmlElement:
    body = tree.find("body")
    return tree if body is None else body


def _read(container: zipfile.ZipFile, name: str, told: dict[str, list[str]], alone: bool) -> FoundItem:
    try:
        tree = _document(container, name)
    except DAMAGE as error:
        raise Unreadable(DAMAGED) from error

    def picture(url: str) -> bytes | None:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(urldefrag(url)[0])))
        found = container.NameToInfo.get(path)
        try:
            return container.read(found) if found and found.file_size <= MAX_MEMBER_BYTES else None
        except DAMAGE:  # the text is there all the same
            return None

    with_pictures(tree, picture)
    body = _body(tree)
    if body.find(".//h1") is None and (first := next(body.iter("h2", "h3"), None)) is not None:
        first.tag = "h1"
    article = article_of_markup(etree.tostring(body, encoding="unicode", method="html"))
    if not article.title and alone and told["title"]:
        article.title = told["title"][0][:200]
        article.warnings = [w for w in article.warnings if not w.startswith("没有找到标题")]
    article.authors = article.authors or [n for one in told["creator"] for n in names(one)][:8]
    article.source = article.source or source_name(next(iter(told["publisher"]), ""))
    article.published_at = article.published_at or _moment(told["date"])
    return FoundItem(article)


def _moment(dates: list[str]) -> datetime | None:
    found = next((read_iso(date) for date in dates), None)
    return found[0] if found else None
