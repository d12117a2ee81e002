"""PHPCMS v9: a table for each model with one of bodies beside it, columns, clicks, comments, members."""

import re
from collections.abc import Iterator

from meiri.ingest.import_format import Confidence
from meiri.ingest.migration.dump_archive import (
    MOST_COLUMNS,
    DumpArchive,
    columns_of,
    line_of,
    text_of,
    words_of,
)
from meiri.ingest.migration.dumped_tables import WantedTable
from meiri.ingest.migration.old_archive import (
    ArchiveSource,
    ArchiveSystem,
    NotTaken,
    OldArchive,
    OldColumn,
    OldComment,
    OldLink,
    OldMember,
    OldPost,
    PostState,
    count_of,
    moment_of,
    path_of,
)
from meiri.ingest.migration.old_bodies import joined_pages

_POST = WantedTable(
    (
        *("id", "catid", "title", "thumb", "keywords", "description", "url", "status", "islink", "username"),
        *("inputtime", "updatetime"),
    ),
    (("id",),),
)
_BODY = WantedTable(("id", "content", "copyfrom"), (("id",),))
_COMMENT = WantedTable(("id", "commentid", "username", "creat_at", "status", "content"), (("commentid",),))
_TABLES = {
    "category": WantedTable(("catid", "parentid", "catname", "catdir", "parentdir", "url"), (("catid",),)),
    "model": WantedTable(("modelid", "tablename")),
    "hits": WantedTable(("hitsid", "views"), (("hitsid",),)),
    "member": WantedTable(("userid", "username", "nickname", "email", "regdate")),
    "link": WantedTable(("name", "url", "passed")),
    "site": WantedTable(("siteid", "domain")),
}
_PAGE = re.compile(r"\[page\](?:(?P<title>[^\[\]]{0,200})\[/page\])?", re.IGNORECASE)
# What a post is that editors let out.
_OPEN = "99"


class Phpcms(ArchiveSystem):
    name = "phpcms"
    label = "PHPCMS v9 数据库（MySQL 备份）"

    def confidence(self, source: ArchiveSource) -> Confidence:
        found = source.prefix_of("news_data", "news", "category")
        return Confidence.CERTAIN if found is not None else Confidence.NONE

    def open(self, source: ArchiveSource) -> OldArchive:
        return PhpcmsTables(source, source.prefix_of("news_data", "news", "category") or "v9_")


class PhpcmsTables(DumpArchive):
    def __init__(self, source: ArchiveSource, prefix: str):
        names = {name.removeprefix(prefix) for name in source.tables if name.startswith(prefix)}
        self._models = sorted(name for name in names if f"{name}_data" in names and name != "comment")
        self._comment_tables = sorted(name for name in names if re.fullmatch(r"comment_data_\d+", name))
        wanted = dict(_TABLES)
        for model in self._models:
            wanted |= {model: _POST, f"{model}_data": _BODY}
        wanted |= dict.fromkeys(self._comment_tables, _COMMENT)
        super().__init__(source, prefix, wanted)
        site = self.row("SELECT domain FROM {site} ORDER BY siteid")
        self.base = text_of(site[0]).rstrip("/") if site else ""
        self.site = self.base or prefix
        self._numbers = {
            text_of(row["tablename"]): row["modelid"] for row in self.rows("SELECT * FROM {model}")
        }
        self._columns = {
            row["catid"]: row
            for row in self.rows(f"SELECT * FROM {{category}} LIMIT {MOST_COLUMNS}")  # noqa: S608
        }

    def columns(self) -> list[OldColumn]:
        addresses = {key: path_of(text_of(row["url"])) for key, row in self._columns.items() if row["url"]}
        return columns_of(self._columns, "catname", "parentid", "catdir", addresses)

    def post_rows(self):
        for model in self._models:
            query = f"SELECT {{{model}}}.*, content, copyfrom, '{model}' AS model FROM {{{model}}} LEFT JOIN {{{model}_data}}"  # noqa: S608
            for row in self.rows(f"{query} USING (id) ORDER BY id"):
                yield f"{model}:{row['id']}", row

    def post_of(self, key: str, row) -> OldPost | NotTaken:
        title, body = line_of(row["title"]), text_of(row["content"])
        if text_of(row["islink"]) == "1" and not body.strip():
            return NotTaken(key, title, f"只是一条链接，没有正文：{text_of(row['url'])[:200]}")
        number, column = row["id"], row["catid"]
        clicks = self.row(
            "SELECT views FROM {hits} WHERE hitsid = ?", f"c-{self._numbers.get(row['model'], 1)}-{number}"
        )
        addresses = [f"/index.php?m=content&c=index&a=show&catid={column}&id={number}"]
        if row["url"]:
            addresses += self._pages(path_of(text_of(row["url"])), body)
        return OldPost(
            key=key,
            title=title,
            body=joined_pages(body, _PAGE),
            state=PostState.PUBLISHED if text_of(row["status"]) == _OPEN else PostState.DRAFT,
            published_at=moment_of(row["inputtime"]) or moment_of(row["updatetime"]),
            column=str(column),
            summary=line_of(row["description"]),
            source=line_of(text_of(row["copyfrom"]).partition("|")[0]),
            views=count_of(clicks[0]) if clicks else None,
            tags=words_of(row["keywords"]),
            picture=text_of(row["thumb"]),
            addresses=addresses,
            comments=list(self._comments(column, number)),
        )

    def _pages(self, path: str, body: str) -> list[str]:
        """The address of a post and of its further pages: `12-1.html` is the first, and `12-2.html` the second."""
        found = re.fullmatch(r"(.*-)1(\.\w+)", path)
        if not found:
            return [path]
        return [
            f"{found[1]}{page}{found[2]}" for page in range(1, min(len(_PAGE.findall(body)) + 1, 200) + 1)
        ]

    def _comments(self, column, number) -> Iterator[OldComment]:
        for table in self._comment_tables:
            query = f"SELECT * FROM {{{table}}} WHERE commentid LIKE ? ORDER BY id LIMIT 20000"  # noqa: S608
            for one in self.rows(query, f"content_{column}-{number}-%"):
                if text := line_of(one["content"]):
                    is_approved = text_of(one["status"]) == "1"
                    at = moment_of(one["creat_at"])
                    yield OldComment(f"{table}:{one['id']}", line_of(one["username"]), text, at, is_approved)

    def members(self) -> Iterator[OldMember]:
        for row in self.rows("SELECT * FROM {member} ORDER BY userid"):
            name = text_of(row["nickname"]) or text_of(row["username"])
            yield OldMember(str(row["userid"]), name, text_of(row["email"]), moment_of(row["regdate"]))

    def friend_links(self) -> list[OldLink]:
        rows = self.rows("SELECT name, url FROM {link} WHERE coalesce(passed, 1) <> 0 LIMIT 1000")
        return [OldLink(line_of(row[0]), text_of(row[1])) for row in rows]
