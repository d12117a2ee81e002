"""织梦 DedeCMS (5.x): `archives` with a table of bodies for each model, columns, comments, members, friend links."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from meiri.ingest.import_format import Confidence
from meiri.ingest.migration.dump_archive import (
    MOST_COLUMNS,
    DumpArchive,
    columns_of,
    line_of,
    names_of,
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
)
from meiri.ingest.migration.old_bodies import attributes_of, figure_of, joined_pages

_ARCHIVES = WantedTable(
    (
        *(
            "id",
            "typeid",
            "typeid2",
            "title",
            "shorttitle",
            "writer",
            "source",
            "litpic",
            "pubdate",
            "senddate",
            "keywords",
        ),
        *("description", "click", "arcrank", "filename", "dutyadmin"),
    ),
    (("id",),),
)
_ADDED = WantedTable(("aid", "body", "redirecturl", "imgurls"), (("aid",),))
_TABLES = {
    "archives": _ARCHIVES,
    "arctype": WantedTable(("id", "reid", "typename", "typedir", "namerule"), (("id",),)),
    "feedback": WantedTable(("id", "aid", "username", "dtime", "ischeck", "msg"), (("aid",),)),
    "taglist": WantedTable(("aid", "tag"), (("aid",),)),
    "member": WantedTable(("mid", "userid", "uname", "email", "jointime")),
    "flink": WantedTable(("url", "webname", "ischeck")),
    "sysconfig": WantedTable(("varname", "value"), (("varname",),)),
}
_PAGE = re.compile(r"#p#(?P<title>.{0,200}?)#e#")
_PICTURE = re.compile(r"\{dede:img([^{}]*+)\}([^{}]*+)\{/dede:img\}")
_MARK = re.compile(r"\{(\w+)\}")
_SITE_ZONE = ZoneInfo("Asia/Shanghai")
DEFAULT_RULE = "{typedir}/{Y}/{M}{D}/{aid}.html"
MOST_PAGES = 200


class Dede(ArchiveSystem):
    name = "dede"
    label = "织梦 DedeCMS 数据库（MySQL 备份）"

    def confidence(self, source: ArchiveSource) -> Confidence:
        found = source.prefix_of("arctype", "archives")
        return Confidence.CERTAIN if found is not None else Confidence.NONE

    def open(self, source: ArchiveSource) -> OldArchive:
        return DedeTables(source, source.prefix_of("arctype", "archives") or "dede_")


class DedeTables(DumpArchive):
    def __init__(self, source: ArchiveSource, prefix: str):
        added = sorted(
            name.removeprefix(prefix)
            for name in source.tables
            if re.fullmatch(rf"{re.escape(prefix)}addon\w+", name)
        )
        super().__init__(source, prefix, {**_TABLES, **dict.fromkeys(added, _ADDED)})
        self._added = added
        self.base = self._setting("cfg_basehost").rstrip("/")
        self._path = self._setting("cfg_cmspath").rstrip("/")
        self.site = self.base or prefix
        self._columns = {
            row["id"]: row
            for row in self.rows(f"SELECT * FROM {{arctype}} LIMIT {MOST_COLUMNS}")  # noqa: S608
        }

    def _setting(self, name: str) -> str:
        row = self.row("SELECT value FROM {sysconfig} WHERE varname = ?", name)
        return text_of(row[0]) if row else ""

    def columns(self) -> list[OldColumn]:
        addresses = {key: f"{self._folder(row)}/" for key, row in self._columns.items()}
        return columns_of(self._columns, "typename", "reid", "typedir", addresses)

    def _folder(self, column) -> str:
        return text_of(column["typedir"]).replace("{cmspath}", self._path).rstrip("/")

    def post_rows(self):
        for row in self.rows("SELECT * FROM {archives} ORDER BY id"):
            yield str(row["id"]), row

    def post_of(self, key: str, row) -> OldPost | NotTaken:
        title, rank = line_of(row["title"]), count_below(row["arcrank"])
        if rank == -2:
            return NotTaken(key, title, "在旧站的回收站里，没有迁入。")
        body, leads_to = self._body(row["id"])
        if leads_to and not body.strip():
            return NotTaken(key, title, f"只是一条链接，没有正文：{leads_to[:200]}")
        tags = [
            text_of(one[0])
            for one in self.rows("SELECT tag FROM {taglist} WHERE aid = ? LIMIT 30", row["id"])
        ]
        return OldPost(
            key=key,
            title=title,
            body=joined_pages(body, _PAGE),
            state=PostState.DRAFT if rank < 0 else PostState.PUBLISHED,
            published_at=moment_of(row["pubdate"]) or moment_of(row["senddate"]),
            column=str(row["typeid"]),
            summary=line_of(row["description"]),
            source=line_of(row["source"]),
            authors=names_of(row["writer"]),
            views=count_of(row["click"]),
            tags=tags or words_of(row["keywords"]),
            picture=text_of(row["litpic"]),
            addresses=list(self._addresses(row, body)),
            comments=list(self._comments(row["id"])),
        )

    def _body(self, number) -> tuple[str, str]:
        """The text of a post, the pictures of a gallery, and where a post leads that is a link alone."""
        for table in self._added:
            found = self.row(f"SELECT * FROM {{{table}}} WHERE aid = ?", number)  # noqa: S608
            if found is not None:
                pictures = "".join(
                    figure_of(one[2].strip(), attributes_of(one[1]).get("text", ""))
                    for one in _PICTURE.finditer(text_of(found["imgurls"]))
                    if one[2].strip()
                )
                return f"{text_of(found['body'])}{pictures}", text_of(found["redirecturl"])
        return "", ""

    def _addresses(self, row, body: str) -> Iterator[str]:
        number = row["id"]
        yield f"/plus/view.php?aid={number}"
        column = self._columns.get(row["typeid"])
        if column is None:
            return
        moment = moment_of(row["senddate"]) or datetime.fromtimestamp(0, UTC)
        folder = self._folder(column)
        rule = text_of(column["namerule"]) or DEFAULT_RULE
        path = filled_rule(rule, folder, number, moment)
        if name := text_of(row["filename"]):
            path = f"{path.rpartition('/')[0]}/{name}"
            path = path if path.endswith((".html", ".htm", ".shtml")) else f"{path}.html"
        yield path
        stem, dot, ending = path.rpartition(".")
        for page in range(2, min(len(_PAGE.findall(body)) + 1, MOST_PAGES) + 1):
            yield f"{stem}_{page}{dot}{ending}"

    def _comments(self, number) -> Iterator[OldComment]:
        for one in self.rows("SELECT * FROM {feedback} WHERE aid = ? ORDER BY id LIMIT 20000", number):
            if text := line_of(one["msg"]):
                is_approved = text_of(one["ischeck"]) == "1"
                yield OldComment(
                    str(one["id"]), line_of(one["username"]), text, moment_of(one["dtime"]), is_approved
                )

    def members(self) -> Iterator[OldMember]:
        for row in self.rows("SELECT * FROM {member} ORDER BY mid"):
            name = text_of(row["uname"]) or text_of(row["userid"])
            yield OldMember(str(row["mid"]), name, text_of(row["email"]), moment_of(row["jointime"]))

    def friend_links(self) -> list[OldLink]:
        rows = self.rows("SELECT webname, url FROM {flink} WHERE coalesce(ischeck, 1) > 0 LIMIT 1000")
        return [OldLink(line_of(row[0]), text_of(row[1])) for row in rows]

    def navigation(self) -> list[OldLink]:
        tops = (row for row in self._columns.values() if not row["reid"])
        return [OldLink(line_of(row["typename"]), f"{self._folder(row)}/") for row in tops]


def count_below(value) -> int:
    """A whole number that may be negative; 0 for what is none."""
    try:
        return int(value or 0)
    except ValueError:
        return 0


def filled_rule(rule: str, folder: str, number, moment: datetime) -> str:
    """The path of a post by the rule of its column, as `{typedir}/{Y}/{M}{D}/{aid}.html`, by the site's own day."""
    local = moment.astimezone(_SITE_ZONE)
    values: Mapping[str, str] = {
        "typedir": folder,
        "Y": f"{local:%Y}",
        "M": f"{local:%m}",
        "D": f"{local:%d}",
        "aid": str(number),
        "timestamp": str(int(moment.timestamp())),
    }
    return _MARK.sub(lambda mark: values.get(mark[1], mark[0]), rule)
