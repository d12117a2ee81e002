"""Another Wagtail site as an archive: what its API gave, page by page."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any
from urllib.parse import urljoin

from meiri.ingest.migration.dump_archive import line_of, text_of
from meiri.ingest.migration.fetched_archive import FetchedArchive, FetchedSystem
from meiri.ingest.migration.fetched_store import from_json
from meiri.ingest.migration.old_archive import (
    NotTaken,
    OldColumn,
    OldPost,
    iso_moment_of,
    path_of,
)
from meiri.ingest.migration.wagtail_api import DOCUMENT, IMAGE, KIND, PAGE, download_address
from meiri.ingest.migration.wagtail_blocks import WagtailMarkup

# Names that sites give to their fields, the usual ones first.
_DATES = (
    "published_at",
    "publish_date",
    "publication_date",
    "date_published",
    "pub_date",
    "post_date",
    "date",
)
_BODIES = ("body", "content", "text", "article", "story", "main_content", "article_body", "main_body")
_SUMMARIES = (
    "intro",
    "introduction",
    "summary",
    "excerpt",
    "abstract",
    "lead",
    "standfirst",
    "listing_summary",
)
_SUBTITLES = ("subtitle", "sub_title", "subheading")
_AUTHORS = (
    "authors",
    "author",
    "byline",
    "bylines",
    "writers",
    "blog_person_relationship",
    "article_authors",
)
_SOURCES = ("source", "news_source", "origin")
_TAGS = ("tags", "keywords")
_COLUMNS = ("category", "categories", "section", "channel")
_PICTURES = (
    "header_image",
    "hero_image",
    "main_image",
    "feed_image",
    "cover",
    "lead_image",
    "image",
    "picture",
)
# What every page has, and is no part of its text.
_OF_EVERY_PAGE = ("id", "meta", "title", "slug", "search_description", "seo_title")
_NOT_TEXT = frozenset(
    name
    for names in (
        _OF_EVERY_PAGE,
        _DATES,
        _SUBTITLES,
        _AUTHORS,
        _SOURCES,
        _TAGS,
        _COLUMNS,
        _PICTURES,
        _SUMMARIES,
    )
    for name in names
)
MOST_NAMES = 20


class WagtailPages(FetchedArchive):
    def _rows(self, kind: str) -> Iterator[dict[str, Any]]:
        for page in self._store.pages(kind):
            row = from_json(page.read)
            row["meta"] = row.get("meta") if isinstance(row.get("meta"), dict) else {}
            yield row

    @cached_property
    def _addresses(self) -> dict[int, str]:
        """The whole address of each page by its number."""
        said = {row["id"]: text_of(row["meta"].get("html_url")) for row in self._rows(PAGE)}
        return {number: urljoin(f"{self.base}/", url) if url else "" for number, url in said.items()}

    def _path_of(self, row: dict[str, Any]) -> str:
        address = self._addresses[row["id"]]
        return path_of(address) if address else ""

    @cached_property
    def _titles(self) -> dict[str, str]:
        """The titles of pages that have others below them, by their paths."""
        found = {self._path_of(row): line_of(row.get("title")) for row in self._rows(PAGE)}
        above = {_above(path) for path in found if path}
        return {path: title for path, title in found.items() if path in above}

    @cached_property
    def _aliases(self) -> dict[int, list[str]]:
        """The addresses of the aliases of a page, by its number."""
        found: dict[int, list[str]] = {}
        for row in self._rows(PAGE):
            if original := _alias_of(row):
                found.setdefault(original, []).append(self._path_of(row))
        return found

    @cached_property
    def _markup(self) -> WagtailMarkup:
        files = {
            kind: {row["id"]: download_address(row, self.base) for row in self._rows(kind)}
            for kind in (IMAGE, DOCUMENT)
        }
        names = {row["id"]: line_of(row.get("title")) for row in self._rows(DOCUMENT)}
        return WagtailMarkup(files[IMAGE], files[DOCUMENT], self._addresses, names)

    def columns(self) -> list[OldColumn]:
        found = {path: OldColumn(path, self._names_of(path), _last(path), path) for path in self._titles}
        for row in self._rows(PAGE):
            for name in _named(row, _COLUMNS)[:1]:
                found.setdefault(name, OldColumn(name, (name,)))
        return list(found.values())

    def _names_of(self, path: str) -> tuple[str, ...]:
        names: list[str] = []
        while path and path != "/":
            if path in self._titles:
                names.insert(0, self._titles[path])
            path = _above(path)
        return tuple(names) or (self._titles.get("/", "首页"),)

    def posts(self) -> Iterator[OldPost | NotTaken]:
        for row in self._rows(PAGE):
            key = f"{PAGE}:{row.get('id')}"
            try:
                post = self.post_of(key, row)
            except Exception as error:  # one page, whatever is in it, never ends the reading
                post = NotTaken(key, line_of(row.get("title")), f"读取时出错（{type(error).__name__}）。")
            if post is not None:
                yield post

    def post_of(self, key: str, row: dict[str, Any]) -> OldPost | NotTaken | None:
        """The post that a page is; None for an alias of another."""
        path, title = self._path_of(row), line_of(row.get("title"))
        if _alias_of(row) in self._addresses:
            return None
        if path in self._titles:
            return NotTaken(key, title, "这是栏目页，下面还有页面；它的网址转到对应的频道。")
        self._markup.missing = 0
        body = self._body_of(row)
        columns = _named(row, _COLUMNS)
        return OldPost(
            key=key,
            title=title,
            body=body,
            published_at=self._moment_of(row),
            column=columns[0] if columns else _above(path),
            subtitle=next(iter(_named(row, _SUBTITLES)), ""),
            summary=self._summary_of(row, body),
            source=next(iter(_named(row, _SOURCES)), ""),
            authors=_named(row, _AUTHORS),
            tags=_named(row, _TAGS),
            picture=self._picture_of(row),
            addresses=[one for one in (path, *self._aliases.get(row["id"], [])) if one],
            warnings=[f"有 {self._markup.missing} 个图片或文件，旧站的接口没有给出。"]
            if self._markup.missing
            else [],
        )

    def _body_of(self, row: dict[str, Any]) -> str:
        named = [name for name in _BODIES if row.get(name)]
        # Without a field of a usual name: all that hold blocks or rich text, in their order.
        names = named[:1] or [
            name for name, value in row.items() if name not in _NOT_TEXT and _is_text(value)
        ]
        return "".join(
            self._markup.of(row[name], name if isinstance(row[name], str) else "") for name in names
        )

    def _summary_of(self, row: dict[str, Any], body: str) -> str:
        said = [
            line_of(self._markup.of(row.get(name))) for name in _SUMMARIES if isinstance(row.get(name), str)
        ]
        return next((one[:300] for one in said if one), "")

    def _moment_of(self, row: dict[str, Any]):
        first = iso_moment_of(row["meta"].get("first_published_at"))
        given = next((found for name in _DATES if (found := iso_moment_of(row.get(name)))), None)
        if given is None:
            return first
        # A field that holds a day alone: the minute is that of the first publication, where it was that day.
        return first if first and _has_no_time(row) and abs(first - given).days < 1 else given

    def _picture_of(self, row: dict[str, Any]) -> str:
        for name in _PICTURES:
            value = row.get(name)
            if found := self._markup.images.get(
                self._markup.number_of(value)
            ) or self._markup.address_of_picture(value):
                return urljoin(f"{self.base}/", found)
        return ""


class WagtailSite(FetchedSystem):
    name = KIND
    label = "另一个 Wagtail 网站（按公开接口取来）"
    archive = WagtailPages


def _has_no_time(row: dict[str, Any]) -> bool:
    said = next((text_of(row.get(name)) for name in _DATES if row.get(name)), "")
    return "T" not in said and ":" not in said


def _is_text(value: Any) -> bool:
    """Whether a value is a StreamField or rich text."""
    if isinstance(value, list):
        return bool(value) and all(
            isinstance(one, dict) and "type" in one and "value" in one for one in value
        )
    return isinstance(value, str) and value.lstrip().startswith("<")


def _alias_of(row: dict[str, Any]) -> int:
    original = row["meta"].get("alias_of")
    number = original.get("id") if isinstance(original, dict) else None
    return number if isinstance(number, int) else 0


def _named(row: dict[str, Any], fields: Iterable[str]) -> list[str]:
    """The names that stand in the first of `fields` that has any."""
    for name in fields:
        if found := list(dict.fromkeys(_names_in(row.get(name)))):
            return found[:MOST_NAMES]
    return []


def _names_in(value: Any, depth: int = 0) -> Iterator[str]:
    """The names in a value of whatever shape: a text, a list, an object of the API or a row that leads to one."""
    if depth > 4:
        return
    if isinstance(value, str):
        for part in value.replace("，", ",").replace("、", ",").split(","):
            if words := line_of(part):
                yield words[:80]
    elif isinstance(value, list):
        for one in value[:100]:
            yield from _names_in(one, depth + 1)
    elif isinstance(value, dict):
        own = next(
            (value[key] for key in ("name", "title", "full_name") if isinstance(value.get(key), str)), ""
        )
        if own:
            yield line_of(own)[:80]
            return
        people = [" ".join(filter(None, (value.get("first_name"), value.get("last_name"))))]
        inner = [
            part for key, part in value.items() if key not in ("id", "meta") and isinstance(part, dict | list)
        ]
        yield from filter(None, people)
        yield from _names_in(inner, depth + 1)


def _above(path: str) -> str:
    """The path of the page above another."""
    return f"{path.partition('?')[0].rstrip('/').rpartition('/')[0]}/"


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]
