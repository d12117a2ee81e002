"""Pages of a crawled site read in a guarded process: first each as it comes, for where it leads and whether it is an article; then all once
more, without what stands in each page of their part of the site."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from lxml.html import fromstring

from meiri.guarded import Failed, Guard, Limits, Overrun, Process
from meiri.ingest.furniture import MOST_PAGES, PageDigests, digests_of_page, furniture_of
from meiri.ingest.guarded_reading import TOO_MUCH, bounded
from meiri.ingest.html import KnownOfPage, read_page
from meiri.ingest.migration.fetched_store import FetchedPage, FetchedStore
from meiri.ingest.migration.old_sitemaps import FoundInSitemap, read_sitemap
from meiri.ingest.page import host_of, parse
from meiri.ingest.page_kinds import next_page_of
from meiri.ingest.parsed import FoundPicture, ParsedArticle, Unreadable
from meiri.ingest.text_encoding import decode

GUARD = Guard(
    Limits(seconds=60, processor_seconds=20, memory=1536 * 1024 * 1024),
    most=2,
    patience=600,
    answers=frozenset(
        [
            "meiri.ingest.parsed.ParsedArticle",
            "meiri.ingest.parsed.FoundPicture",
            "meiri.ingest.furniture.PageDigests",
            "meiri.ingest.migration.old_sitemaps.FoundInSitemap",
            "meiri.ingest.migration.reading_crawled.LookedAt",
            "datetime.datetime",
            "datetime.timezone",
            "datetime.timedelta",
        ]
    ),
    refusals=(Unreadable,),
)
ARTICLE, LIST = "article", "list"
MOST_LINKS, LONGEST_LINK = 2_000, 1_000
# The share of a text that may be links.
MOST_LINKED = 0.5
# Pages that are read between two looks at whether somebody still asks.
STEP = 20


class LookedAt(NamedTuple):
    """A page as it came: where its links lead, whole and in their order, where the next page of the same article is, and why it is no
    article, "" where it is one."""

    links: list[str]
    next_page: str
    reason: str

    @property
    def is_article(self) -> bool:
        return not self.reason


class PageReading:
    """Reads in one guarded process. What is too much for it raises `Unreadable`."""

    def __init__(self, process: Process):
        self._process = process

    def look(self, data: bytes, declared: str | None, url: str) -> LookedAt:
        return self._call(look_at_page, data, declared, url)

    def sitemap(self, data: bytes) -> FoundInSitemap:
        return self._call(read_sitemap, data)

    def digests(self, data: bytes, declared: str | None, url: str) -> PageDigests:
        return self._call(digests_of_page, data, declared, url)

    def article(
        self, data: bytes, declared: str | None, url: str, furniture: frozenset[int]
    ) -> tuple[ParsedArticle, str]:
        return self._call(article_of_page, data, declared, url, furniture)

    def _call(self, work, *arguments) -> Any:
        try:
            return self._process.call(work, *arguments)
        except Overrun:
            raise Unreadable(TOO_MUCH) from None
        except Failed as error:
            raise Unreadable(f"读取时出错（{error.kind}）。") from error


def read_crawled(store: FetchedStore) -> Iterator[str]:
    """Read all articles of a crawl and keep what was read; the address of the last of each step. What was read before is read anew: what
    stands in each page is known better with each page that came."""
    furniture: dict[str, frozenset[int]] = {}
    with GUARD.process() as process:
        pages = PageReading(process)
        for part, sample in _samples(store).items():
            furniture[part] = furniture_of(_digests(store, pages, sample))
        read: list[tuple[int, str]] = []
        for page in store.pages(ARTICLE):
            read.append(
                (page.number, _read(store, pages, page, furniture.get(part_of(page.url), frozenset())))
            )
            if len(read) == STEP:
                store.note_read(read)
                read = []
                yield page.url
        store.note_read(read)


def _samples(store: FetchedStore) -> dict[str, list[FetchedPage]]:
    """Some articles of each part of the site, spread over all of them."""
    numbers: dict[str, list[int]] = {}
    for page in store.pages(ARTICLE):
        numbers.setdefault(part_of(page.url), []).append(page.number)
    chosen = {n for found in numbers.values() for n in found[:: max(1, -(-len(found) // MOST_PAGES))]}
    samples: dict[str, list[FetchedPage]] = {}
    for page in store.pages(ARTICLE):
        if page.number in chosen:
            samples.setdefault(part_of(page.url), []).append(page)
    return samples


def _digests(store: FetchedStore, pages: PageReading, sample: list[FetchedPage]) -> Iterator[PageDigests]:
    for page in sample:
        try:
            yield pages.digests(store.content(page.number), page.charset or None, page.url)
        except Unreadable:
            continue


def _read(store: FetchedStore, pages: PageReading, page: FetchedPage, furniture: frozenset[int]) -> str:
    try:
        article, next_page = pages.article(
            store.content(page.number), page.charset or None, page.url, furniture
        )
    except Unreadable as error:
        return json.dumps({"reason": error.reason}, ensure_ascii=False)
    for picture in article.pictures:
        if picture.data:
            store.want_pictures([(picture.url, picture.url)])
            store.keep_picture(picture.url, picture.data)
            picture.data = None
    return json_of_article(article, next_page)


def part_of(url: str) -> str:
    """The part of a site that an address is in: its host and its first folder, numbers as one."""
    parts = urlsplit(url)
    first, _, rest = parts.path.strip("/").partition("/")
    first = first if rest else ""
    return f"{parts.netloc}/{re.sub('[0-9]+', '0', first)}"


def json_of_article(article: ParsedArticle, next_page: str) -> str:
    """What was read, for the store. The bytes of pictures lie beside it."""
    found = asdict(article)
    found["published_at"] = article.published_at.isoformat() if article.published_at else None
    return json.dumps(found | {"next": next_page}, ensure_ascii=False)


def article_of_json(found: dict[str, Any]) -> ParsedArticle:
    """The article that `json_of_article` wrote."""
    named = {part.name: found[part.name] for part in fields(ParsedArticle)}
    named["published_at"] = datetime.fromisoformat(found["published_at"]) if found["published_at"] else None
    named["pictures"] = [FoundPicture(**one) for one in found["pictures"]]
    return ParsedArticle(**named)


# What follows is done in the process of the guard.


def look_at_page(data: bytes, declared: str | None, url: str) -> LookedAt:
    """Raises `Unreadable` for what can't be read at all."""
    text = decode(data, declared)[0]
    tree = parse(text)
    base = next((b.get("href") for b in tree.iter("base") if b.get("href")), "") or url
    links: dict[str, None] = {}
    for link in tree.iter("a", "area"):
        address = (link.get("href") or "").strip()[:LONGEST_LINK]
        try:
            whole = urljoin(urljoin(url, base), address).partition("#")[0]
        except ValueError:
            continue
        if address and whole.startswith(("http://", "https://")):
            links[whole] = None
        if len(links) == MOST_LINKS:
            break
    try:
        reason = _why_no_article(read_page(text, KnownOfPage(url)))
    except Unreadable as refusal:
        reason = refusal.reason
    return LookedAt(list(links), _next_page(text, url), reason)


def _why_no_article(article: ParsedArticle) -> str:
    """Why a page that was read is none; "" where it is one. A text that is mostly links is a list, however short."""
    if not article.title or not article.body:
        return "没有找到标题或正文。"
    body = fromstring(f"<div>{article.body}</div>")
    linked = sum(len(link.text_content()) for link in body.iter("a"))
    return "这像是列表页，没有取。" if linked > MOST_LINKED * len(body.text_content()) else ""


def _next_page(text: str, url: str) -> str:
    following = next_page_of(parse(text))
    try:
        return urljoin(url, following).partition("#")[0][:LONGEST_LINK] if following else ""
    except ValueError:
        return ""


def article_of_page(
    data: bytes, declared: str | None, url: str, furniture: frozenset[int]
) -> tuple[ParsedArticle, str]:
    """The article of a page, and the address of the next page of the same article, "" where there is none. Raises `Unreadable`."""
    text = decode(data, declared)[0]
    return bounded(read_page(text, KnownOfPage(url, {host_of(url): furniture}))), _next_page(text, url)
