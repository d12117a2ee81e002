"""Folders from which Hexo, Hugo and Jekyll make their sites: a text in Markdown or HTML for each post, with front matter above it.

Whatever the programs run of their own (plugins, templates, short codes) is not run: the texts are read.
"""

import json
import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from meiri.ingest.credit_names import names
from meiri.ingest.import_format import Confidence
from meiri.ingest.markdown import MAX_CHARACTERS, front_matter, source_text
from meiri.ingest.migration.generated_addresses import AddressRules, Generator, PlacedText, slug_of
from meiri.ingest.migration.old_archive import (
    MOST_NAMES,
    ArchiveSource,
    ArchiveSystem,
    Markup,
    NotTaken,
    OldArchive,
    OldColumn,
    OldPost,
    PostState,
    iso_moment_of,
)
from meiri.ingest.migration.old_bodies import without_template_tags
from meiri.ingest.parsed import Unreadable
from meiri.ingest.times import BEIJING

LARGEST = 8 * MAX_CHARACTERS
_CONFIGURATIONS = ("_config.yml", "_config.yaml", "hugo.toml", "hugo.yaml", "hugo.json", "config.toml", "config.yaml", "config.yml", "config.json")  # fmt: skip
_CONFIGURATIONS_IN_FOLDER = tuple(f"config/_default/{name}" for name in _CONFIGURATIONS)
# Where each keeps its posts, below its folder.
_POSTS = {
    Generator.HEXO: ("source/_posts", "source/_drafts"),
    Generator.JEKYLL: ("_posts", "_drafts"),
    Generator.HUGO: ("content",),
}
_ENDINGS = (".md", ".markdown", ".mdown", ".html", ".htm")
_DATED = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})-(?=.)")
_HEADING = re.compile(r"\s{0,100}#[ \t]+([^\n]{1,300})")
_PICTURE_KEYS = ("cover", "thumbnail", "image", "featured_image", "banner", "images", "photos")


class SiteFolder(ArchiveSystem):
    name = "site-folder"
    label = "Hexo、Hugo、Jekyll 网站文件夹"

    def confidence(self, source: ArchiveSource) -> Confidence:
        found = _generator_of(source.path) if source.path.is_dir() else None
        if found is None:
            return Confidence.NONE
        is_said = any((source.path / folder).is_dir() for folder in _POSTS[found])
        return Confidence.LIKELY if is_said else Confidence.FALLBACK

    def open(self, source: ArchiveSource) -> OldArchive:
        generator = _generator_of(source.path)
        if generator is None:
            raise Unreadable("文件夹里没有 Hexo、Hugo 或 Jekyll 的文章。")
        return GeneratedSite(source.path, generator)


def _generator_of(folder: Path) -> Generator | None:
    if (folder / "source/_posts").is_dir():
        return Generator.HEXO
    if (folder / "_posts").is_dir():
        return Generator.JEKYLL
    has_configuration = any((folder / name).is_file() for name in _CONFIGURATIONS)
    if (folder / "content").is_dir() and (has_configuration or (folder / "config").is_dir()):
        return Generator.HUGO
    # The posts alone, called as Jekyll's are.
    with os.scandir(folder) as entries:
        several = (entry.name for _, entry in zip(range(200), entries, strict=False))
        is_jekyll = any(_DATED.match(name) and name.endswith(_ENDINGS) for name in several)
    return Generator.JEKYLL if is_jekyll else None


@dataclass
class _PostFile:
    """A file of a post: where it lies, what its front matter says, and what stands below."""

    path: PurePosixPath  # from the folder of the site
    inner: PurePosixPath  # from the folder of the posts
    told: dict[str, list[str]]
    body: str

    def first(self, *keys: str) -> str:
        return next((self.told[key][0].strip() for key in keys if self.told.get(key)), "")

    def all(self, *keys: str) -> list[str]:
        return [one.strip() for key in keys for one in self.told.get(key, []) if one.strip()]

    def is_said(self, key: str, value: str) -> bool:
        return self.first(key).lower() == value

    @property
    def is_bundle(self) -> bool:
        """Whether it lies in a folder of its own, with its pictures (Hugo's page bundle)."""
        return self.inner.stem == "index" and self.inner.parent != PurePosixPath(".")


