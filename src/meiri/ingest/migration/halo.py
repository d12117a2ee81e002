"""Backups of Halo 2 (https://github.com/halo-dev/halo): a ZIP, or the folder that it was unpacked to, with `extensions.data`, a JSON array of
stored objects, each with its JSON in Base64, and `workdir/` with the attachments.

The text of a post is a snapshot: the base one whole, later ones as the lines that differ from the base (java-diff-utils' deltas).
"""

import base64
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from meiri.ingest.import_format import Confidence
from meiri.ingest.migration.dump_archive import DEEPEST, line_of, text_of
from meiri.ingest.migration.old_archive import (
    ArchiveSource,
    ArchiveSystem,
    NotTaken,
    OldArchive,
    OldColumn,
    OldComment,
    OldPost,
    PostState,
    iso_moment_of,
    path_of,
)
from meiri.ingest.parsed import Unreadable

STORED = "extensions.data"
LARGEST = 1024 * 1024 * 1024
# Of pictures in a ZIP: how many, and all together.
MOST_FILES, MOST_BYTES = 100_000, 20 * 1024**3
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".bmp", ".heic")
_ATTACHMENTS = "workdir/attachments/"
_KINDS = {
    "content.halo.run/posts": "posts",
    "content.halo.run/snapshots": "snapshots",
    "content.halo.run/categories": "categories",
    "content.halo.run/tags": "tags",
    "content.halo.run/comments": "comments",
    "content.halo.run/replies": "replies",
    "users": "users",
}


class Halo(ArchiveSystem):
    name = "halo"
    label = "Halo 2 备份（ZIP）"

    def confidence(self, source: ArchiveSource) -> Confidence:
        if source.path.is_dir():
            return Confidence.CERTAIN if (source.path / STORED).is_file() else Confidence.NONE
        return Confidence.CERTAIN if _has_stored(source.path) else Confidence.NONE

    def open(self, source: ArchiveSource) -> OldArchive:
        return HaloBackup(source.path)


def _has_stored(path: Path) -> bool:
    if path.suffix.lower() != ".zip":
        return False
    try:
        with zipfile.ZipFile(path) as file:
            return STORED in file.NameToInfo
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False


