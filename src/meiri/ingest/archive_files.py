"""Archives opened within bounds: so many members, so many bytes, no path that leads out, no archive in an archive."""

import hashlib
import os
import re
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from meiri.ingest.parsed import Unreadable
from meiri.ingest.text_encoding import decode

MAX_MEMBERS = 20_000
MAX_BYTES = 1024 * 1024 * 1024
MAX_MEMBER_BYTES = 64 * 1024 * 1024
# Text compresses some 10 times; a thousand times is a bomb. Small members may be anything.
MAX_RATIO = 250
RATIO_FROM = 1024 * 1024
# Bytes of one name, and of a whole path; names in a path.
LONGEST_NAME = 255
LONGEST_PATH = 2_000
DEEPEST = 60
_CHUNK = 64 * 1024
_NESTED = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".7z", ".rar")
_SYSTEM = re.compile(r"(?:^|/)(?:__MACOSX|\.DS_Store|Thumbs\.db|\.git)(?:/|$)")


def check_zip(container: zipfile.ZipFile) -> None:
    """Raise `Unreadable` where the directory of `container` announces more than the bounds allow."""
    members = container.infolist()
    if len(members) > MAX_MEMBERS:
        raise Unreadable(f"压缩包里的文件超过 {MAX_MEMBERS} 个，请分成几个再导入。")
    if sum(m.file_size for m in members) > MAX_BYTES:
        raise Unreadable("压缩包解开后超过 1 GB，请分成几个再导入。")
    for member in members:
        if member.file_size > RATIO_FROM and member.file_size > MAX_RATIO * max(1, member.compress_size):
            raise Unreadable("压缩包的压缩比异常，可能是恶意文件，没有打开。")
        if member.flag_bits & 1:
            raise Unreadable("压缩包设了密码，请去掉密码后再导入。")


def unpack(archive: Path, into: Path) -> list[tuple[str, str]]:
    """Write the members of `archive` under `into`, by names as `fitting`; returns the names of those left out, each with
    the reason.

    Raises `Unreadable` where the archive breaks a bound, is damaged, or names a path outside itself.
    """
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as container:
                check_zip(container)
                return _write(_members_of_zip(container), into)
        with tarfile.open(archive, "r|*") as container:
            return _write(_members_of_tar(container), into, archive.stat().st_size)
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
    ) as error:
        raise Unreadable("压缩包已损坏，无法打开。") from error


def _members_of_zip(container: zipfile.ZipFile) -> Iterator[tuple[str, Iterator[bytes]]]:
    for member in container.infolist():
        if not member.is_dir() and (member.external_attr >> 16) & 0o170000 != 0o120000:
            yield _name(member), _chunks(container.open(member))


def _members_of_tar(container: tarfile.TarFile) -> Iterator[tuple[str, Iterator[bytes]]]:
    for member in container:
        if member.isfile() and (file := container.extractfile(member)):
            yield member.name, _chunks(file)


def _chunks(file) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _write(
    members: Iterator[tuple[str, Iterator[bytes]]], into: Path, packed: int = 0
) -> list[tuple[str, str]]:
    left_out: list[tuple[str, str]] = []
    total = 0
    for count, (name, chunks) in enumerate(members, start=1):
        if count > MAX_MEMBERS:
            raise Unreadable(f"压缩包里的文件超过 {MAX_MEMBERS} 个，请分成几个再导入。")
        path = safe_path(name)
        if _SYSTEM.search(name):
            continue
        if name.lower().endswith(_NESTED):
            left_out.append((name, "压缩包里的压缩包没有打开。"))
            continue
        target = into / fitting(path)
        if len(os.fsencode(target)) > LONGEST_PATH or len(path.parts) > DEEPEST:
            left_out.append((name[:200], "文件夹的层数太多，没有读取。"))
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        size = 0
        with target.open("wb") as out:
            for chunk in chunks:
                size, total = size + len(chunk), total + len(chunk)
                if size > MAX_MEMBER_BYTES:
                    raise Unreadable(f"压缩包里的 {name} 超过 64 MB，没有打开。")
                if total > MAX_BYTES or (packed and total > RATIO_FROM and total > MAX_RATIO * packed):
                    raise Unreadable("压缩包解开后过大，可能是恶意文件，没有打开。")
                out.write(chunk)
    return left_out


def fitting(path: PurePosixPath) -> PurePosixPath:
    """`path` with names that file systems hold: the end of a longer one gives way to a digest of it, its suffix stays."""
    return PurePosixPath(*(_fitting(part) for part in path.parts))


def _fitting(name: str) -> str:
    encoded = os.fsencode(name)
    if len(encoded) <= LONGEST_NAME:
        return name
    # What a browser saves beside a page is known by the end of the folder's name.
    suffix = next((end for end in ("_files", ".files", PurePosixPath(name).suffix) if name.endswith(end)), "")
    suffix = suffix if len(os.fsencode(suffix)) <= 20 else ""
    end = f"-{hashlib.sha256(encoded).hexdigest()[:12]}{suffix}"
    return encoded[: LONGEST_NAME - len(os.fsencode(end))].decode(errors="ignore") + end


def safe_path(name: str) -> PurePosixPath:
    """The path of a member within its archive. Raises `Unreadable` for one that leads out of it."""
    name = name.replace("\\", "/")
    path = PurePosixPath(name)
    if (
        path.is_absolute()
        or ".." in path.parts
        or re.match(r"[A-Za-z]:", name)
        or "\0" in name
        or not path.parts
    ):
        raise Unreadable("压缩包里有指向包外的路径，可能是恶意文件，没有打开。")
    return path


def _name(member: zipfile.ZipInfo) -> str:
    """A member's name; old Windows programs write it in GBK without saying so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return decode(member.filename.encode("cp437"))[0]
    except (UnicodeEncodeError, Unreadable):
        return member.filename
