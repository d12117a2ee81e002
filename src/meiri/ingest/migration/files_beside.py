"""Files that an archive names by their addresses on the old site, found in a folder beside it."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

# Folders whose files site generators put at the root of a site.
ROOTS = ("static", "source", "content", "assets", "public")
# Of an address, so many of its first folders may be missing in the copy that somebody made.
MOST_LEFT_OUT = 3


def find_beside(folder: Path, address: str) -> Path | None:
    """The file of an address (`/d/file/a.jpg`, or a whole one) within `folder`, where the first folders of the address may be left out,
    and the folder of a site generator may stand above. None where there is none. No link leads out of the folder."""
    try:
        root = folder.resolve()
        for path in _places(unquote(urlsplit(address).path)):
            found = (root / path).resolve()
            if found.is_relative_to(root) and found.is_file():
                return found
    except (OSError, ValueError, RuntimeError):
        return None
    return None


def _places(path: str) -> Iterator[PurePosixPath]:
    parts = [part for part in PurePosixPath(path).parts if part not in ("/", "..")]
    if not parts:
        return
    yield PurePosixPath(*parts)
    yield from (PurePosixPath(root, *parts) for root in ROOTS)
    for left_out in range(1, min(MOST_LEFT_OUT, len(parts) - 1) + 1):
        yield PurePosixPath(*parts[left_out:])
