"""Feeds as archives of a site: RSS, Atom and JSON Feed, one file or a folder of several, with all that the site published."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from meiri.ingest.feed_items import FeedFormat, JsonFeedFormat
from meiri.ingest.guarded_reading import reading
from meiri.ingest.import_format import HEAD, Confidence, FoundItem, ItemBeginning
from meiri.ingest.migration.old_archive import (
    ArchiveSource,
    ArchiveSystem,
    NotTaken,
    OldArchive,
    OldColumn,
    OldPost,
    path_of,
)
from meiri.ingest.parsed import Unreadable

FORMATS = (FeedFormat(), JsonFeedFormat())
ENDINGS = (".xml", ".rss", ".atom", ".json")
MOST_FILES = 10_000
# Of a feed in JSON, which is read as a whole.
LARGEST = 256 * 1024 * 1024


class Feeds(ArchiveSystem):
    name = "feed"
    label = "RSS、Atom、JSON Feed 文件"

    def confidence(self, source: ArchiveSource) -> Confidence:
        # Exports of WordPress are feeds as well, and surer of themselves.
        return Confidence.FALLBACK if _feeds_of(source.path) else Confidence.NONE

    def open(self, source: ArchiveSource) -> OldArchive:
        found = _feeds_of(source.path)
        if not found:
            raise Unreadable("没有找到订阅源文件。")
        return FeedArchive(source.path, found)


def _feeds_of(path: Path) -> list[tuple[Path, str]]:
    """The feeds at a path, each with the name of its format, in the order of their names. Of a folder all files, or none."""
    if path.is_file():
        return [(path, kind)] if (kind := _format_of(path)) else []
    files = sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith("."))
    if not files or len(files) > MOST_FILES or any(not one.name.lower().endswith(ENDINGS) for one in files):
        return []
    return [(one, kind) for one in files if (kind := _format_of(one))]


def _format_of(path: Path) -> str:
    if not path.name.lower().endswith(ENDINGS):
        return ""
    with path.open("rb") as file:
        beginning = ItemBeginning(file.read(HEAD), file, path.name)
        return next((one.name for one in FORMATS if one.confidence(beginning) > Confidence.NONE), "")


class FeedArchive(OldArchive):
    def __init__(self, path: Path, feeds: list[tuple[Path, str]]):
        self._feeds = feeds
        first = next((found for _, found, _ in self._items() if found), None)
        address = first.article.source_url or first.article.original_url if first else ""
        parts = urlsplit(address)
        self.base = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
        self._title = first.article.source if first else ""
        self.site = self.base or self._title or path.name

    def _items(self) -> Iterator[tuple[str, FoundItem | None, str]]:
        with reading() as reader:
            for path, kind in self._feeds:
                for label, found, reason in reader.series(path, kind, LARGEST):
                    yield f"{path.name}{label}", found, reason

    def columns(self) -> list[OldColumn]:
        return [OldColumn(name, (name,)) for name in self._columns]

    @cached_property
    def _columns(self) -> list[str]:
        found = {_column_of(item): None for _, item, _ in self._items() if item}
        return [name for name in found if name]

    def posts(self) -> Iterator[OldPost | NotTaken]:
        seen: set[str] = set()
        for key, found, reason in self._items():
            if found is None:
                yield NotTaken(key, "", reason)
                continue
            post = self._post(key, found)
            # The newest of a site stand in several of its feeds.
            if post.key not in seen:
                seen.add(post.key)
                yield post

    def _post(self, key: str, found: FoundItem) -> OldPost:
        article, facts = found.article, found.wire
        names = list(facts.subject_names) if facts else []
        # The feed's own name is the site's, and no source of what it says.
        source = article.source if article.source != self._title else ""
        return OldPost(
            key=(facts.guid if facts else "") or article.original_url or key,
            title=article.title,
            body=article.body,
            published_at=article.published_at,
            column=names[0] if names else "",
            summary=article.summary,
            source=source,
            authors=article.authors,
            tags=names[1:],
            addresses=[path] if (path := self._path(article.original_url)) else [],
            warnings=list(article.warnings),
        )

    def _path(self, address: str) -> str:
        """The path of an address of the site itself."""
        own, asked = urlsplit(self.base).hostname, urlsplit(address).hostname
        return path_of(address) if asked and asked == own else ""


def _column_of(found: FoundItem) -> str:
    return next(iter(found.wire.subject_names), "") if found.wire else ""
