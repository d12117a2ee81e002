"""A page that a browser saved as one file (MHTML, RFC 2557) to an article."""

import email
import email.policy
from collections.abc import Callable, Sequence
from email.message import EmailMessage, Message

from lxml import etree, html

from meiri.ingest.document_markup import with_pictures
from meiri.ingest.html import read_page
from meiri.ingest.page import joined_address, parse
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.text_encoding import decode

MOST_PARTS = 5000


def read_mhtml(data: bytes) -> ParsedArticle:
    """The article of a saved page, with the pictures that are in the file. Raises `Unreadable`."""
    message = email.message_from_bytes(data.lstrip(), policy=email.policy.default)
    parts = [part for _, part in zip(range(MOST_PARTS), message.walk(), strict=False)]
    pages = [part for part in parts if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    if not pages:
        raise Unreadable("这份 MHTML 文件里没有网页。")
    page = pages[0]
    address = _address(header(message, "Snapshot-Content-Location")) or _address(
        header(page, "Content-Location")
    )
    tree = parse(decode(content_of(page), page.get_content_charset())[0])
    with_pictures(tree, _finder(parts, address))
    if address and tree.find(".//base[@href]") is None and (head := tree.find("head")) is not None:
        head.insert(0, html.Element("base", href=address))
    article = read_page(etree.tostring(tree, encoding="unicode", method="html"))
    article.original_url = article.original_url or address
    return article


def _finder(parts: Sequence[Message], address: str) -> Callable[[str], bytes | None]:
    """Finds the content of the part that an address on the page means, by its place or by its name (RFC 2392)."""
    known: dict[str, Message] = {}
    for part in parts:
        if name := header(part, "Content-ID").strip("<>"):
            known.setdefault(f"cid:{name}", part)
        if place := header(part, "Content-Location"):
            known.setdefault(joined_address(address, place), part)
            known.setdefault(place, part)

    def find(url: str) -> bytes | None:
        part = known.get(url) or (known.get(joined_address(address, url)) if url and address else None)
        return content_of(part) if part is not None and part.get_content_maintype() == "image" else None

    return find


def header(part: Message, name: str) -> str:
    """A header of a part; "" where there is none, or none that can be read."""
    try:
        return str(part[name] or "").strip()
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
    ):  # the parser of headers trips over broken ones
        return ""


def content_of(part: Message | EmailMessage) -> bytes:
    """The bytes of a part; none where its encoding is damaged."""
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError):
        return b""
    return content if isinstance(content, bytes) else b""


def _address(value: str) -> str:
    told = "".join(value.split())
    return told if told.startswith(("http://", "https://")) and len(told) <= 500 else ""
