"""Generations of a replica: what Litestream wrote of one database file from one start on, without a gap."""

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from meiri.kept_once import write_whole
from meiri.operations.replication.litestream import SNAPSHOT_LEVEL
from meiri.operations.replication.pausing import FOLDER, SPOOL, discard_spool
from meiri.operations.replication.targets import ReplicaTarget

DATABASES = "database/"
NOTED = "generation.json"
_NAME = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True, order=True)
class Generation:
    """`began`: in UTC. `name`: begins with that, so that names sort by time."""

    began: datetime
    name: str

    @property
    def prefix(self) -> str:
        return f"{DATABASES}{self.name}/"


def begin(now: datetime) -> Generation:
    return _of_name(f"{now.astimezone(UTC).strftime(_NAME)}-{secrets.token_hex(3)}")


def _of_name(name: str) -> Generation:
    return Generation(datetime.strptime(name.partition("-")[0], _NAME).replace(tzinfo=UTC), name)


def current(home: Path, database: Path, now: datetime) -> Generation:
    """The generation that goes on; a new one where Litestream has nothing of this very file."""
    folder, file = home / FOLDER, f"{database}:{database.stat().st_ino}"
    try:
        noted = json.loads((folder / NOTED).read_bytes())
        if noted["file"] == file and (folder / SPOOL).is_dir():
            return _of_name(noted["name"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    discard_spool(home)
    (folder / SPOOL).mkdir(mode=0o700, parents=True)
    made = begin(now)
    write_whole(folder / NOTED, json.dumps({"name": made.name, "file": file}).encode())
    return made


def generations_at(target: ReplicaTarget) -> list[Generation]:
    """The oldest first; those that can be restored, as they have a snapshot. Raises `OSError`."""
    snapshot = f"/ltx/{SNAPSHOT_LEVEL}/"
    found = {name.split("/")[1] for name in target.names(DATABASES) if snapshot in name}
    return sorted(_of_name(name) for name in found)


def forget_older(target: ReplicaTarget, standing: Generation, hours: int, now: datetime) -> None:
    """Delete the generations that ended more than `hours` ago, those without a snapshot too. Raises `OSError`."""
    known = sorted(map(_of_name, {name.split("/")[1] for name in target.names(DATABASES)}))
    for one, following in pairwise(known):
        if one < standing and following.began < now - timedelta(hours=hours):
            for name in list(target.names(one.prefix)):
                target.delete(name)
