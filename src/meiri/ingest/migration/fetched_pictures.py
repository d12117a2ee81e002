"""The pictures that the posts of a fetched archive name, fetched from where they are, each once."""

import time
from collections.abc import Iterator

from meiri.ingest.migration.crawling import CrawlLimits
from meiri.ingest.migration.fetched_store import STOPPED_PICTURES, FetchedStore
from meiri.ingest.migration.old_archive import OldArchive, OldPost
from meiri.ingest.migration.polite_client import LeftAlone, PoliteClient, SiteAway
from meiri.ingest.migration.reading_bodies import own_path, reading_bodies
from meiri.ingest.migration.storing_posts import MOST_PICTURES
from meiri.ingest.page import host_of
from meiri.media.adding_pictures import MAX_BYTES
from meiri.outbound import Unreachable

STEP = 100


def want_pictures_of(archive: OldArchive, store: FetchedStore) -> None:
    """Enter the pictures of all posts that are not known yet, as the bodies call them when they are read."""
    host = host_of(archive.base)
    with reading_bodies(archive.base) as bodies:
        step: list[OldPost] = []
        for post in archive.posts():
            if isinstance(post, OldPost):
                step.append(post)
            if len(step) == STEP:
                store.want_pictures(_wanted(bodies.read(step), step, archive.base, host))
                step = []
        store.want_pictures(_wanted(bodies.read(step), step, archive.base, host))


def _wanted(read: list, posts: list[OldPost], base: str, host: str) -> Iterator[tuple[str, str]]:
    for one, post in zip(read, posts, strict=True):
        urls = (
            [picture.url for picture in one.pictures if picture.data is None]
            if not isinstance(one, str)
            else []
        )
        if post.picture:
            urls.append(own_path(post.picture, host, post.folder))
        for url in urls[: MOST_PICTURES + 1]:
            whole = f"{base}{url}" if url.startswith("/") else url
            if whole.startswith(("http://", "https://")):
                yield url, whole


def fetch_pictures(store: FetchedStore, client: PoliteClient, limits: CrawlLimits) -> Iterator[str]:
    """Fetch what is wanted and not here; the address of each when it is stored. Where the site is away, or the run's bounds are reached, the
    rest is left for the next run: posts can be moved in all the same."""
    store.try_pictures_again()
    store.note(STOPPED_PICTURES, "")
    until = time.monotonic() + limits.seconds
    while wanted := store.next_picture():
        if client.bytes >= limits.bytes or time.monotonic() > until:
            store.note(STOPPED_PICTURES, "图片取到了这次的上限，没有取完；再运行会接着取。")
            return
        url, address = wanted
        data, reason = b"", ""
        try:
            answer = client.get(address, MAX_BYTES, elsewhere=True).response
            if answer.status != 200:
                reason = f"返回状态 {answer.status}。"
            elif not answer.is_whole:
                reason = f"图片超过 {MAX_BYTES // 1024 // 1024} MB。"
            else:
                data, reason = answer.body, "" if answer.body else "图片是空的。"
        except SiteAway as error:
            store.note(STOPPED_PICTURES, f"图片没有取完：{error.reason}")
            return
        except (Unreachable, LeftAlone) as error:
            reason = str(error)
        store.keep_picture(url, data, reason)
        yield address
