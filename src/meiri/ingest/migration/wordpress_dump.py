"""WordPress as a MySQL dump (https://codex.wordpress.org/Database_Description)."""

from collections.abc import Iterator

from meiri.ingest.import_format import Confidence
from meiri.ingest.migration.dumped_tables import DumpedTables, WantedTable
from meiri.ingest.migration.old_archive import (
    ArchiveSource,
    ArchiveSystem,
    NotTaken,
    OldArchive,
    OldColumn,
    OldLink,
    OldMember,
    OldPost,
)
from meiri.ingest.migration.permalinks import filled_pattern
from meiri.ingest.migration.wordpress import WordPressEntry, comment_of, post_of

# Slugs, titles and dates are words of the site, the pattern is its setting `permalink_structure`.
_TABLES = {
    "posts": WantedTable(
        (
            *(
                "id",
                "post_author",
                "post_date",
                "post_date_gmt",
                "post_content",
                "post_title",
                "post_excerpt",
            ),
            *("post_status", "post_password", "post_name", "post_type", "guid"),
        ),
        (("id",), ("post_type", "id")),
    ),
    "postmeta": WantedTable(("post_id", "meta_key", "meta_value"), (("post_id",),)),
    "terms": WantedTable(("term_id", "name", "slug"), (("term_id",),)),
    "term_taxonomy": WantedTable(
        ("term_taxonomy_id", "term_id", "taxonomy", "parent"), (("term_taxonomy_id",),)
    ),
    "term_relationships": WantedTable(("object_id", "term_taxonomy_id", "term_order"), (("object_id",),)),
    "comments": WantedTable(
        (
            *("comment_id", "comment_post_id", "comment_author", "comment_date", "comment_date_gmt"),
            *("comment_content", "comment_approved", "comment_type", "comment_parent"),
        ),
        (("comment_post_id",),),
    ),
    "users": WantedTable(("id", "user_login", "user_email", "display_name", "user_registered"), (("id",),)),
    "options": WantedTable(("option_name", "option_value"), (("option_name",),)),
    "links": WantedTable(("link_url", "link_name", "link_visible")),
}


class WordPressDump(ArchiveSystem):
    name = "wordpress-sql"
    label = "WordPress 数据库（MySQL 备份）"

    def confidence(self, source: ArchiveSource) -> Confidence:
        return Confidence.CERTAIN if self._prefix(source) is not None else Confidence.NONE

    def _prefix(self, source: ArchiveSource) -> str | None:
        return source.prefix_of("term_taxonomy", "posts", "terms")

    def open(self, source: ArchiveSource) -> OldArchive:
        return WordPressTables(source, self._prefix(source) or "wp_")


