"""What is known of tantivy beyond its interface: how its files are laid out, and how it fails where one is damaged.

Its Python interface can't check an index, so the checksums that it writes are read here. A test names the format of its files
that this was read in: v7.
"""

import json
import zlib
from pathlib import Path


def is_panic(error: BaseException) -> bool:
    """Whether tantivy gave up where a file is not what it wrote. That exception is no `Exception`, and nothing exports it."""
    return type(error).__name__ == "PanicException"


def damaged_file(folder: Path) -> str:
    """The name of the first file of the index whose content is not what tantivy wrote; empty where all are whole.

    Every segment file ends with a footer: JSON with the CRC-32 of what stands before it, the length of that JSON and a
    magic number, both little-endian 32-bit (tantivy, src/directory/footer.rs).
    """
    try:
        segments = json.loads((folder / "meta.json").read_bytes())["segments"]
        names = [name for segment in segments for name in files_of(segment)]
    except (OSError, ValueError, KeyError, TypeError):
        return "meta.json"
    return next((name for name in names if not is_whole(folder / name)), "")


def files_of(segment: dict) -> list[str]:
    """The names of the files of a segment as `meta.json` describes it."""
    name = segment["segment_id"].replace("-", "")
    found = [f"{name}.{part}" for part in ("term", "idx", "pos", "fieldnorm", "fast", "store")]
    if deletes := segment["deletes"]:
        found.append(f"{name}.{deletes['opstamp']}.del")
    return found


def is_whole(path: Path) -> bool:
    """Whether a file has the checksum that its footer says."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            file.seek(max(0, size - 8))
            length = int.from_bytes(file.read(4), "little")
            file.seek(size - 8 - length)
            said = json.loads(file.read(length))["crc"]
            file.seek(0)
            checksum, left = 0, size - 8 - length
            while left and (piece := file.read(min(left, 1 << 20))):
                checksum, left = zlib.crc32(piece, checksum), left - len(piece)
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return checksum == said
