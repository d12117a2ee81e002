"""Names under which originals and documents are stored: nobody guesses them who was not told."""

import re
import secrets
from pathlib import PurePosixPath

# 128 bits. It stands first, where nothing that cuts a long name takes any of it.
_SECRET = re.compile(r"[0-9a-f]{32}-")


def unguessable(name: str) -> str:
    """The file name `name` with a random part before it; of a long one the beginning and the suffix."""
    path = PurePosixPath(given(name))
    return f"{secrets.token_hex(16)}-{path.stem[:40]}{path.suffix[:10]}"


def given(name: str) -> str:
    """The file name that whoever uploaded the file gave it."""
    name = PurePosixPath(name).name
    return name[found.end() :] if (found := _SECRET.match(name)) else name
