"""Typecho (https://github.com/typecho/typecho): posts in Markdown or HTML with categories, tags and comments, from a dump."""

import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

from meiri.ingest.import_format import Confidence
from meiri.ingest.migration.dump_archive import MOST_COLUMNS, DumpArchive, columns_of, line_of, text_of
from meiri.ingest.migration.dumped_tables import WantedTable
from meiri.ingest.migration.generated_addresses import date_values
from meiri.ingest.migration.old_archive import (
    ArchiveSource,
    ArchiveSystem,
    Markup,
    NotTaken,
    OldArchive,
    OldColumn,
    OldComment,
    OldMember,
    OldPost,
    PostState,
    count_of,
    moment_of,
)
from meiri.ingest.migration.old_bodies import in_paragraphs
from meiri.ingest.migration.php_serialized import NotSerialized, unserialize
from meiri.ingest.times import BEIJING

_TABLES = {
    "contents": WantedTable(
        ("cid", "title", "slug", "created", "text", "authorid", "type", "status", "password", "views", "viewsnum"),
        (("cid",), ("type",)),
    ),
    "metas": WantedTable(("mid", "name", "slug", "type", "parent"), (("mid",),)),
    "relationships": WantedTable(("cid", "mid"), (("cid",),)),
    "comments": WantedTable(("coid", "cid", "created", "author", "text", "type", "status", "parent"), (("cid",),)),
    "users": WantedTable(("uid", "name", "mail", "screenname", "created", "group"), (("uid",),)),
    "options": WantedTable(("name", "user", "value"), (("name",),)),
}  # fmt: skip
# What a text in Markdown begins with.
_MARKDOWN = "<!--markdown-->"
# Of an address: `[slug]`, `[year:digital:4]`.
_MARK = re.compile(r"\[(\w{1,20})(?::[^\[\]]{0,40})?\]")
_ARCHIVES = "/archives/[cid:digital]/"


class Typecho(ArchiveSystem):
    name = "typecho"
    label = "Typecho 数据库（MySQL 备份）"

    def confidence(self, source: ArchiveSource) -> Confidence:
        found = source.prefix_of("contents", "metas", "relationships")
        return Confidence.CERTAIN if found is not None else Confidence.NONE

    def open(self, source: ArchiveSource) -> OldArchive:
        return TypechoTables(source, source.prefix_of("contents", "metas", "relationships") or "typecho_")


