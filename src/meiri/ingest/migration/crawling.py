"""Fetching an old site page by page, from its sitemaps, else from the links of its pages: politely, within bounds, and gone on with wherever
it ended."""

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from meiri.ingest.migration.fetched_store import STOPPED, FetchedPage, FetchedStore
from meiri.ingest.migration.old_sitemaps import MOST_BYTES as MOST_BYTES_OF_SITEMAP
from meiri.ingest.migration.polite_client import LeftAlone, PoliteAnswer, PoliteClient, TooBusy
from meiri.ingest.migration.reading_crawled import ARTICLE, GUARD, LIST, PageReading
from meiri.ingest.parsed import Unreadable
from meiri.outbound import Unreachable

KIND = "crawl"
MOST_BYTES_OF_PAGE = 8 * 1024 * 1024
SITEMAP, ELSEWHERE = "sitemap", "elsewhere"
# Ranks in the store: sitemaps are asked for first.
_SITEMAPS, _PAGES = 0, 1
_USUAL_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/sitemap.xml.gz")
# Sitemaps of one site, and how deep an index may lead to others; links from the first page.
MOST_SITEMAPS, DEEPEST_SITEMAP, DEEPEST = 5_000, 3, 50
# After so many pages of one shape in succession that are no article and lead to nothing of another shape, the rest is left: calendars
# without end, the same list in every order.
FRUITLESS = 40
# How often in one round an address is asked for that its host has too much to do for: once more when all others were.
MOST_TRIES = 2
# Addresses that are remembered of one site.
MOST_KNOWN = 3_000_000
# How often one folder may stand in a path, and the characters of an address.
MOST_REPEATED, LONGEST = 3, 1_000
_NO_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|bmp|svg|ico|css|js|json|xml|rss|zip|rar|7z|gz|tgz|exe|apk|pdf|docx?|xlsx?|pptx?|wps|mp[34]|m4[av]|flv|avi|mov"
    r"|wm[av]|swf|ttf|woff2?)\Z",
    re.IGNORECASE,
)
# Parameters that tell where a reader came from, or who it is.
_ADDED = re.compile(r"(?:\A|&)(?:utm_\w+|spm|from|jsessionid|phpsessid|sid|sessionid)=[^&]*", re.IGNORECASE)
_HTML = ("text/html", "application/xhtml+xml", "")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)


@dataclass(frozen=True)
class CrawlLimits:
    """What one run may take. `links`: whether links are followed though there is a sitemap."""

    pages: int = 500_000
    bytes: int = 100 * 1024**3
    seconds: float = 7 * 24 * 3600
    links: bool = False


@dataclass
class _Shape:
    """Addresses that differ in numbers alone, and how many in succession brought nothing."""

    fruitless: int = 0


