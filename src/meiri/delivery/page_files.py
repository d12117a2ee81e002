"""Page files: what readers are sent, as it lies on the disk.

The page at `/keji/` is `pages/keji/index.html`, with `.br` and `.gz` beside it; the page at `/rss.xml` is `pages/rss.xml`.
Each file is replaced atomically, the plain one last and removed last: a page whose plain file is there, with its time on
all variants, is whole whenever a process dies. The time of change is in whole seconds and never comes twice for one
address, so that `"{time}-{size}"` (in hexadecimal, as nginx has it) is a strong ETag.

The time of last access says whether anybody asked for the page since it was made: a file is written with an access
time of one second before its change, and whoever reads it moves that (the kernel on its own, relatime is enough).
"""

import gzip
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import brotli

from meiri.delivery.kinds import FOR_GOOD, kind_of
from meiri.file_modes import PUBLIC_FILE, make_public_folder

SUFFIXES = {"": "", "br": ".br", "gzip": ".gz"}
# In which order the files of a page are put in their places and removed.
PLAIN_LAST = (".br", ".gz", "")
# Names that files have, but no addresses.
UNNAMED = ("/index.html", ".br", ".gz")
LONGEST_PART = 200
# Bytes. Who puts a larger file among them, or one of another kind, keeps nobody waiting.
LARGEST_PAGE = 64 << 20
READING = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
LONGEST_ADDRESS = 1000
# (brotli's quality, its window's bits, gzip's level): what is kept for good is worth the time, what changes must be
# there at once. Above a window of 16 bits brotli's tables take ten times as long to prepare as a page to compress.
BEST = (11, 22, 9)
USUAL = (9, 16, 6)


@dataclass(frozen=True)
class PageFile:
    """One variant of a page: its bytes, and when the page changed last (seconds since 1970)."""

    content: bytes
    changed: int

    @property
    def etag(self) -> str:
        return f'"{self.changed:x}-{len(self.content):x}"'


def name_of(address: str) -> str | None:
    """The name of the file for a decoded path, below the folder of pages; None where no page can stand there."""
    if not address.startswith("/") or len(address) > LONGEST_ADDRESS or address.endswith(UNNAMED):
        return None
    if "//" in address or "/." in address or "\\" in address or not address.isprintable():
        return None
    try:
        parts = address.encode().split(b"/")
    except UnicodeEncodeError:
        return None
    if max(map(len, parts)) > LONGEST_PART:
        return None
    return address[1:] + ("index.html" if address.endswith("/") else "")


def address_of(name: str) -> str:
    """The address whose file is `name`."""
    return "/" + (name[: -len("index.html")] if name.rpartition("/")[2] == "index.html" else name)


