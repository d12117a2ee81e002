"""Sitemaps (https://www.sitemaps.org/protocol.html): the addresses that they name, and the sitemaps that an index leads to. They come as
XML, packed by gzip or not, or as a text with an address a line; those of news and pictures have the same addresses in them."""

import io
import zlib
from typing import NamedTuple

from meiri.ingest.parsed import Unreadable
from meiri.ingest.xml_items import elements, local_name, words

# Of one file, unpacked, and the addresses in it (the protocol's own bounds).
MOST_BYTES, MOST_ADDRESSES = 50 * 1024 * 1024, 50_000
LONGEST_ADDRESS = 2_000
_GZIP = b"\x1f\x8b"


class FoundInSitemap(NamedTuple):
    """The addresses of pages, and of further sitemaps."""

    pages: list[str]
    sitemaps: list[str]


def read_sitemap(data: bytes) -> FoundInSitemap:
    """Raises `Unreadable` for what is no sitemap, and for one that is too large when it is unpacked."""
    if data.startswith(_GZIP):
        data = _unpacked(data)
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"http://", b"https://")):
        lines = data.decode("utf-8-sig", "replace").splitlines()
        return FoundInSitemap(_bounded(lines), [])
    if not start.startswith(b"<"):
        raise Unreadable("这不是网站地图。")
    pages: list[str] = []
    sitemaps: list[str] = []
    try:
        for element in elements(io.BytesIO(data), {"url", "sitemap"}):
            (sitemaps if local_name(element) == "sitemap" else pages).append(words(element, "loc"))
            if len(pages) + len(sitemaps) >= MOST_ADDRESSES:
                break
    except Unreadable:
        # What stands before the damage is as good as it was.
        if not pages and not sitemaps:
            raise
    return FoundInSitemap(_bounded(pages), _bounded(sitemaps))


def _unpacked(data: bytes) -> bytes:
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = unpacking.decompress(data, MOST_BYTES)
    except zlib.error as error:
        raise Unreadable("压缩的网站地图已损坏。") from error
    if unpacking.unconsumed_tail:
        raise Unreadable(f"网站地图解开后超过 {MOST_BYTES // 1024 // 1024} MB。")
    return found


def _bounded(addresses: list[str]) -> list[str]:
    found = dict.fromkeys(address.strip() for address in addresses[:MOST_ADDRESSES])
    return [a for a in found if a.startswith(("http://", "https://")) and len(a) <= LONGEST_ADDRESS]