class WordPressTables(OldArchive):
    def __init__(self, source: ArchiveSource, prefix: str):
        self._prefix = prefix
        self._tables = DumpedTables({f"{prefix}{name}": table for name, table in _TABLES.items()})
        self._tables.read(source.dump_files)
        self.base = self._option("home").rstrip("/") or self._option("siteurl").rstrip("/")
        self.site = self.base or prefix
        self._structure = self._option("permalink_structure")

    def _named(self, query: str) -> str:
        return query.replace("{", f'"{self._prefix}').replace("}", '"')

    def _option(self, name: str) -> str:
        row = self._tables.row(self._named("SELECT option_value FROM {options} WHERE option_name = ?"), name)
        return str(row[0]) if row and row[0] is not None else ""

    def columns(self) -> list[OldColumn]:
        rows = {
            row["term_id"]: row
            for row in self._tables.rows(
                self._named(
                    "SELECT t.term_id, t.name, t.slug, x.parent FROM {terms} t JOIN {term_taxonomy} x"
                    " ON x.term_id = t.term_id WHERE x.taxonomy = 'category' ORDER BY t.term_id LIMIT 20000"
                )
            )
        }
        found = []
        for row in rows.values():
            names: list[str] = []
            at = row["term_id"]
            while at in rows and len(names) < 20:
                names.append(str(rows[at]["name"]))
                at = rows[at]["parent"]
            found.append(OldColumn(str(row["slug"]), tuple(reversed(names)), str(row["slug"])))
        return found

    def posts(self) -> Iterator[OldPost | NotTaken]:
        query = "SELECT * FROM {posts} WHERE post_type NOT IN ('attachment', 'revision', 'nav_menu_item') ORDER BY id"
        for row in self._tables.rows(self._named(query)):
            try:
                post = post_of(self._entry(row), self.file_of, {})
            except Exception as error:  # one row, whatever is in it, never ends the reading
                post = NotTaken(
                    str(row["id"]), str(row["post_title"]), f"读取时出错（{type(error).__name__}）。"
                )
            if post is not None:
                yield post

    def _entry(self, row) -> WordPressEntry:
        number = row["id"]
        terms = self._tables.rows(
            self._named(
                "SELECT x.taxonomy, t.slug, t.name FROM {term_relationships} r JOIN {term_taxonomy} x"
                " ON x.term_taxonomy_id = r.term_taxonomy_id JOIN {terms} t ON t.term_id = x.term_id"
                " WHERE r.object_id = ? ORDER BY r.term_order, x.term_taxonomy_id LIMIT 200"
            ),
            number,
        )
        meta = self._tables.rows(
            self._named("SELECT meta_key, meta_value FROM {postmeta} WHERE post_id = ? LIMIT 2000"), number
        )
        comments = self._tables.rows(
            self._named("SELECT * FROM {comments} WHERE comment_post_id = ? ORDER BY comment_id"), number
        )
        entry = WordPressEntry(
            number=str(number),
            kind=_text(row["post_type"]),
            status=_text(row["post_status"]),
            title=_text(row["post_title"]),
            author=self._author(row["post_author"]),
            content=_text(row["post_content"]),
            excerpt=_text(row["post_excerpt"]),
            date=_text(row["post_date"]),
            date_gmt=_text(row["post_date_gmt"]),
            password=_text(row["post_password"]),
            terms=[(_text(one[0]), _text(one[1]), _text(one[2])) for one in terms],
            meta={_text(key): _text(value) for key, value in meta},
            comments=[c for one in comments if (c := comment_of(dict(one)))],
        )
        entry.link = self._link(entry, _text(row["post_name"]))
        return entry

    def _link(self, entry: WordPressEntry, name: str) -> str:
        if not self._structure or entry.status != "publish" or not name:
            return ""
        columns = [slug for taxonomy, slug, _ in entry.terms if taxonomy == "category"]
        path = filled_pattern(self._structure, entry.date, entry.number, name, columns[0] if columns else "")
        return f"{self.base}{path}"

    def _author(self, number) -> str:
        row = self._tables.row(
            self._named("SELECT display_name, user_login FROM {users} WHERE id = ?"), number
        )
        return _text(row[0]) or _text(row[1]) if row else ""

    def file_of(self, number: str) -> str:
        if not number.isdigit():
            return ""
        row = self._tables.row(
            self._named("SELECT guid FROM {posts} WHERE id = ? AND post_type = 'attachment'"), int(number)
        )
        return _text(row[0]) if row else ""

    def members(self) -> Iterator[OldMember]:
        for row in self._tables.rows(self._named("SELECT * FROM {users} ORDER BY id")):
            yield OldMember(str(row["id"]), _text(row["display_name"]), _text(row["user_email"]))

    def friend_links(self) -> list[OldLink]:
        rows = self._tables.rows(
            self._named("SELECT link_name, link_url FROM {links} WHERE link_visible <> 'N' LIMIT 1000")
        )
        return [OldLink(_text(row[0]), _text(row[1])) for row in rows]

    def faults(self) -> list[str]:
        return self._tables.faults

    def close(self) -> None:
        self._tables.close()


def _text(value) -> str:
    return "" if value is None else str(value)
