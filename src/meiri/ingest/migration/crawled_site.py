"""A site that was crawled as an archive: the articles that were read of its pages."""

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from urllib.parse import urlsplit

from meiri.ingest.headline import letters
from meiri.ingest.html import ONE_OF_SEVERAL
from meiri.ingest.joining import NUMBER_OF_TITLE
from meiri.ingest.migration.crawling import KIND
from meiri.ingest.migration.fetched_archive import FetchedArchive, FetchedSystem
from meiri.ingest.migration.fetched_store import FetchedPage, from_json
from meiri.ingest.migration.old_archive import (
    NotTaken,
    OldColumn,
    OldPost,
    path_of,
)
from meiri.ingest.migration.reading_crawled import ARTICLE, article_of_json
from meiri.ingest.page import host_of
from meiri.ingest.parsed import ParsedArticle

MOST_PAGES_OF_ARTICLE = 100
_WITHOUT = "首页"


class CrawledPages(FetchedArchive):
    @cached_property
    def _following(self) -> set[str]:
        """The addresses of pages that go on with another: they are no articles of their own."""
        found = set()
        for page in self._store.pages(ARTICLE):
            read = from_json(page.read)
            if (following := self._next_of(read)) and following != page.url:
                found.add(following)
        return found

    def _next_of(self, read: dict) -> str:
        """The address of the page with which an article goes on; "" where there is none, or another headline stands there."""
        page = self._store.page(read.get("next") or "")
        page = self._store.page(page.leads_to) if page and page.leads_to else page
        other = from_json(page.read) if page else {}
        same = _without_number(read.get("title", "")) == _without_number(other.get("title", ""))
        return page.url if page and page.kind == ARTICLE and other.get("body") and same else ""

    def columns(self) -> list[OldColumn]:
        names: dict[str, tuple[str, ...]] = {}
        folders: dict[str, Counter[str]] = {}
        for page in self._store.pages(ARTICLE):
            read = from_json(page.read)
            key = _column_of(read, page.url)
            names.setdefault(key, tuple(n for n in read.get("breadcrumb") or () if n != _WITHOUT) or (key,))
            folders.setdefault(key, Counter())[_folder_of(page.url)] += 1
        return [OldColumn(key, names[key], *_address_of(folders[key])) for key in names]

    def posts(self) -> Iterator[OldPost | NotTaken]:
        seen: dict[str, None] = {}
        for page in self._store.pages(ARTICLE):
            if page.url in self._following:
                continue
            read = from_json(page.read)
            if "title" not in read:
                yield NotTaken(page.url, "", read.get("reason") or "没有读过，再取一次。")
                continue
            post = self._post(page, read)
            # A page may be at several addresses, all of which call it by one.
            if post.key not in seen:
                seen[post.key] = None
                yield post

    def _post(self, page: FetchedPage, read: dict) -> OldPost:
        article = article_of_json(read)
        addresses = self._addresses_of(page, article)
        pages = list(self._pages_after(page, read))
        for one, url in pages:
            article.body += "\n" + one.body
            article.left_out += one.left_out
            article.editor = article.editor or one.editor
            addresses += [path_of(url), *map(path_of, self._store.leading_to(url))]
        if pages:
            article.title = NUMBER_OF_TITLE.sub("", article.title).strip()
        return OldPost(
            key=self._key_of(page, article),
            title=article.title,
            body=article.body,
            published_at=article.published_at,
            column=_column_of(read, page.url),
            kicker=article.kicker,
            subtitle=article.subtitle,
            summary=article.summary,
            source=article.source,
            source_url=article.source_url,
            authors=article.authors,
            editor=article.editor,
            views=article.views,
            addresses=list(dict.fromkeys(addresses)),
            warnings=[one for one in article.warnings if not (pages and one == ONE_OF_SEVERAL)],
            left_out=article.left_out,
        )

    def _key_of(self, page: FetchedPage, article: ParsedArticle) -> str:
        """What the site calls an article: the address that the page gives, where that is one of the site's articles."""
        own = article.original_url
        known = self._store.page(own) if own and own != page.url else None
        return known.url if known and known.kind == ARTICLE else page.url

    def _addresses_of(self, page: FetchedPage, article: ParsedArticle) -> list[str]:
        own = [article.original_url] if host_of(article.original_url) == host_of(page.url) else []
        return [path_of(url) for url in (page.url, *own, *self._store.leading_to(page.url))]

    def _pages_after(self, page: FetchedPage, read: dict) -> Iterator[tuple[ParsedArticle, str]]:
        """The further pages of an article, in their order, each with its address."""
        been = {page.url}
        while (url := self._next_of(read)) and url not in been and len(been) < MOST_PAGES_OF_ARTICLE:
            been.add(url)
            following = self._store.page(url)
            read = from_json(following.read) if following else {}
            if "title" not in read:
                return
            yield article_of_json(read), url


class CrawledSite(FetchedSystem):
    name = KIND
    label = "逐页取来的网站"
    archive = CrawledPages


def _without_number(title: str) -> str:
    """The letters of a headline without the number of its page."""
    return letters(NUMBER_OF_TITLE.sub("", title.strip()))


def _column_of(read: dict, url: str) -> str:
    """The column of an article: the last name of its breadcrumb, else its first folder."""
    return read.get("channel_name") or _folder_of(url)


def _folder_of(url: str) -> str:
    """The first folder of an address that is no number; "" where there is none."""
    folders = urlsplit(url).path.strip("/").split("/")[:-1]
    return folders[0] if folders and not folders[0].isdigit() else ""


def _address_of(folders: Counter[str]) -> tuple[str, str]:
    """The name and the address of the folder that all of a column's articles are in; two empty texts where they are in several."""
    name = next(iter(folders)) if len(folders) == 1 else ""
    return (name, f"/{name}/") if name else ("", "")
