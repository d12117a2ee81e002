"""WordPress: what an entry of its export and a row of its tables have in common, made a post."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from meiri.ingest.migration.old_archive import (
    NotTaken,
    OldComment,
    OldPost,
    PostState,
    count_of,
    path_of,
)
from meiri.ingest.migration.old_bodies import (
    figure_of,
    in_paragraphs,
    joined_pages,
    without_short_codes,
    without_tags,
)

LONGEST_SUMMARY = 300
# Types of entries that are articles; plugins for news call them so, too.
POSTS = frozenset(["post", "news", "article", "articles"])
_OTHER_TYPES = {
    "page": "这是独立页面，不是稿件；需要时请在“页面”里重新建立。",
    "attachment": "",
    "revision": "",
    "nav_menu_item": "",
    "wp_navigation": "",
    "custom_css": "",
    "customize_changeset": "",
    "oembed_cache": "",
    "wp_global_styles": "",
    "guest-author": "",
}
_STATES = {"publish": PostState.PUBLISHED, "draft": PostState.DRAFT, "pending": PostState.DRAFT}
_NEXT_PAGE = re.compile(r"<!--\s*nextpage\s*-->")
_VIEWS = ("views", "post_views_count", "_post_views_count", "wpb_post_views_count")
_SITE_ZONE = ZoneInfo("Asia/Shanghai")
_ID_LIST = re.compile(r"[0-9]{1,18}")


@dataclass
class WordPressEntry:
    """An entry of any type. `terms`: (taxonomy, slug, name); `meta`: what plugins keep beside it."""

    number: str = ""
    kind: str = "post"
    status: str = "publish"
    title: str = ""
    link: str = ""
    author: str = ""
    content: str = ""
    excerpt: str = ""
    date: str = ""
    date_gmt: str = ""
    published: str = ""
    password: str = ""
    is_sticky: bool = False
    terms: list[tuple[str, str, str]] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    comments: list[OldComment] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.number or f"{self.link} {self.title} {self.date}".strip()


def post_of(
    entry: WordPressEntry, file_of: Callable[[str], str], names: Mapping[str, str]
) -> OldPost | NotTaken | None:
    """The post of an entry; None for what is no post. `file_of` gives the address of an attachment by its number, `names` that of an
    author by the name they sign in with."""
    if entry.kind not in POSTS:
        reason = _OTHER_TYPES.get(entry.kind, f"类型是“{entry.kind}”，不是文章，没有迁入。")
        return NotTaken(entry.key, entry.title, reason) if reason else None
    if entry.status in ("trash", "auto-draft", "inherit"):
        return NotTaken(entry.key, entry.title, "在旧站的回收站里，没有迁入。")
    warnings = []
    state = _STATES.get(entry.status, PostState.DRAFT)
    if entry.status == "private" or entry.password:
        state = PostState.DRAFT
        warnings.append("在旧站不公开（私密或有密码），存成了草稿。")
    elif entry.status == "future":
        warnings.append("在旧站定时发布，存成了草稿。")
    body, gone = without_short_codes(
        joined_pages(entry.content, _NEXT_PAGE), lambda attributes: _gallery(attributes, file_of)
    )
    if gone:
        warnings.append(f"去掉了正文里的短代码：{'、'.join(gone[:10])}。")
    columns = [(slug, name) for taxonomy, slug, name in entry.terms if taxonomy == "category"]
    column = _main_column(entry, columns)
    return OldPost(
        key=entry.key,
        title=" ".join(without_tags(entry.title).split()),
        body=in_paragraphs(body),
        state=state,
        published_at=time_of(entry),
        column=column,
        summary=" ".join(without_tags(entry.excerpt).split())[:LONGEST_SUMMARY],
        authors=[name for name in _authors(entry, names) if name],
        views=next((views for name in _VIEWS if (views := count_of(entry.meta.get(name)))), None),
        tags=_tags(entry, columns, column),
        picture=file_of(entry.meta.get("_thumbnail_id", "")),
        addresses=_addresses(entry),
        comments=entry.comments,
        warnings=warnings,
    )


def _gallery(attributes: Mapping[str, str], file_of: Callable[[str], str]) -> str:
    files = (file_of(number) for number in _ID_LIST.findall(attributes.get("ids", ""))[:100])
    return "".join(figure_of(file) for file in files if file)


def _main_column(entry: WordPressEntry, columns: list[tuple[str, str]]) -> str:
    """The first of its categories that says anything."""
    named = [slug for slug, _ in columns if slug != "uncategorized"]
    return next(iter(named or [slug for slug, _ in columns]), "")


def _authors(entry: WordPressEntry, names: Mapping[str, str]) -> list[str]:
    """Those of the plugin for several authors, else the account."""
    several = [name for taxonomy, _, name in entry.terms if taxonomy == "author"]
    return [names.get(name, name) for name in several] or [names.get(entry.author, entry.author)]


def _tags(entry: WordPressEntry, columns: list[tuple[str, str]], column: str) -> list[str]:
    """Its tags, and its other categories: an article has one channel here."""
    tags = [name for taxonomy, _, name in entry.terms if taxonomy == "post_tag"]
    return list(
        dict.fromkeys(tags + [name for slug, name in columns if slug not in (column, "uncategorized")])
    )


def _addresses(entry: WordPressEntry) -> list[str]:
    """Its own, and the short one that always leads to it."""
    found = [path_of(entry.link)] if entry.link else []
    return [*found, f"/?p={entry.number}"] if entry.number.isdigit() else found


def time_of(entry: WordPressEntry) -> datetime | None:
    """When it was published: `post_date_gmt`, which is zeros for drafts, else `post_date`, the site's own time."""
    for text, zone in ((entry.date_gmt, UTC), (entry.date, _SITE_ZONE)):
        if (moment := _read_time(text, zone)) is not None:
            return moment
    try:
        return datetime.strptime(entry.published, "%a, %d %b %Y %H:%M:%S %z")
    except ValueError:
        return None


def _read_time(text: str, zone) -> datetime | None:
    try:
        return datetime.strptime(text.strip()[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone)
    except ValueError:
        return None


def comment_of(values: Mapping[str, str]) -> OldComment | None:
    """A comment by the names that exports and tables have for its parts; None for what nobody wrote."""
    text = without_tags(values.get("comment_content") or "").strip()
    if values.get("comment_type") not in ("", "comment", None) or not text:
        return None
    parent = str(values.get("comment_parent") or "0")
    return OldComment(
        key=str(values.get("comment_id") or ""),
        name=values.get("comment_author") or "",
        text=text,
        written_at=_read_time(str(values.get("comment_date_gmt") or ""), UTC)
        or _read_time(str(values.get("comment_date") or ""), _SITE_ZONE),
        is_approved=str(values.get("comment_approved") or "") == "1",
        answers="" if parent == "0" else parent,
    )
