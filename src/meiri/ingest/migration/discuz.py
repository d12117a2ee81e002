"""Discuz! X portals (门户): articles with a row for each page, clicks, columns, comments."""

import re
from collections.abc import Iterator

from meiri.ingest.import_format import Confidence
from meiri.ingest.migration.dump_archive import (
    MOST_COLUMNS,
    DumpArchive,
    columns_of,
    line_of,
    names_of,
    text_of,
)
from meiri.ingest.migration.dumped_tables import WantedTable
from meiri.ingest.migration.old_archive import (
    ArchiveSource,
    ArchiveSystem,
    OldArchive,
    OldColumn,
    OldComment,
    OldPost,
    PostState,
    count_of,
    moment_of,
)
from meiri.ingest.migration.old_bodies import joined_pages

_TABLES = {
    "portal_article_title": WantedTable(
        (
            "aid",
            "catid",
            "title",
            "author",
            "from",
            "fromurl",
            "summary",
            "pic",
            "remote",
            "dateline",
            "status",
        ),
        (("aid",),),
    ),
    "portal_article_content": WantedTable(("cid", "aid", "title", "content", "pageorder"), (("aid",),)),
    "portal_article_count": WantedTable(("aid", "viewnum"), (("aid",),)),
    "portal_category": WantedTable(("catid", "upid", "catname", "foldername"), (("catid",),)),
    "portal_comment": WantedTable(
        ("cid", "id", "idtype", "username", "dateline", "message", "status"), (("id",),)
    ),
}
_PAGE = re.compile(r"#{8,12}NextPage(?:\[title=(?P<title>[^\]]{0,200})\])?#{8,12}", re.IGNORECASE)
_CODE = re.compile(
    r"\[/?(?:quote|b|i|u|url|img|size|color|font|align|attach|flash|media)[^\]]{0,300}\]", re.IGNORECASE
)


class DiscuzPortal(ArchiveSystem):
    name = "discuz"
    label = "Discuz! X 门户数据库（MySQL 备份）"

    def confidence(self, source: ArchiveSource) -> Confidence:
        found = source.prefix_of("portal_article_title", "portal_article_content")
        return Confidence.CERTAIN if found is not None else Confidence.NONE

    def open(self, source: ArchiveSource) -> OldArchive:
        prefix = source.prefix_of("portal_article_title", "portal_article_content")
        return DiscuzTables(source, prefix or "pre_")


class DiscuzTables(DumpArchive):
    def __init__(self, source: ArchiveSource, prefix: str):
        super().__init__(source, prefix, _TABLES)
        self._columns = {
            row["catid"]: row
            for row in self.rows(f"SELECT * FROM {{portal_category}} LIMIT {MOST_COLUMNS}")  # noqa: S608
        }

    def columns(self) -> list[OldColumn]:
        addresses = {key: f"/portal.php?mod=list&catid={key}" for key in self._columns}
        return columns_of(self._columns, "catname", "upid", "foldername", addresses)

    def post_rows(self):
        for row in self.rows("SELECT * FROM {portal_article_title} ORDER BY aid"):
            yield str(row["aid"]), row

    def post_of(self, key: str, row) -> OldPost:
        number = row["aid"]
        pages = list(
            self.rows(
                "SELECT title, content FROM {portal_article_content} WHERE aid = ? ORDER BY pageorder, cid LIMIT 500",
                number,
            )
        )
        parts = [
            (f"<h2>{line_of(title)}</h2>" if title and place else "") + _CODE.sub("", text_of(content))
            for place, (title, content) in enumerate(pages)
        ]
        clicks = self.row("SELECT viewnum FROM {portal_article_count} WHERE aid = ?", number)
        return OldPost(
            key=key,
            title=line_of(row["title"]),
            body=joined_pages("\n".join(parts), _PAGE),
            state=PostState.PUBLISHED if text_of(row["status"]) in ("", "0") else PostState.DRAFT,
            published_at=moment_of(row["dateline"]),
            column=str(row["catid"]),
            summary=line_of(row["summary"]),
            source=line_of(row["from"]),
            source_url=text_of(row["fromurl"]),
            authors=names_of(row["author"]),
            views=count_of(clicks[0]) if clicks else None,
            picture=f"/data/attachment/{row['pic']}" if row["pic"] and not row["remote"] else "",
            addresses=[
                f"/portal.php?mod=view&aid={number}",
                *(f"/article-{number}-{page}.html" for page in range(1, max(len(pages), 1) + 1)),
            ],
            comments=list(self._comments(number)),
        )

    def _comments(self, number) -> Iterator[OldComment]:
        query = "SELECT * FROM {portal_comment} WHERE id = ? AND coalesce(idtype, 'aid') = 'aid' ORDER BY cid LIMIT 20000"
        for one in self.rows(query, number):
            if text := line_of(_CODE.sub("", text_of(one["message"]))):
                is_approved = text_of(one["status"]) in ("", "0")
                yield OldComment(
                    str(one["cid"]), line_of(one["username"]), text, moment_of(one["dateline"]), is_approved
                )