@dataclass
class _Crawl:
    store: FetchedStore
    client: PoliteClient
    limits: CrawlLimits
    reading: PageReading
    _shapes: dict[str, _Shape] = field(default_factory=dict)

    def take(self, page: FetchedPage) -> None:
        """Ask for one address and store what comes of it. Raises `SiteAway`."""
        if reason := self._left(page):
            self.store.keep(page.url, reason=reason, kind=page.kind or ELSEWHERE)
            return
        most = MOST_BYTES_OF_SITEMAP if page.rank == _SITEMAPS else MOST_BYTES_OF_PAGE
        try:
            answer = self.client.get(page.url, most, page.etag, page.last_modified)
        except TooBusy as error:
            # Where nothing answers it is not the address's fault.
            if page.due < MOST_TRIES or not self.client.has_answered:
                self.store.put_off(page.url)
            else:
                self._keep_failure(page, str(error))
            return
        except (Unreachable, LeftAlone) as error:
            self._keep_failure(page, str(error))
            return
        try:
            self._keep(page, answer, most)
        except Unreadable as error:
            self._keep_failure(page, error.reason)

    def _keep_failure(self, page: FetchedPage, reason: str) -> None:
        """What was here of an address stays."""
        if page.rank == _SITEMAPS and page.depth == 0:
            reason = ""  # one of the usual places, where nobody promised any
        self.store.keep(page.url, reason=reason)

    def _left(self, page: FetchedPage) -> str:
        """Why an address is not asked for; "" where it is."""
        if page.depth > DEEPEST:
            return "离首页太远，没有取。"
        shape = self._shapes.get(shape_of(page.url))
        if (
            page.depth
            and shape
            and shape.fruitless >= FRUITLESS
            and page.rank == _PAGES
            and page.kind != ARTICLE
        ):
            return "这样的网址一连几十个都没有稿件，后面的没有取。"
        return ""

    def _keep(self, page: FetchedPage, answer: PoliteAnswer, most: int) -> None:
        response = answer.response
        if response.status == 304:
            self.store.keep(page.url, reason="")
            return
        if response.status != 200:
            self._keep_failure(page, f"返回状态 {response.status}。")
            return
        if not response.is_whole:
            self._keep_failure(page, f"超过 {most // 1024 // 1024} MB，没有读取。")
            return
        url = page.url
        if answer.before:
            url = cleaned(answer.url, self.client.base)
            if url != page.url:
                for before in {page.url, *(cleaned(one, self.client.base) for one in answer.before)} - {
                    "",
                    url,
                }:
                    self.store.keep(before, kind=ELSEWHERE, leads_to=url, reason="")
        if page.rank == _SITEMAPS:
            self._take_sitemap(url, page, response.body)
            return
        kind, _, _ = response.headers.get("Content-Type", "").partition(";")
        if kind.strip().lower() not in _HTML:
            self.store.keep(url, kind=ELSEWHERE, reason=f"不是网页（{kind[:60]}）。")
            return
        self._take_page(url, page, answer)

    def _take_sitemap(self, url: str, page: FetchedPage, body: bytes) -> None:
        found = self.reading.sitemap(body)
        self.store.add(self._wanted(found.pages), _PAGES, 0)
        if page.depth < DEEPEST_SITEMAP and self.store.count(SITEMAP) < MOST_SITEMAPS:
            own = [one for one in found.sitemaps if self.client.is_own(one)]
            self.store.add(own[:MOST_SITEMAPS], _SITEMAPS, page.depth + 1)
        if found.pages:
            self.store.note("has_sitemap", "yes")
        # What it names may have changed though it did not: it is always read.
        self.store.keep(url, kind=SITEMAP, rank=_SITEMAPS, reason="")

    def _take_page(self, url: str, page: FetchedPage, answer: PoliteAnswer) -> None:
        headers = answer.response.headers
        said = _CHARSET.search(headers.get("Content-Type", "")[:200])
        found = self.reading.look(answer.response.body, said[1] if said else None, url)
        own = shape_of(url)
        links = self._wanted(found.links) if self._follows_links() else []
        new = self.store.add([one for one in links if shape_of(one) != own], _PAGES, page.depth + 1)
        self.store.add([one for one in links if shape_of(one) == own], _PAGES, page.depth + 1)
        if found.is_article:
            self.store.add(self._wanted([found.next_page]), _PAGES, page.depth)
        shape = self._shapes.setdefault(own, _Shape())
        shape.fruitless = 0 if found.is_article or new else shape.fruitless + 1
        self.store.keep(
            url,
            answer.response.body if found.is_article else b"",
            kind=ARTICLE if found.is_article else LIST,
            etag=headers.get("ETag", "")[:300],
            last_modified=headers.get("Last-Modified", "")[:100],
            charset=said[1] if said else "",
            # A list is no fault; a page that the sitemap promised and that is no article is told.
            reason="" if found.is_article or page.depth or self._is_first(url) else found.reason,
        )

    def _is_first(self, url: str) -> bool:
        return urlsplit(url).path in ("", "/")

    def _follows_links(self) -> bool:
        return self.limits.links or not self.store.about("has_sitemap")

    def _wanted(self, addresses: Iterable[str]) -> list[str]:
        if self.store.size > MOST_KNOWN:
            return []
        found = dict.fromkeys(cleaned(one, self.client.base) for one in addresses if self.client.is_own(one))
        return [one for one in found if one and not is_trap(one)]


def crawl(store: FetchedStore, client: PoliteClient, address: str, limits: CrawlLimits) -> Iterator[str]:
    """Fetch what is due; each address when what came of it is stored. Where the run's bounds are reached it ends, and the next goes on. Raises
    `Unreadable` where the site does not answer any more."""
    if store.begin_round():
        store.note("has_sitemap", "")
        base = client.base
        store.add([*client.sitemaps(), *(f"{base}{path}" for path in _USUAL_SITEMAPS)], _SITEMAPS, 0)
        store.add([cleaned(address, base) or f"{base}/"], _PAGES, 0)
    until, asked = time.monotonic() + limits.seconds, 0
    with GUARD.process() as process:
        going = _Crawl(store, client, limits, PageReading(process))
        while page := store.next_due():
            if asked >= limits.pages or client.bytes >= limits.bytes or time.monotonic() > until:
                store.note(STOPPED, f"取了 {asked} 个网址，到了这次的上限；再运行会接着取。")
                return
            going.take(page)
            asked += 1
            yield page.url
    store.note(STOPPED, "")
    store.end_round()


def cleaned(url: str, base: str) -> str:
    """An address in one form: without fragment and parameters that tell of a reader, with the scheme of the site. "" for what is no page."""
    try:
        parts = urlsplit(url.strip())
        host = parts.netloc.lower()
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or len(url) > LONGEST or _NO_PAGE.search(parts.path):
        return ""
    query = _ADDED.sub("", parts.query).strip("&")
    return urlunsplit((urlsplit(base).scheme, host, parts.path or "/", query, ""))


def shape_of(url: str) -> str:
    """What addresses have in common that differ in numbers alone."""
    parts = urlsplit(url)
    names = sorted({one.partition("=")[0] for one in parts.query.split("&") if one})
    return re.sub("[0-9]+", "0", f"{parts.netloc}{parts.path}?{'&'.join(names)}")


def is_trap(url: str) -> bool:
    """Whether an address leads in circles: the same folder again and again (/a/b/a/b/a/b/)."""
    folders = [one for one in urlsplit(url).path.split("/") if one and not one.isdigit()]
    return any(folders.count(one) > MOST_REPEATED for one in set(folders)) or len(folders) > 20