class HaloBackup(OldArchive):
    def __init__(self, path: Path):
        self._unpacked: Path | None = None
        self._faults: list[str] = []
        # By kind and name; snapshots stay as they are stored until they are asked for.
        self._objects: dict[str, dict[str, Any]] = {kind: {} for kind in _KINDS.values()}
        for one in _stored_in(path):
            self._take(one)
        self.folder = path / _ATTACHMENTS if path.is_dir() else self._unpack(path)
        self.site = path.name
        self._comments = self._by_subject()

    def close(self) -> None:
        if self._unpacked:
            shutil.rmtree(self._unpacked, ignore_errors=True)

    def faults(self) -> list[str]:
        return self._faults

    def _take(self, one: Any) -> None:
        if not isinstance(one, dict) or not isinstance(one.get("name"), str):
            return
        place, _, name = one["name"].removeprefix("/registry/").rpartition("/")
        kind = _KINDS.get(place)
        if kind == "snapshots":
            self._objects[kind][name] = one.get("data")
        elif kind:
            try:
                self._objects[kind][name] = _decoded(one.get("data"))
            except ValueError:
                self._note(f"对象 {one['name'][:80]} 已损坏，没有读取。")

    def _note(self, fault: str) -> None:
        if len(self._faults) < 1000:
            self._faults.append(fault)

    def _unpack(self, path: Path) -> Path:
        """Put the pictures of a ZIP where they can be read; other files are left, and so is what would lie elsewhere."""
        self._unpacked = Path(tempfile.mkdtemp(prefix="meiri-halo-"))
        taken = 0
        with zipfile.ZipFile(path) as file:
            wanted = [one for one in file.infolist() if _is_picture(one.filename)]
            for number, member in enumerate(wanted):
                taken += member.file_size
                if number >= MOST_FILES or taken > MOST_BYTES:
                    self._note("备份里的图片太多，后面的没有取出。请解开压缩包，再迁入文件夹。")
                    break
                try:
                    file.extract(member, self._unpacked)
                except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError):
                    self._note(f"图片 {member.filename[-80:]} 已损坏，没有取出。")
        return self._unpacked / _ATTACHMENTS

    def _by_subject(self) -> dict[str, list[tuple[str, dict, str]]]:
        """Comments by the name of their post, each with its key and that of the one that it answers."""
        found: dict[str, list[tuple[str, dict, str]]] = {}
        posts = {}
        for name, one in self._objects["comments"].items():
            subject = _part(one, "spec", "subjectRef")
            if subject.get("kind") == "Post":
                posts[name] = text_of(subject.get("name"))
                found.setdefault(posts[name], []).append((name, one, ""))
        for name, one in self._objects["replies"].items():
            spec = _part(one, "spec")
            above = text_of(spec.get("commentName"))
            if above in posts:
                found[posts[above]].append((name, one, text_of(spec.get("quoteReply")) or above))
        return found

    def columns(self) -> list[OldColumn]:
        categories = self._objects["categories"]
        above = {name: text_of(_part(one, "spec").get("parent")) for name, one in categories.items()}
        for name, one in categories.items():
            for child in _list(_part(one, "spec").get("children")):
                above[child] = above.get(child) or name
        return [
            OldColumn(
                name,
                tuple(self._names_of(name, above)),
                text_of(_part(one, "spec").get("slug")),
                _path(_part(one, "status").get("permalink")),
            )
            for name, one in categories.items()
        ]

    def _names_of(self, name: str, above: dict[str, str]) -> list[str]:
        names: list[str] = []
        while name in self._objects["categories"] and len(names) < DEEPEST:
            names.append(line_of(_part(self._objects["categories"][name], "spec").get("displayName")))
            name = above.get(name, "")
        return names[::-1]

    def posts(self) -> Iterator[OldPost | NotTaken]:
        for name, one in self._objects["posts"].items():
            title = line_of(_part(one, "spec").get("title"))
            try:
                yield self._post(name, title, one)
            except Exception as error:  # one post, whatever is in it, never ends the reading
                yield NotTaken(name, title, f"读取时出错（{type(error).__name__}）。")

    def _post(self, name: str, title: str, one: dict) -> OldPost | NotTaken:
        spec = _part(one, "spec")
        if spec.get("deleted") is True:
            return NotTaken(name, title, "在旧站的回收站里，没有迁入。")
        is_published = spec.get("publish") is True
        is_open = is_published and spec.get("visible") in (None, "PUBLIC")
        shown = spec.get("releaseSnapshot") if is_published else spec.get("headSnapshot")
        columns = [one for one in _list(spec.get("categories")) if one in self._objects["categories"]]
        tags = [
            *(self._name("categories", column) for column in columns[1:]),
            *(self._name("tags", tag) for tag in _list(spec.get("tags")) if tag in self._objects["tags"]),
        ]
        author = self._name("users", text_of(spec.get("owner")))
        excerpt = _part(spec, "excerpt")
        return OldPost(
            key=name,
            title=title,
            body=self._text(text_of(shown), text_of(spec.get("baseSnapshot"))),
            state=PostState.PUBLISHED if is_open else PostState.DRAFT,
            published_at=_time(spec.get("publishTime")),
            column=columns[0] if columns else "",
            summary="" if excerpt.get("autoGenerate") is True else line_of(excerpt.get("raw"))[:300],
            authors=[author] if author else [],
            tags=[tag for tag in dict.fromkeys(tags) if tag],
            picture=text_of(spec.get("cover")),
            addresses=self._addresses(one, spec),
            comments=[comment for comment in map(self._comment, self._comments.get(name, [])) if comment],
            warnings=["在旧站不公开，存成了草稿。"] if is_published and not is_open else [],
        )

    def _name(self, kind: str, name: str) -> str:
        return line_of(_part(self._objects[kind].get(name), "spec").get("displayName"))

    def _addresses(self, one: dict, spec: dict) -> list[str]:
        path = _path(_part(one, "status").get("permalink"))
        return [path or f"/archives/{text_of(spec.get('slug'))}"]

    def _text(self, shown: str, base: str) -> str:
        """The HTML of a snapshot. Raises `ValueError` where it is not there or does not fit its base."""
        whole = text_of(self._snapshot(base).get("contentPatch"))
        return (
            whole
            if shown in ("", base)
            else _patched(whole, text_of(self._snapshot(shown).get("contentPatch")))
        )

    def _snapshot(self, name: str) -> dict:
        return _part(_decoded(self._objects["snapshots"].get(name)), "spec")

    def _comment(self, found: tuple[str, dict, str]) -> OldComment | None:
        key, one, answers = found
        spec = _part(one, "spec")
        text = line_of(spec.get("content")) or text_of(spec.get("raw"))
        moment = spec.get("creationTime") or _part(one, "metadata").get("creationTimestamp")
        is_shown = spec.get("approved") is True and spec.get("hidden") is not True
        name = line_of(_part(spec, "owner").get("displayName"))
        return OldComment(key, name, text, _time(moment), is_shown, answers) if text else None


