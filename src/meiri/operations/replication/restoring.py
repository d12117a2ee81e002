"""Fetches a site from its replica, as it was last or at a moment."""

import shutil
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from pathlib import Path, PurePosixPath

from meiri.operations.replication.encryption import SUFFIX, WrongKey, decrypt
from meiri.operations.replication.generations import Generation, generations_at
from meiri.operations.replication.gone_files import gone_files
from meiri.operations.replication.litestream import NotRestored, put_together
from meiri.operations.replication.targets import ReplicaTarget

FILES = ("media/", "originals/")
# Of a site that goes on, Litestream's files are put together while they are fetched.
TRIES = 3
# Files that are fetched at the same time: each waits for an answer of an S3 server. Of their names so many are at hand.
FETCHING, BATCH = 8, 256


def fetch_site(target: ReplicaTarget, moment: datetime | None, key, folder: Path) -> Generation:
    """Write `database`, `media/` and `originals/` into `folder`, as they were at `moment` or last. The generation that they come from.
    Raises `NotRestored`, `WrongKey`, and `OSError` where the target can't be read."""
    generation = _generation_of(target, moment)
    for left in range(TRIES - 1, -1, -1):
        pieces = folder / f"pieces-{left}"
        is_whole = _fetch(target, generation.prefix, key, pieces)
        try:
            put_together(pieces / generation.prefix, folder / "database", moment)
            break
        except NotRestored:
            if is_whole or not left:
                raise
        finally:
            shutil.rmtree(pieces, ignore_errors=True)
    for prefix in FILES:
        (folder / prefix).mkdir(exist_ok=True)
        gone = gone_files(target, prefix)
        left_out = {name for name, since in gone.items() if moment is None or since <= moment}
        _fetch(target, prefix, key, folder, left_out)
    return generation


def _generation_of(target: ReplicaTarget, moment: datetime | None) -> Generation:
    known = generations_at(target)
    fitting = [one for one in known if moment is None or one.began <= moment]
    if not known:
        raise NotRestored(f"There is no replica of a site at {target}.")
    if not fitting:
        raise NotRestored(f"The replica at {target} goes back to {known[0].began:%Y-%m-%d %H:%M:%S} UTC.")
    return fitting[-1]


def _fetch(target: ReplicaTarget, prefix: str, key, folder: Path, left_out: Collection[str] = ()) -> bool:
    """Write the files below `prefix` into `folder`. Whether all were there still that were named."""

    def fetch(name: str) -> bool:
        path = folder / _place(name)
        if name.removesuffix(SUFFIX) in left_out:
            return True
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with target.open(name) as source, path.open("xb") as out:
                decrypt(source, out, key)
        except FileNotFoundError:
            return False
        except WrongKey as error:
            raise WrongKey(f"{name}: {error}") from None
        return True

    names, is_whole = iter(target.names(prefix)), True
    with ThreadPoolExecutor(FETCHING) as pool:
        while batch := list(islice(names, BATCH)):
            is_whole = all(list(pool.map(fetch, batch))) and is_whole
    return is_whole


def _place(name: str) -> PurePosixPath:
    """Raises `NotRestored` for a name that leads elsewhere."""
    path = PurePosixPath(name.removesuffix(SUFFIX))
    if path.is_absolute() or ".." in path.parts or not name.endswith(SUFFIX):
        raise NotRestored(f"{name} does not belong into a replica.")
    return path