class TypechoTables(DumpArchive):
    def __init__(self, source: ArchiveSource, prefix: str):
        super().__init__(source, prefix, _TABLES)
        self.base = self._option("siteUrl").rstrip("/")
        self.site = self.base or prefix
        self._metas = {
            row["mid"]: row
            for row in self.rows(f"SELECT * FROM {{metas}} LIMIT {MOST_COLUMNS}")  # noqa: S608
        }
        self._people = {
            row["uid"]: line_of(row["screenname"] or row["name"])
            for row in self.rows("SELECT * FROM {users}")
        }

    def _option(self, name: str) -> str:
        row = self.row("SELECT value FROM {options} WHERE name = ? AND user = 0", name)
        return text_of(row[0]).strip() if row else ""

    @cached_property
    def _pattern(self) -> str:
        """The address of posts: a route of the serialized table of routes."""
        said = self._option("routingTable")
        try:
            table: Any = json.loads(said) if said.startswith("{") else unserialize(said.encode())
        except (NotSerialized, ValueError, RecursionError):
            return _ARCHIVES
        post = table.get("post") if isinstance(table, dict) else None
        return (text_of(post.get("url")) if isinstance(post, dict) else "") or _ARCHIVES

    def columns(self) -> list[OldColumn]:
        categories = {key: row for key, row in self._metas.items() if row["type"] == "category"}
        addresses = {key: f"/category/{text_of(row['slug'])}/" for key, row in categories.items()}
        return columns_of(categories, "name", "parent", "slug", addresses)

    def post_rows(self):
        # A draft of a post that is published is kept beside it and is no post of its own.
        for row in self.rows("SELECT * FROM {contents} WHERE type != 'attachment' ORDER BY cid"):
            yield str(row["cid"]), row

    def post_of(self, key: str, row) -> OldPost | NotTaken | None:
        title, kind = line_of(row["title"]), text_of(row["type"])
        if kind.startswith("page"):
            return NotTaken(key, title, "这是独立页面，不是稿件；需要时请在“页面”里重新建立。")
        if kind not in ("post", "post_draft"):
            return (
                None if kind == "revision" else NotTaken(key, title, f"类型是“{kind}”，不是文章，没有迁入。")
            )
        is_open = kind == "post" and text_of(row["status"]) in ("publish", "") and not row["password"]
        is_hidden = kind == "post" and not is_open and text_of(row["status"]) != "waiting"
        text = text_of(row["text"])
        is_markdown = text.startswith(_MARKDOWN)
        metas = [self._metas[mid] for mid in self._metas_of(row["cid"]) if mid in self._metas]
        columns = [meta for meta in metas if meta["type"] == "category"]
        names = [line_of(meta["name"]) for meta in (*columns[1:], *metas) if meta not in columns[:1]]
        author = self._people.get(row["authorid"], "")
        return OldPost(
            key=key,
            title=title,
            body=text.removeprefix(_MARKDOWN) if is_markdown else in_paragraphs(text),
            markup=Markup.MARKDOWN if is_markdown else Markup.HTML,
            state=PostState.PUBLISHED if is_open else PostState.DRAFT,
            published_at=moment_of(row["created"]),
            column=str(columns[0]["mid"]) if columns else "",
            authors=[author] if author else [],
            views=count_of(row["viewsnum"] or row["views"]),
            tags=list(dict.fromkeys(names)),
            addresses=list(self._addresses(row, columns)),
            comments=list(self._comments(row["cid"])),
            warnings=["在旧站不公开（私密、隐藏或有密码），存成了草稿。"] if is_hidden else [],
        )

    def _metas_of(self, number: int) -> list[int]:
        return [
            row[0]
            for row in self.rows(
                "SELECT mid FROM {relationships} WHERE cid = ? ORDER BY mid LIMIT 500", number
            )
        ]

    def _addresses(self, row, columns) -> Iterator[str]:
        category = text_of(columns[0]["slug"]) if columns else ""
        created = moment_of(row["created"])
        values = {
            "cid": row["cid"],
            "slug": quote(text_of(row["slug"])),
            "category": category,
            "directory": category,
        }
        if created:
            values |= date_values(created.astimezone(BEIJING))
        path = _MARK.sub(lambda mark: text_of(values.get(mark[1], mark[0])), self._pattern)
        if "[" not in path:
            root = urlsplit(self.base).path
            yield f"{root}{path}"
            yield f"{root}/index.php{path}"

    def _comments(self, number: int) -> Iterator[OldComment]:
        query = "SELECT * FROM {comments} WHERE cid = ? AND coalesce(type, 'comment') = 'comment' ORDER BY coid LIMIT 20000"
        for one in self.rows(query, number):
            if text := line_of(one["text"]):
                parent = text_of(one["parent"])
                is_approved = text_of(one["status"]) == "approved"
                yield OldComment(
                    str(one["coid"]),
                    line_of(one["author"]),
                    text,
                    moment_of(one["created"]),
                    is_approved,
                    "" if parent in ("", "0") else parent,
                )

    def members(self) -> Iterator[OldMember]:
        for row in self.rows(
            "SELECT * FROM {users} WHERE \"group\" IN ('visitor', 'subscriber') ORDER BY uid"
        ):
            yield OldMember(
                str(row["uid"]),
                line_of(row["screenname"] or row["name"]),
                text_of(row["mail"]),
                moment_of(row["created"]),
            )