def _stored_in(path: Path) -> Iterator[Any]:
    """The stored objects, one by one. Raises `Unreadable`."""
    try:
        if path.is_dir():
            size, data = (path / STORED).stat().st_size, b""
            if size <= LARGEST:
                data = (path / STORED).read_bytes()
        else:
            with zipfile.ZipFile(path) as file, file.open(STORED) as stored:
                data = stored.read(LARGEST + 1)
                size = len(data)
    except (zipfile.BadZipFile, zlib.error, RuntimeError) as error:
        raise Unreadable("备份已损坏，没有读取。请在 Halo 里重新备份。") from error
    if size > LARGEST:
        raise Unreadable("备份的内容超过 1 GB，没有读取。")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"备份里的 {STORED} 不完整，没有读取。请在 Halo 里重新备份。") from error
    return iter(found if isinstance(found, list) else [])


def _decoded(data: Any) -> dict:
    """An object as it is stored. Raises `ValueError` (of which errors of Base64, UTF-8 and JSON are)."""
    if not isinstance(data, str):
        raise ValueError("no data")
    try:
        found = json.loads(base64.b64decode(data, validate=True))
    except RecursionError:
        raise ValueError("nested too deep") from None
    return found if isinstance(found, dict) else {}


def _patched(text: str, patch: str) -> str:
    """`text` with the deltas of a patch: each replaces lines from a position by others. Raises `ValueError` where they do not fit."""
    lines = text.split("\n") if text.strip() else []
    deltas = json.loads(patch) if patch.strip() else []
    if not isinstance(deltas, list):
        raise ValueError("no list of deltas")
    for delta in sorted(deltas, key=lambda one: _position(one), reverse=True):
        at, before, after = (
            _position(delta),
            delta["source"].get("lines") or [],
            delta["target"].get("lines") or [],
        )
        if lines[at : at + len(before)] != before:
            raise ValueError("the lines are not those of the base")
        lines[at : at + len(before)] = [text_of(line) for line in after]
    return "\n".join(lines)


def _position(delta: dict) -> int:
    at = delta["source"]["position"]
    if not isinstance(at, int) or at < 0:
        raise ValueError("no position")
    return at


def _part(one: Any, *names: str) -> dict:
    """What lies below these names; an empty dict where it is none."""
    for name in names:
        one = one.get(name) if isinstance(one, dict) else None
    return one if isinstance(one, dict) else {}


def _list(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _time(value: Any) -> datetime | None:
    """A Java instant: ISO 8601, or seconds of the epoch with a fraction."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC) if 0 < value < 2**33 else None
    return iso_moment_of(value)


def _path(address: Any) -> str:
    """The path of an address that is a whole one, or a path from the site's root; "" for others."""
    path = path_of(text_of(address)) if address else ""
    return path if path.startswith("/") else ""


def _is_picture(name: str) -> bool:
    is_within = name.startswith(_ATTACHMENTS) and ".." not in PurePosixPath(name).parts
    return is_within and name.lower().endswith(_PICTURES)
