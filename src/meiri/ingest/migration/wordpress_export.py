"""WordPress exports (WXR, an RSS 2.0 with the extensions of wordpress.org/export), read as a stream.

Well and badly formed ones: what an XML parser can mend is read on; entities are never looked up.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from meiri.ingest.import_format import Confidence
from meiri.ingest.migration.old_archive import (
    ArchiveSource,
    ArchiveSystem,
    NotTaken,
    OldArchive,
    OldColumn,
    OldComment,
    OldMember,
    OldPost,
)
from meiri.ingest.migration.wordpress import WordPressEntry, comment_of, post_of
from meiri.ingest.parsed import Unreadable

MOST_ATTACHMENTS = 1_000_000
LONGEST_ADDRESS = 500
# Where a channel says which site it is of, where it has no `wp:base_blog_url`.
_ADDRESSES = ("wp:base_site_url", "link")
_SPACES = {"content": "content", "excerpt": "excerpt", "wordpress.org/export": "wp", "purl.org/dc": "dc"}
_PLAIN = {
    "title": "title",
    "link": "link",
    "dc:creator": "author",
    "content:encoded": "content",
    "excerpt:encoded": "excerpt",
    "wp:post_id": "number",
    "wp:post_type": "kind",
    "wp:status": "status",
    "wp:post_date": "date",
    "wp:post_date_gmt": "date_gmt",
    "pubDate": "published",
    "wp:post_password": "password",
}


class WordPressExport(ArchiveSystem):
    name = "wordpress"
    label = "WordPress 导出文件（WXR）"

    def confidence(self, source: ArchiveSource) -> Confidence:
        begins = source.head
        if "wordpress.org/export/" in begins:
            return Confidence.CERTAIN
        is_feed = "<rss" in begins or "<channel" in begins or "<item" in begins
        return Confidence.LIKELY if is_feed and "<wp:" in begins else Confidence.NONE

    def open(self, source: ArchiveSource) -> OldArchive:
        return WordPressExportFile(source.path)


class WordPressExportFile(OldArchive):
    def __init__(self, path: Path):
        self._path = path
        self._files: dict[str, str] = {}
        self._columns: dict[str, OldColumn] = {}
        self._names: dict[str, str] = {}
        self._members: list[OldMember] = []
        self._faults: list[str] = []
        self._used: Counter[str] = Counter()
        self._survey()
        self.site = self.base

    def _survey(self) -> None:
        """What stands anywhere in the file and is needed for every entry: attachments, columns, authors."""
        parents: dict[str, tuple[str, str]] = {}
        for name, element in self._elements():
            if name == "item":
                self._note_item(element)
            elif name == "wp:category":
                values = _values(element)
                slug = values.get("wp:category_nicename", "")
                parents[slug] = (values.get("wp:category_parent", ""), values.get("wp:cat_name", "") or slug)
            elif name == "wp:author":
                values = _values(element)
                login = values.get("wp:author_login", "")
                shown = values.get("wp:author_display_name", "") or login
                self._names[login] = shown
            elif element.text and (name == "wp:base_blog_url" or (name in _ADDRESSES and not self.base)):
                self.base = element.text.strip().rstrip("/")[:LONGEST_ADDRESS]
        for slug in parents:
            names: list[str] = []
            at = slug
            while at in parents and len(names) < 20:
                names.append(parents[at][1])
                at = parents[at][0]
            self._columns[slug] = OldColumn(slug, tuple(reversed(names)), slug)

    def _note_item(self, element: etree._Element) -> None:
        entry = _entry_of(element)
        if entry.kind == "attachment" and len(self._files) < MOST_ATTACHMENTS:
            address = next((p.text for p in element if _called(p) == "wp:attachment_url" and p.text), "")
            self._files[entry.number] = (address or "").strip()[:2000]
        for taxonomy, slug, name in entry.terms:
            if taxonomy == "category" and slug not in self._columns:
                self._columns[slug] = OldColumn(slug, (name or slug,), slug)

    def _elements(self) -> Iterator[tuple[str, etree._Element]]:
        """The elements directly below the channel, each forgotten after it was looked at."""
        try:
            for _, element in etree.iterparse(
                str(self._path), events=("end",), recover=True, huge_tree=True, resolve_entities=False,
                load_dtd=False, no_network=True,
            ):  # fmt: skip
                name = _called(element)
                parent = element.getparent()
                above = _called(parent) if parent is not None else ""
                if name != "item" and (above in _NESTED or "item" in (above, *_above(parent))):
                    continue
                yield name, element
                if name == "item" or name.startswith("wp:"):
                    element.clear()
                    while element.getprevious() is not None and parent is not None:
                        del parent[0]
        except etree.XMLSyntaxError as error:
            self._note(
                f"文件在第 {error.lineno or 0} 行之后读不下去（{error.msg[:80] if error.msg else '格式错误'}）。"
            )
        except OSError as error:
            raise Unreadable("文件无法读取。") from error

    def _note(self, fault: str) -> None:
        if fault not in self._faults:
            self._faults.append(fault)

    def columns(self) -> list[OldColumn]:
        return list(self._columns.values())

    def posts(self) -> Iterator[OldPost | NotTaken]:
        for name, element in self._elements():
            if name != "item":
                continue
            try:
                post = post_of(_entry_of(element), self.file_of, self._names)
            except Exception as error:  # one entry, whatever is in it, never ends the reading
                post = NotTaken(f"line {element.sourceline}", "", f"读取时出错（{type(error).__name__}）。")
            if post is not None:
                yield post

    def file_of(self, number: str) -> str:
        return self._files.get(number.strip(), "")

    def faults(self) -> list[str]:
        return self._faults


# Elements whose parts are read with them.
_NESTED = frozenset(
    ["wp:category", "wp:author", "wp:tag", "wp:term", "wp:termmeta", "wp:comment", "wp:postmeta", "image"]
)


def _above(element: etree._Element | None) -> Iterator[str]:
    """What an element stands in, a few levels up: nothing of an export lies deeper."""
    for _ in range(3):
        element = element.getparent() if element is not None else None
        if element is None:
            return
        yield _called(element)


def _called(element: Any) -> str:
    """The name of an element with the prefix that exports give its namespace, whatever this one calls it."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    if not tag.startswith("{"):
        return tag
    space, _, name = tag[1:].partition("}")
    prefix = next((short for part, short in _SPACES.items() if part in space), "")
    return f"{prefix}:{name}" if prefix else name


def _values(element: etree._Element) -> dict[str, str]:
    return {_called(part): "".join(part.itertext()).strip() for part in element}


def _entry_of(element: etree._Element) -> WordPressEntry:
    entry = WordPressEntry()
    for part in element:
        name, text = _called(part), part.text or ""
        if name in _PLAIN:
            setattr(entry, _PLAIN[name], text if name == "content:encoded" else text.strip())
        elif name == "category":
            slug = part.get("nicename") or text
            entry.terms.append((part.get("domain") or "category", slug.strip(), text.strip()))
        elif name == "wp:postmeta":
            values = _values(part)
            entry.meta.setdefault(values.get("wp:meta_key", ""), values.get("wp:meta_value", ""))
        elif name == "wp:is_sticky":
            entry.is_sticky = text.strip() == "1"
        elif name == "wp:comment" and (comment := _comment_of(part)):
            entry.comments.append(comment)
    return entry


def _comment_of(element: etree._Element) -> OldComment | None:
    return comment_of({name.removeprefix("wp:"): text for name, text in _values(element).items()})
