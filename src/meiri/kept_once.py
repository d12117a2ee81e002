"""A secret that is made once and kept in a file of the data folder, for its owner only."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def kept_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """What the file at `path` holds; where there is none, what `make` returns is written there first."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(make())
        try:
            # Of two processes that make one at once, the first to link wins and both read the same.
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()