class GeneratedSite(OldArchive):
    def __init__(self, folder: Path, generator: Generator):
        self._folder, self._generator = folder, generator
        told = _configuration(folder)
        address = _word(told, "url") or _word(told, "baseurl")
        parts = urlsplit(address if "//" in address else "")
        self.base = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
        self.site = address.rstrip("/") or _word(told, "title") or folder.resolve().name
        self._rules = _rules_of(generator, told, parts.path)
        self._unread: list[str] = []

    def columns(self) -> list[OldColumn]:
        return list(self._columns.values())

    @cached_property
    def _columns(self) -> dict[str, OldColumn]:
        found: dict[str, OldColumn] = {}
        for text in self._texts():
            if isinstance(text, _PostFile) and (place := self._place_of(text)):
                key = "/".join(place)
                address = f"/categories/{'/'.join(map(slug_of, place))}/"
                found.setdefault(key, OldColumn(key, place, slug_of(place[-1]), address))
        return found

    def posts(self) -> Iterator[OldPost | NotTaken]:
        for text in self._texts():
            if isinstance(text, NotTaken):
                yield text
                continue
            try:
                yield self._post(text)
            except Exception as error:  # one file, whatever is in it, never ends the reading
                yield NotTaken(str(text.path), "", f"读取时出错（{type(error).__name__}）。")

    def faults(self) -> list[str]:
        return self._unread

    def _texts(self) -> Iterator[_PostFile | NotTaken]:
        self._unread = []
        seen = 0
        for place in self._places():
            for path in _files_below(self._folder / place):
                seen += 1
                if seen > MOST_NAMES:
                    self._unread = [f"文件夹里的文件超过 {MOST_NAMES} 个，后面的没有读取。"]
                    return
                yield self._read(path, place)

    def _places(self) -> list[str]:
        found = [place for place in _POSTS[self._generator] if (self._folder / place).is_dir()]
        return found or ["."]

    def _read(self, path: Path, place: str) -> _PostFile | NotTaken:
        where = PurePosixPath(path.relative_to(self._folder))
        try:
            if path.stat().st_size > LARGEST:
                return NotTaken(str(where), "", f"文件超过 {LARGEST // 1_000_000} MB，没有迁入。")
            text = source_text(path.read_bytes())
        except OSError as error:
            return NotTaken(str(where), "", f"文件无法读取（{error.strerror or type(error).__name__}）。")
        told, body = front_matter(text)
        return _PostFile(where, PurePosixPath(path.relative_to(self._folder / place)), told, body)

    def _post(self, text: _PostFile) -> OldPost | NotTaken:
        title, body = self._title_and_body(text)
        key = str(text.path)
        if self._is_page(text):
            return NotTaken(key, title, "这是独立页面，不是稿件；需要时请在“页面”里重新建立。")
        warnings = []
        at = _time_of(text)
        state = PostState.DRAFT if _is_draft(text) else PostState.PUBLISHED
        if state == PostState.PUBLISHED and at and at > datetime.now(UTC):
            state = PostState.DRAFT
            warnings.append("日期在将来，存成了草稿。")
        body, gone = without_template_tags(body)
        if gone:
            warnings.append(f"去掉了正文里的短代码：{'、'.join(gone[:10])}。")
        place = self._place_of(text)
        return OldPost(
            key=key,
            title=title,
            body=body,
            markup=Markup.HTML if text.path.suffix in (".html", ".htm") else Markup.MARKDOWN,
            folder=self._folder_of(text),
            state=state,
            published_at=at,
            column="/".join(place),
            subtitle=text.first("subtitle"),
            summary=text.first("description", "summary", "excerpt")[:300],
            source=text.first("source"),
            authors=[name for one in text.all("author", "authors") for name in names(one)],
            tags=self._tags_of(text, place),
            picture=text.first(*_PICTURE_KEYS),
            addresses=self._addresses_of(text, title, at),
            warnings=warnings,
        )

    def _title_and_body(self, text: _PostFile) -> tuple[str, str]:
        """The title that is said, else the heading that the text begins with, which is then no part of it, else the file's name."""
        if title := text.first("title"):
            return " ".join(title.split()), text.body
        if heading := _HEADING.match(text.body):
            return heading[1].strip(" #"), text.body[heading.end() :]
        return self._name_of(text).replace("-", " "), text.body

    def _is_page(self, text: _PostFile) -> bool:
        is_section = text.inner.stem == "_index"
        is_outside = self._generator == Generator.HUGO and len(text.inner.parts) == 1
        return is_section or is_outside or text.is_said("layout", "page") or text.is_said("type", "page")

    def _name_of(self, text: _PostFile) -> str:
        name = text.inner.parent.name if text.is_bundle else text.inner.stem
        return name[found.end() :] if (found := _DATED.match(name)) else name

    def _folders_of(self, text: _PostFile) -> tuple[str, ...]:
        return text.inner.parent.parts[:-1] if text.is_bundle else text.inner.parent.parts

    def _folder_of(self, text: _PostFile) -> str:
        """Where the pictures lie that the text names without a folder: beside it, or in the folder of its name (Hexo)."""
        beside = text.path.with_suffix("")
        if self._generator == Generator.HEXO and (self._folder / beside).is_dir():
            return f"/{beside}/"
        if self._generator == Generator.HUGO:
            return f"/{text.inner.parent}/"
        return f"/{text.path.parent}/" if text.path.parent != PurePosixPath(".") else "/"

    def _place_of(self, text: _PostFile) -> tuple[str, ...]:
        """The column of a text. Hexo's categories are one below the other; of others' the first is the column."""
        found = _words(text, "categories", "category", separated=self._generator == Generator.JEKYLL)
        if self._generator == Generator.HEXO:
            return tuple(found[:5])
        if found:
            return (found[0],)
        folders = self._folders_of(text)
        return (folders[0],) if self._generator == Generator.HUGO and folders else ()

    def _tags_of(self, text: _PostFile, place: tuple[str, ...]) -> list[str]:
        found = _words(text, "tags", "tag", separated=True)
        columns = _words(text, "categories", "category", separated=self._generator == Generator.JEKYLL)
        others = [] if self._generator == Generator.HEXO else columns[1:]
        return [one for one in dict.fromkeys([*found, *others]) if one and one not in place]

    def _columns_in_address(self, text: _PostFile) -> tuple[str, ...]:
        if self._generator == Generator.JEKYLL:
            return tuple(_words(text, "categories", "category", separated=True))
        return self._place_of(text)

    def _addresses_of(self, text: _PostFile, title: str, at: datetime | None) -> list[str]:
        own = text.first("url", "permalink")
        if own and not own.startswith(":") and "/:" not in own:
            found = [urlsplit(own).path]
        else:
            placed = PlacedText(
                self._name_of(text),
                title,
                self._folders_of(text),
                self._columns_in_address(text),
                at.astimezone(BEIJING) if at else None,
                text.first("slug", "basename"),
            )
            found = [self._rules.address_of(placed)]
        led = [urlsplit(one).path for one in text.all("aliases", "alias", "redirect_from")]
        return [one if one.startswith("/") else f"/{one}" for one in [*found, *led] if one]


