"""Ghost exports: one JSON file of the site (https://ghost.org/docs/migration/custom/), bodies as HTML, Lexical or Mobiledoc."""

import json
from collections.abc import Iterator
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from meiri.ingest.import_format import Confidence
from meiri.ingest.migration.dump_archive import line_of, text_of
from meiri.ingest.migration.old_archive import (
    ArchiveSource,
    ArchiveSystem,
    NotTaken,
    OldArchive,
    OldColumn,
    OldMember,
    OldPost,
    PostState,
    iso_moment_of,
    moment_of,
)
from meiri.ingest.migration.old_bodies import figure_of
from meiri.ingest.parsed import Unreadable

LARGEST = 1024 * 1024 * 1024
DEEPEST = 40
# Where an export says the site's own address.
_OWN = "__GHOST_URL__"


class Ghost(ArchiveSystem):
    name = "ghost"
    label = "Ghost 导出文件（JSON）"

    def confidence(self, source: ArchiveSource) -> Confidence:
        head = source.head.lstrip()
        is_export = head.startswith("{") and '"posts"' in head and ('"db"' in head or '"data"' in head)
        said = '"exported_on"' in head or '"mobiledoc"' in head or '"lexical"' in head
        return Confidence.LIKELY if is_export and said else Confidence.NONE

    def open(self, source: ArchiveSource) -> OldArchive:
        return GhostExport(source.path)