class PageFiles:
    """The folder of page files. `drafts` is where files are written before they take their place."""

    def __init__(self, folder: Path, drafts: Path):
        self.folder, self.drafts = folder, drafts

    def path(self, address: str) -> str | None:
        name = name_of(address)
        return None if name is None else f"{self.folder}/{name}"

    def holds(self, address: str) -> bool:
        path = self.path(address)
        return path is not None and os.path.isfile(path)

    def read(self, address: str, encoding: str = "") -> PageFile | None:
        """A variant of the page; None where it is not stored. Reading this way does not count as asking for it."""
        path = self.path(address)
        return None if path is None else read_quietly(path + SUFFIXES[encoding])

    def write(
        self, address: str, content: bytes, after: int = 0, variants: dict[str, bytes] | None = None
    ) -> int:
        """Store the page in all variants and return their size in bytes. One that is there, the same, is left alone.
        `variants` are what `variants_of` says, where the caller has asked it already.

        Its time of change is later than `after`, which is to be the latest of any page that was removed.
        Raises `ValueError` for an address that no page can have, `OSError` where the disk won't take it.
        """
        path = self.path(address)
        if path is None:
            raise ValueError(f"No page can be stored for {address!r}.")
        variants = variants or variants_of(address, content)
        times = times_of(path)
        if len(set(times)) == 1 and all(holds(path + suffix, variants[suffix]) for suffix in PLAIN_LAST):
            return sum(map(len, variants.values()))
        changed = max(int(time.time()), max(times, default=after) + 1)
        drafts = {suffix: f"{self.drafts}/{secrets.token_hex(8)}" for suffix in PLAIN_LAST}
        try:
            with ExitStack() as opened:
                # All are written before the first is to be on the disk, which then takes them in one go.
                written = [
                    opened.enter_context(written_draft(draft, variants[suffix], changed))
                    for suffix, draft in drafts.items()
                ]
                for file in written:
                    os.fsync(file.fileno())
            for suffix, draft in drafts.items():
                self._place(draft, path + suffix)
        except BaseException:
            for draft in drafts.values():
                with suppress(OSError):
                    os.remove(draft)
            raise
        return sum(map(len, variants.values()))

    def _place(self, draft: str, path: str) -> None:
        for _ in range(3):  # an emptied folder may be removed between its making and its use
            try:
                os.replace(draft, path)
                return
            except FileNotFoundError:
                make_public_folder(os.path.dirname(path))
        os.replace(draft, path)

    def remove(self, address: str) -> int:
        """Delete the page and the folders that are empty without it. When it had changed; 0 where there was none."""
        path = self.path(address)
        if path is None:
            return 0
        changed = max(times_of(path), default=0)
        for suffix in PLAIN_LAST:
            with suppress(FileNotFoundError, NotADirectoryError):
                os.remove(path + suffix)
        folder = os.path.dirname(path)
        with suppress(OSError):
            while folder != str(self.folder):
                os.rmdir(folder)
                folder = os.path.dirname(folder)
        return changed

    def asked_at(self, address: str) -> float:
        """When somebody last asked for the page, in seconds since 1970; 0 where nobody has since it was made."""
        path, latest = self.path(address), 0.0
        for suffix in SUFFIXES.values():
            with suppress(OSError):
                status = os.stat(f"{path}{suffix}")
                # To the nanosecond: a time of change may be ahead of the clock, which then comes to the second before.
                if status.st_atime_ns != status.st_mtime_ns - 10**9:
                    latest = max(latest, status.st_atime)
        return latest

    def addresses(self) -> Iterator[str]:
        """The address of every page of which a file is there, and of what is no page, in no order."""
        for folder, folders, names in os.walk(self.folder):
            inner = os.path.relpath(folder, self.folder)
            names += [name for name in folders if os.path.islink(f"{folder}/{name}")]
            for name in {name.removesuffix(".br").removesuffix(".gz") for name in names}:
                yield address_of(name if inner == "." else f"{inner}/{name}")

    def clear(self) -> None:
        """Delete all pages. The folder itself stays: somebody watches it."""
        self.prepare()
        doomed = self.folder.with_name(f"{self.folder.name}.{secrets.token_hex(4)}")
        doomed.mkdir(mode=0o700)
        for entry in os.scandir(self.folder):
            with suppress(FileNotFoundError):
                os.rename(entry.path, doomed / entry.name)
        shutil.rmtree(doomed, ignore_errors=True)

    def prepare(self) -> None:
        """Make the folders, and throw drafts away that a process left when it died."""
        make_public_folder(str(self.folder))
        self.drafts.mkdir(parents=True, exist_ok=True)
        for draft in self.drafts.iterdir():
            with suppress(OSError):
                if draft.stat().st_mtime < time.time() - 3600:
                    draft.unlink()


def variants_of(address: str, content: bytes) -> dict[str, bytes]:
    """What is stored of the page, by the suffix of the file."""
    return compressed(content, BEST if kind_of(address).cache_control == FOR_GOOD else USUAL)


def holds(path: str, content: bytes) -> bool:
    file = read_quietly(path)
    return file is not None and file.content == content


def compressed(content: bytes, effort: tuple[int, int, int] = USUAL) -> dict[str, bytes]:
    """The variants of a page by the suffix of their files, no two of the same size: the ETag tells them apart by it."""
    best, window, level = effort
    zipped = gzip.compress(content, level, mtime=0)
    taken = {len(content), len(zipped)}
    for quality in (best, best - 1, 6, 1, 11):
        smaller = brotli.compress(content, quality=quality, lgwin=window)
        if len(smaller) not in taken:
            break
    return {"": content, ".gz": zipped, ".br": smaller}


def written_draft(draft: str, content: bytes, changed: int) -> BinaryIO:
    """A new file with `content`, which is not yet sure to be on the disk."""
    file = open(draft, "xb")  # noqa: SIM115 the caller closes it
    try:
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), PUBLIC_FILE)
        os.utime(file.fileno(), (changed - 1, changed))
    except BaseException:
        file.close()
        raise
    return file


def times_of(path: str) -> list[int]:
    """When the variants of a page changed, of those that are there."""
    times = []
    for suffix in PLAIN_LAST:
        with suppress(OSError):
            times.append(int(os.stat(path + suffix).st_mtime))
    return times


def read_quietly(path: str) -> PageFile | None:
    """The file without moving its time of access; None where there is none, or something else than a page."""
    try:
        try:
            number = os.open(path, READING | os.O_NOATIME)
        except PermissionError:  # somebody else's file
            number = os.open(path, READING)
        with open(number, "rb") as file:
            status = os.fstat(number)
            return PageFile(file.read(), int(status.st_mtime)) if may_be_page(status) else None
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def may_be_page(status: os.stat_result) -> bool:
    return stat.S_ISREG(status.st_mode) and status.st_size <= LARGEST_PAGE


def note_asked(path: str) -> None:
    """Set the file's time of access to now, for file systems that do not keep it themselves."""
    try:
        # By number, not by name: a file that takes this one's place meanwhile must keep its own times.
        number = os.open(path, os.O_RDONLY)
        try:
            os.utime(number, ns=(time.time_ns(), os.fstat(number).st_mtime_ns))
        finally:
            os.close(number)
    except OSError:
        return
