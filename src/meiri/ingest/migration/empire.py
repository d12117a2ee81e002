"""帝国CMS (EmpireCMS 6 to 8): its tables of posts with their side tables, columns, comments, members and friend links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from meiri.ingest.import_format import Confidence
from meiri.ingest.migration.dump_archive import line_of, text_of
from meiri.ingest.migration.dumped_tables import DumpedTables, WantedTable
from meiri.ingest.migration.files_beside import find_beside
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
from meiri.ingest.migration.old_bodies import joined_pages, without_tags
from meiri.ingest.text_encoding import decode

_COLUMN = WantedTable(
    ("classid", "bclassid", "classname", "classpath", "filetype", "tbname", "wburl"), (("classid",),)
)
_POST = WantedTable(
    (
        *(
            "id",
            "classid",
            "onclick",
            "newspath",
            "keyboard",
            "username",
            "ismember",
            "checked",
            "titleurl",
            "filename",
        ),
        *(
            "stb",
            "isurl",
            "newstime",
            "title",
            "titlepic",
            "ftitle",
            "smalltext",
            "newstext",
            "writer",
            "befrom",
        ),
    ),
    (("id",),),
)
_BODY = WantedTable(("id", "newstext", "writer", "befrom", "infotags"), (("id",),))
_COMMENT = WantedTable(
    ("plid", "id", "classid", "pubid", "username", "saytime", "checked", "saytext"), (("id",),)
)
_OTHERS = {
    "enewsclass": _COLUMN,
    "enewstable": WantedTable(("tid", "tbname")),
    "enewsmember": WantedTable(("userid", "username", "email", "registertime"), (("userid",),)),
    "enewslink": WantedTable(("lname", "lurl", "checked")),
    "enewszt": WantedTable(("ztid", "ztname"), (("ztid",),)),
    "enewsztinfo": WantedTable(("ztid", "classid", "id"), (("id",),)),
    "enewspublic": WantedTable(("newsurl", "sitename")),
}
_PAGE = re.compile(r"\[!--empirenews\.page--\](?:(?P<title>[^\[\]]{0,200})\[/!--empirenews\.page--\])?")
# Where a body is kept in a file, its column holds the file's path below d/txt, and the file begins so that nobody runs it.
_TEXT_FILE = re.compile(r"[\w./-]{8,200}")
_EXIT = re.compile(r"\A\s*<\?(?:php)?\s*exit\(\);?\s*\?>")
MOST_TEXT = 8 * 1024 * 1024
_HREF = re.compile(r"""href\s*=\s*["']?(https?://[^"'\s>]+)""", re.IGNORECASE)
_SITE_ZONE = ZoneInfo("Asia/Shanghai")
MOST_PAGES = 200


class Empire(ArchiveSystem):
    name = "empire"
    label = "帝国CMS 数据库（MySQL 备份或帝国备份王）"

    def confidence(self, source: ArchiveSource) -> Confidence:
        return Confidence.CERTAIN if source.prefix_of("enewsclass") is not None else Confidence.NONE

    def open(self, source: ArchiveSource) -> OldArchive:
        return EmpireTables(source, source.prefix_of("enewsclass") or "phome_")


@dataclass(frozen=True)
class PostTable:
    """A table of posts: the name of its model, and the tables of the bodies by their numbers."""

    model: str
    name: str
    bodies: dict[str, str]
    is_pending: bool = False


class EmpireTables(OldArchive):
    def __init__(self, source: ArchiveSource, prefix: str):
        self._folder, self._prefix = source.folder, prefix
        self._post_tables = list(_post_tables(source.tables, prefix))
        self._comment_tables = sorted(
            name for name in source.tables if re.fullmatch(rf"{prefix}enewspl(?:_\d+)?", name)
        )
        wanted = {f"{prefix}{name}": table for name, table in _OTHERS.items()}
        for table in self._post_tables:
            wanted[table.name] = _POST
            wanted |= dict.fromkeys(table.bodies.values(), _BODY)
        wanted |= dict.fromkeys(self._comment_tables, _COMMENT)
        self._tables = DumpedTables(wanted)
        self._tables.read(source.dump_files)
        address = self._tables.row(f'SELECT newsurl FROM "{prefix}enewspublic"')  # noqa: S608
        self.base = str(address[0]).rstrip("/") if address and str(address[0]).startswith("http") else ""
        self.site = self.base or prefix
        self._columns = {row["classid"]: row for row in self._rows("SELECT * FROM {enewsclass} LIMIT 20000")}
        self._topics = {
            row["ztid"]: text_of(row["ztname"]) for row in self._rows("SELECT * FROM {enewszt} LIMIT 20000")
        }

    def _rows(self, query: str, *values: Any):
        return self._tables.rows(query.replace("{", f'"{self._prefix}').replace("}", '"'), *values)

    def columns(self) -> list[OldColumn]:
        found = []
        for row in self._columns.values():
            names: list[str] = []
            at = row["classid"]
            while at in self._columns and len(names) < 20:
                names.append(text_of(self._columns[at]["classname"]))
                at = self._columns[at]["bclassid"]
            path = text_of(row["classpath"]).strip("/")
            address = f"/{path}/" if path else ""
            found.append(
                OldColumn(str(row["classid"]), tuple(reversed(names)), path.rpartition("/")[2], address)
            )
        return found

    def posts(self) -> Iterator[OldPost | NotTaken]:
        for table in self._post_tables:
            for row in self._tables.rows(f'SELECT * FROM "{table.name}" ORDER BY id'):  # noqa: S608
                try:
                    yield self._post(row, table)
                except Exception as error:  # one row, whatever is in it, never ends the reading
                    yield NotTaken(
                        f"{table.model}:{row['id']}",
                        text_of(row["title"]),
                        f"读取时出错（{type(error).__name__}）。",
                    )

    def _post(self, row, table: PostTable) -> OldPost | NotTaken:
        key, title = f"{table.model}:{row['id']}", line_of(row["title"])
        beside = self._body_row(row, table)
        body = text_of(beside["newstext"]) if beside else text_of(row["newstext"])
        warnings: list[str] = []
        if _TEXT_FILE.fullmatch(body):
            body = self._body_in_file(body, warnings)
        if str(row["isurl"] or 0) == "1" and not body.strip():
            return NotTaken(key, title, f"只是一条链接，没有正文：{text_of(row['titleurl'])[:200]}")
        writer = text_of(beside["writer"] if beside else row["writer"])
        source = text_of(beside["befrom"] if beside else row["befrom"])
        link = _HREF.search(source)
        is_draft = table.is_pending or str(row["checked"]) == "0"
        words = text_of(beside["infotags"]) if beside else ""
        return OldPost(
            key=key,
            title=title,
            body=joined_pages(body, _PAGE),
            state=PostState.DRAFT if is_draft else PostState.PUBLISHED,
            published_at=_time(row["newstime"]),
            column=str(row["classid"]),
            subtitle=without_tags(text_of(row["ftitle"])).strip(),
            summary=line_of(row["smalltext"]),
            source=without_tags(source).strip(),
            source_url=link[1] if link else "",
            authors=[name for name in re.split(r"[\s,，、]+", without_tags(writer).strip()) if name],
            views=count_of(row["onclick"]),
            tags=_words(words or text_of(row["keyboard"])),
            topics=self._topics_of(row),
            picture=text_of(row["titlepic"]),
            addresses=self._addresses(row, body),
            comments=list(self._comments(row)),
            warnings=warnings,
        )

    def _body_row(self, row, table: PostTable):
        """The row of the side table that holds the body."""
        first = table.bodies.get(str(row["stb"]))
        for name in dict.fromkeys([*([first] if first else []), *table.bodies.values()]):
            if found := self._tables.row(f'SELECT * FROM "{name}" WHERE id = ?', row["id"]):  # noqa: S608
                return found
        return None

    def _body_in_file(self, path: str, warnings: list[str]) -> str:
        file = find_beside(self._folder, f"/d/txt/{path}.php")
        if file is None:
            warnings.append(
                f"正文存在文件 d/txt/{path}.php 里，没有找到这个文件；请把旧站的 d 文件夹放在备份旁边。"
            )
            return ""
        with file.open("rb") as opened:
            return _EXIT.sub("", decode(opened.read(MOST_TEXT))[0])

    def _topics_of(self, row) -> list[str]:
        rows = self._rows(
            "SELECT ztid FROM {enewsztinfo} WHERE id = ? AND classid = ? LIMIT 20", row["id"], row["classid"]
        )
        return [self._topics[one[0]] for one in rows if one[0] in self._topics]

    def _addresses(self, row, body: str) -> list[str]:
        """Its page and those of its further pages, and the address that the database answers at."""
        found = [f"/e/action/ShowInfo.php?classid={row['classid']}&id={row['id']}"]
        column = self._columns.get(row["classid"])
        titled = text_of(row["titleurl"])
        if titled and str(row["isurl"] or 0) != "1":
            found.append(path_of(titled))
        elif column is not None and row["filename"] is not None:
            parts = [text_of(column["classpath"]), text_of(row["newspath"]), text_of(row["filename"])]
            path = "/" + "/".join(part.strip("/") for part in parts if part.strip("/"))
            ending = text_of(column["filetype"]) or ".html"
            found.append(path + ending)
            pages = min(len(_PAGE.findall(body)) + 1, MOST_PAGES)
            found += [f"{path}_{number}{ending}" for number in range(2, pages + 1)]
        return found

    def _comments(self, row) -> Iterator[OldComment]:
        for table in self._comment_tables:
            query = f'SELECT * FROM "{table}" WHERE id = ? AND classid = ? ORDER BY plid LIMIT 20000'  # noqa: S608
            for one in self._tables.rows(query, row["id"], row["classid"]):
                text = without_tags(re.sub(r"<br\s*/?>", "\n", text_of(one["saytext"]))).strip()
                if text:
                    # 0 is what readers saw.
                    is_approved = str(one["checked"] or 0) == "0"
                    yield OldComment(
                        f"{table}:{one['plid']}",
                        text_of(one["username"]),
                        text,
                        _time(one["saytime"]),
                        is_approved,
                    )

    def members(self) -> Iterator[OldMember]:
        for row in self._rows("SELECT * FROM {enewsmember} ORDER BY userid"):
            yield OldMember(
                str(row["userid"]),
                text_of(row["username"]),
                text_of(row["email"]),
                _time(row["registertime"]),
            )

    def friend_links(self) -> list[OldLink]:
        rows = self._rows("SELECT lname, lurl FROM {enewslink} WHERE coalesce(checked, 1) <> 0 LIMIT 1000")
        return [OldLink(text_of(row[0]), text_of(row[1])) for row in rows]

    def navigation(self) -> list[OldLink]:
        tops = (row for row in self._columns.values() if not row["bclassid"])
        return [
            OldLink(text_of(row["classname"]), f"/{text_of(row['classpath']).strip('/')}/") for row in tops
        ]

    def faults(self) -> list[str]:
        return self._tables.faults

    def close(self) -> None:
        self._tables.close()


def _post_tables(tables: frozenset[str], prefix: str) -> Iterator[PostTable]:
    """The tables of posts of each model: the published, the pending (`_check`) and the archived (`_doc`) ones."""
    for name in sorted(tables):
        found = re.fullmatch(rf"{re.escape(prefix)}ecms_([a-z0-9]+)(_check|_doc)?", name)
        if not found:
            continue
        if found[2]:
            bodies = {"1": f"{name}_data"} if f"{name}_data" in tables else {}
        else:
            numbered = re.compile(rf"{re.escape(name)}_data_(\d+)")
            bodies = {match[1]: match[0] for other in sorted(tables) if (match := numbered.fullmatch(other))}
        yield PostTable(found[1], name, bodies, is_pending=found[2] == "_check")


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(word for word in re.split(r"[,，、;；\s]+", text) if word))[:30]


def _time(value: Any) -> datetime | None:
    """Seconds of the epoch; of old versions the site's own time."""
    if isinstance(value, str):
        try:
            return (
                datetime.strptime(value[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=_SITE_ZONE).astimezone(UTC)
            )
        except ValueError:
            return None
    return moment_of(value)