class GhostExport(OldArchive):
    def __init__(self, path: Path):
        if path.stat().st_size > LARGEST:
            raise Unreadable("导出文件超过 1 GB，没有读取。请在 Ghost 里分几次导出。")
        try:
            data = json.loads(path.read_bytes())
        except (ValueError, RecursionError) as error:
            raise Unreadable("这不是完整的 JSON 文件，没有读取。请重新导出。") from error
        whole = data["db"][0] if isinstance(data, dict) and _is_list(data.get("db")) else data
        inner = whole.get("data") if isinstance(whole, dict) else None
        self._data: dict[str, Any] = inner if isinstance(inner, dict) else {}
        settings = {one.get("key"): one.get("value") for one in self._rows("settings")}
        self.base = text_of(settings.get("url")).rstrip("/")
        self.site = self.base or text_of(settings.get("title"))
        self._tags = {one.get("id"): one for one in self._rows("tags")}
        self._people = {one.get("id"): text_of(one.get("name")) for one in self._rows("users")}
        self._tags_of = self._related("posts_tags", "tag_id")
        self._authors_of = self._related("posts_authors", "author_id")

    def _rows(self, name: str) -> list[dict]:
        rows = self._data.get(name)
        return [one for one in rows if isinstance(one, dict)] if isinstance(rows, list) else []

    def _related(self, name: str, other: str) -> dict[Any, list]:
        found: dict[Any, list] = {}
        for row in sorted(self._rows(name), key=lambda row: row.get("sort_order") or 0):
            found.setdefault(row.get("post_id"), []).append(row.get(other))
        return found

    def columns(self) -> list[OldColumn]:
        return [
            OldColumn(
                text_of(key),
                (line_of(tag.get("name")),),
                text_of(tag.get("slug")),
                f"/tag/{tag.get('slug')}/",
            )
            for key, tag in self._tags.items()
        ]

    def posts(self) -> Iterator[OldPost | NotTaken]:
        for row in self._rows("posts"):
            key = text_of(row.get("id")) or text_of(row.get("slug"))
            try:
                yield self._post(key, row)
            except Exception as error:  # one post, whatever is in it, never ends the reading
                yield NotTaken(key, line_of(row.get("title")), f"读取时出错（{type(error).__name__}）。")

    def _post(self, key: str, row: dict) -> OldPost | NotTaken:
        title = line_of(row.get("title"))
        if row.get("type") == "page" or row.get("page"):
            return NotTaken(key, title, "这是独立页面，不是稿件；需要时请在“页面”里重新建立。")
        number = row.get("id")
        tags = [self._tags[tag] for tag in self._tags_of.get(number, []) if tag in self._tags]
        authors = [self._people.get(one, "") for one in self._authors_of.get(number, [row.get("author_id")])]
        is_open = row.get("status") == "published" and row.get("visibility", "public") == "public"
        hidden = row.get("status") == "published" and not is_open
        return OldPost(
            key=key,
            title=title,
            body=self._own(_body(row)),
            state=PostState.PUBLISHED if is_open else PostState.DRAFT,
            published_at=_time(row.get("published_at")),
            column=text_of(tags[0].get("id")) if tags else "",
            summary=line_of(row.get("custom_excerpt")),
            authors=[name for name in authors if name],
            tags=[
                line_of(tag.get("name")) for tag in tags[1:] if not text_of(tag.get("name")).startswith("#")
            ],
            picture=self._own(text_of(row.get("feature_image"))),
            addresses=[f"/{row['slug']}/"] if row.get("slug") else [],
            warnings=["在旧站只给会员看，存成了草稿。"] if hidden else [],
        )

    def _own(self, text: str) -> str:
        return text.replace(_OWN, self.base)

    def members(self) -> Iterator[OldMember]:
        for row in self._rows("members"):
            yield OldMember(text_of(row.get("id")), text_of(row.get("name")), text_of(row.get("email")))


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _time(value: Any) -> datetime | None:
    """ISO 8601, or milliseconds of the epoch as of old."""
    if isinstance(value, int) and not isinstance(value, bool):
        return moment_of(value // 1000)
    return iso_moment_of(value)


def _body(row: dict) -> str:
    if row.get("html"):
        return text_of(row["html"])
    for name, read in (("lexical", _lexical), ("mobiledoc", _mobiledoc)):
        if row.get(name):
            document = json.loads(row[name]) if isinstance(row[name], str) else row[name]
            return read(document)
    return ""


_TEXT_TAGS = {
    "heading": None,
    "paragraph": "p",
    "extended-heading": None,
    "quote": "blockquote",
    "aside": "blockquote",
}
_LISTS = {"bullet": "ul", "number": "ol"}


def _lexical(document: dict) -> str:
    """A Lexical document (https://lexical.dev) as HTML."""
    return _children(document.get("root", {}), 0)


def _children(node: dict, depth: int) -> str:
    if depth > DEEPEST:
        return ""
    return "".join(_node(child, depth + 1) for child in node.get("children") or [] if isinstance(child, dict))


def _node(node: dict, depth: int) -> str:
    kind = text_of(node.get("type"))
    if kind in ("text", "extended-text"):
        text, marks = escape(text_of(node.get("text"))), node.get("format") or 0
        text = f"<strong>{text}</strong>" if marks & 1 else text
        return f"<em>{text}</em>" if marks & 2 else text
    if kind == "linebreak":
        return "<br>"
    if kind == "link":
        return f'<a href="{escape(text_of(node.get("url")))}">{_children(node, depth)}</a>'
    if kind == "image":
        return figure_of(text_of(node.get("src")), line_of(node.get("caption")) or line_of(node.get("alt")))
    if kind == "gallery":
        return "".join(
            figure_of(text_of(one.get("src"))) for one in node.get("images") or [] if isinstance(one, dict)
        )
    if kind in ("html", "markdown"):
        return text_of(node.get("html") or node.get("markdown"))
    if kind == "list":
        tag = _LISTS.get(text_of(node.get("listType")), "ul")
        return f"<{tag}>{_children(node, depth)}</{tag}>"
    if kind == "listitem":
        return f"<li>{_children(node, depth)}</li>"
    if kind in _TEXT_TAGS:
        tag = _TEXT_TAGS[kind] or text_of(node.get("tag")) or "h2"
        return f"<{tag}>{_children(node, depth)}</{tag}>"
    if kind == "bookmark":
        return f'<p><a href="{escape(text_of(node.get("url")))}">{escape(text_of(node.get("url")))}</a></p>'
    return _children(node, depth)


def _mobiledoc(document: dict) -> str:
    """A Mobiledoc of version 0.3 (https://github.com/bustle/mobiledoc-kit) as HTML."""
    made = []
    for section in document.get("sections") or []:
        kind = section[0]
        if kind == 1:
            made.append(f"<{section[1]}>{_markers(section[2], document)}</{section[1]}>")
        elif kind == 2:
            made.append(figure_of(text_of(section[1])))
        elif kind == 3:
            items = "".join(f"<li>{_markers(item, document)}</li>" for item in section[2])
            made.append(f"<{section[1]}>{items}</{section[1]}>")
        elif kind == 10:
            name, payload = document["cards"][section[1]]
            if name == "image":
                made.append(figure_of(text_of(payload.get("src")), line_of(payload.get("caption"))))
            else:
                made.append(text_of(payload.get("html") or payload.get("markdown")))
    return "".join(made)


def _markers(markers: list, document: dict) -> str:
    made: list[str] = []
    opened: list[str] = []
    for kind, opens, closes, value in markers:
        for number in opens:
            tag, *rest = document["markups"][number]
            attributes = rest[0] if rest else []
            href = attributes[attributes.index("href") + 1] if "href" in attributes else ""
            made.append(f'<a href="{escape(href)}">' if tag == "a" else f"<{tag}>")
            opened.append(tag)
        if kind == 0:
            made.append(escape(text_of(value)))
        made += [f"</{opened.pop()}>" for _ in range(min(closes, len(opened)))]
    return "".join(made)
