"""Fetching an old site into a folder, which is an archive then: by the API of Wagtail, or page by page."""

import re
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from meiri.ingest.migration.crawled_site import CrawledPages
from meiri.ingest.migration.crawling import KIND as CRAWLED
from meiri.ingest.migration.crawling import CrawlLimits, crawl
from meiri.ingest.migration.fetched_pictures import fetch_pictures, want_pictures_of
from meiri.ingest.migration.fetched_store import FetchedStore, is_fetched
from meiri.ingest.migration.old_archive import OldArchive
from meiri.ingest.migration.polite_client import LeftAlone, PoliteClient, rules_for
from meiri.ingest.migration.reading_crawled import read_crawled
from meiri.ingest.migration.wagtail_api import KIND as BY_API
from meiri.ingest.migration.wagtail_api import NoApi, check_api, fetch_by_api
from meiri.ingest.migration.wagtail_site import WagtailPages
from meiri.ingest.parsed import Unreadable
from meiri.outbound import Unreachable, check


@dataclass(frozen=True)
class FetchOrder:
    """What is to be fetched. `kind`: in which way, "" for by the API where there is one."""

    address: str
    kind: str = ""
    limits: CrawlLimits = field(default_factory=CrawlLimits)


def is_address(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def base_of(address: str) -> str:
    """The beginning of all addresses of a site. Raises `Unreadable` for what is none that may be asked."""
    try:
        parts = urlsplit(address)
        check(address, rules_for(parts.hostname or ""))
    except (Unreachable, ValueError) as error:
        raise Unreadable(f"旧站的网址不能用：{error}。") from error
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}"


def folder_for(archives: Path, base: str, kind: str) -> Path:
    """Where what is fetched of a site lies, among the archives of operators."""
    return archives / f"{re.sub(r'[^a-z0-9.-]', '_', urlsplit(base).netloc)}-{kind}"


def folder_of_source(archives: Path, address: str) -> Path | None:
    """Where what was fetched of a site before lies; None where nothing was. Raises `Unreadable`."""
    folders = (folder_for(archives, base_of(address), kind) for kind in (BY_API, CRAWLED))
    return next((folder for folder in folders if folder.is_dir()), None)


def kind_of(order: FetchOrder, archives: Path, wait: Callable[[float], None] = time.sleep) -> str:
    """In which way a site is fetched: as it was before, where nothing else is ordered. Raises `NoApi` where it has to be by the API, and there
    is none, and `Unreadable` where it can't be told now."""
    if order.kind == CRAWLED:
        return CRAWLED
    if not order.kind and (before := _kind_before(order, archives)):
        return before
    client = PoliteClient(base_of(order.address), settings.MOVE_IN_PAUSE, obeys_robots=False, wait=wait)
    try:
        check_api(client, order.address)
    except NoApi:
        if order.kind == BY_API:
            raise
        return CRAWLED
    return BY_API


def _kind_before(order: FetchOrder, archives: Path) -> str:
    base = base_of(order.address)
    kinds = (kind for kind in (BY_API, CRAWLED) if is_fetched(folder_for(archives, base, kind), kind))
    return next(kinds, "")


def fetch_site(
    order: FetchOrder, folder: Path, kind: str, wait: Callable[[float], None] = time.sleep
) -> Generator[str, None, None]:
    """Fetch what is not here yet, or was changed since; what was stored last, step by step. Whoever stops asking ends it, and the next run
    goes on. Raises `Unreadable` where the site can't be asked any more, or the disk has no room, and what `wait` raises."""
    base = base_of(order.address)
    store = FetchedStore(folder)
    try:
        store.check_room()
        store.note("kind", kind)
        store.note("base", base)
        store.note("address", order.address)
        client = PoliteClient(base, settings.MOVE_IN_PAUSE, obeys_robots=kind == CRAWLED, wait=wait)
        with closing(_fetched(order, store, client, kind)) as steps:
            for step in steps:
                yield step
                store.check_room()
    finally:
        store.close()


def _fetched(
    order: FetchOrder, store: FetchedStore, client: PoliteClient, kind: str
) -> Generator[str, None, None]:
    try:
        if kind == BY_API:
            yield from fetch_by_api(store, client, order.address)
        else:
            yield from crawl(store, client, order.address, order.limits)
            yield from read_crawled(store)
    except LeftAlone as error:
        raise Unreadable(f"旧站没有取成：{error}") from error
    archive = _opened(store.folder, kind)
    try:
        want_pictures_of(archive, store)
    finally:
        archive.close()
    yield from fetch_pictures(store, client, order.limits)


def _opened(folder: Path, kind: str) -> OldArchive:
    return WagtailPages(folder) if kind == BY_API else CrawledPages(folder)
