"""A message of mail (RFC 5322, MIME) to articles: its text, and each manuscript that is attached to it."""

import email
import email.policy
import re
from collections.abc import Callable, Iterator, Sequence
from email.message import Message
from functools import partial
from html import escape
from pathlib import PurePath
from typing import BinaryIO

from lxml import etree

from meiri.ingest.document_markup import article_of_markup, with_pictures
from meiri.ingest.import_format import FoundItem, SeriesItem
from meiri.ingest.mhtml import content_of, header
from meiri.ingest.page import parse
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.text import read_lines
from meiri.ingest.text_encoding import decode

MOST_ATTACHMENTS = 20
MOST_PARTS = 500
# Letters of a text beside which attachments stand for themselves: “见附件，请审。”
COVERING = 120
# How mail programs mark an answer or what is sent on.
_PREFIX = re.compile(r"^(?:(?:re|fw|fwd|回复|答复|转发|轉寄|回覆)\s{0,2}[:：]\s{0,4}){1,5}", re.IGNORECASE)
_ABOUT = "来自邮件，发信人 {}，请核对作者和来源。"


def items_of_mail(
    file: BinaryIO, read_attachment: Callable[[bytes, str], ParsedArticle]
) -> Iterator[SeriesItem]:
    """The articles of a message. `read_attachment` reads a file by its content and name, or raises `Unreadable`."""
    message = email.message_from_bytes(file.read(), policy=email.policy.default)
    parts = [part for _, part in zip(range(MOST_PARTS), message.walk(), strict=False)]
    attached = [part for part in parts if part.get_filename() and part.get_content_maintype() != "image"]
    text = _text_of(message, parts)
    if len("".join(text.split())) > COVERING or not attached:
        yield SeriesItem("", partial(_read_text, message, parts))
    for part in attached[:MOST_ATTACHMENTS]:
        name = re.sub(r"[\x00-\x1f/\\]", "_", part.get_filename() or "")[-100:]
        yield SeriesItem(f"/{name}", partial(_read_attached, message, part, name, read_attachment))
    if len(attached) > MOST_ATTACHMENTS:
        raise Unreadable(f"邮件的附件超过 {MOST_ATTACHMENTS} 个，其余没有读取。")


def _subject(message: Message) -> str:
    return _PREFIX.sub("", " ".join(header(message, "Subject").split()))


def _body(message: Message, parts: Sequence[Message], kind: str) -> Message | None:
    return next(
        (p for p in parts if p.get_content_type() == kind and not p.get_filename() and not p.is_multipart()),
        None,
    )


def _decoded(part: Message | None) -> str:
    return decode(content_of(part), part.get_content_charset())[0] if part is not None else ""


def _text_of(message: Message, parts: Sequence[Message]) -> str:
    plain = _decoded(_body(message, parts, "text/plain"))
    return plain or re.sub(r"<[^<>]*>", "", _decoded(_body(message, parts, "text/html")))


def _read_text(message: Message, parts: Sequence[Message]) -> FoundItem:
    subject = _subject(message)
    page = _decoded(_body(message, parts, "text/html"))
    if page.strip():
        tree = parse(page)
        names = {f"cid:{header(p, 'Content-ID').strip('<>')}": p for p in parts if header(p, "Content-ID")}
        with_pictures(tree, lambda url: content_of(names[url]) if url in names else None)
        body = tree.find("body")
        markup = etree.tostring(body if body is not None else tree, encoding="unicode", method="html")
        title = f"<h1>{escape(subject)}</h1>" if subject else ""
        return FoundItem(_told(article_of_markup(title + markup), message))
    text = _decoded(_body(message, parts, "text/plain"))
    if not text.strip():
        raise Unreadable("邮件里没有正文。")
    return FoundItem(_told(read_lines(f"{subject}\n\n{text}" if subject else text), message))


def _read_attached(
    message: Message, part: Message, name: str, read_attachment: Callable[[bytes, str], ParsedArticle]
) -> FoundItem:
    content = content_of(part)
    if not content:
        raise Unreadable("附件是空的，或已损坏。")
    article = read_attachment(content, name)
    article.title = article.title or _subject(message) or PurePath(name).stem
    return FoundItem(_told(article, message))


def _told(article: ParsedArticle, message: Message) -> ParsedArticle:
    if sender := " ".join(header(message, "From").split())[:200]:
        article.warnings.append(_ABOUT.format(sender))
    return article