def _words(text: _PostFile, several: str, one: str, *, separated: bool) -> list[str]:
    """The words of a list and of the key for a single one. `separated`: a list of one is words with commas or spaces between."""
    found = text.all(several)
    if separated and len(found) == 1:
        found = re.split("[,，、]" if re.search("[,，、]", found[0]) else r"\s", found[0])
    return list(dict.fromkeys(word.strip() for word in [*found, *text.all(one)] if word.strip()))


def _is_draft(text: _PostFile) -> bool:
    is_apart = "_drafts" in text.path.parts
    return is_apart or text.is_said("draft", "true") or text.is_said("published", "false")


def _time_of(text: _PostFile) -> datetime | None:
    """What it says of its date; else that of the file's name."""
    for key in ("date", "publishdate", "published", "created"):
        if found := iso_moment_of(text.first(key)):
            return found
    name = text.inner.parent.name if text.is_bundle else text.inner.name
    dated = _DATED.match(name)
    return iso_moment_of(dated[1]) if dated else None


def _files_below(folder: Path) -> Iterator[Path]:
    """The texts in a folder and in those below, in the order of their names. No link is followed."""
    for parent, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(one for one in folders if not one.startswith(".") and one != "node_modules")
        for name in sorted(files):
            path = Path(parent, name)
            if name.lower().endswith(_ENDINGS) and path.is_file() and not path.is_symlink():
                yield path


def _configuration(folder: Path) -> dict[str, Any]:
    """What the configuration of a site says at its top, by its keys in lower case: words, lists of words, tables of TOML and JSON."""
    for name in (*_CONFIGURATIONS, *_CONFIGURATIONS_IN_FOLDER):
        path = folder / name
        if not path.is_file() or path.stat().st_size > 1_000_000:
            continue
        text = source_text(path.read_bytes())
        try:
            if path.suffix == ".toml":
                told: Any = tomllib.loads(text)
            elif path.suffix == ".json":
                told = json.loads(text)
            else:
                told = front_matter(f"---\n{text}\n---\n")[0]
        except (ValueError, RecursionError):
            return {}
        return {str(key).lower(): value for key, value in told.items()} if isinstance(told, dict) else {}
    return {}


def _word(told: dict[str, Any], key: str) -> str:
    value = told.get(key)
    first = value[0] if isinstance(value, list) and value else value
    return first.strip() if isinstance(first, str) else ""


def _rules_of(generator: Generator, told: dict[str, Any], path: str) -> AddressRules:
    patterns = told.get("permalinks")
    patterns = patterns.get("page", patterns) if isinstance(patterns, dict) else {}
    root = _word(told, "baseurl") if generator == Generator.JEKYLL else _word(told, "root")
    return AddressRules(
        generator,
        _word(told, "permalink"),
        {key: value for key, value in patterns.items() if isinstance(value, str)},
        root or path or "/",
    )
