"""Runs Litestream (https://litestream.io), which follows an SQLite database by its write-ahead log and puts it together again."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from meiri.operations.replication.pausing import FOLDER, META, SPOOL

# How often it looks for changes, and writes them down.
EVERY = "100ms"
# Changes are put together, so that a restoration reads few files: any moment can be had to 30 seconds, and the last minutes to each change.
LEVELS = ("30s", "5m", "1h")
SINGLE_CHANGES = "5m"
SNAPSHOTS = "24h"
CONFIGURATION = "litestream.json"
SNAPSHOT_LEVEL = "9"
LONGEST_RESTORATION = 6 * 3600


class NotRestored(Exception):
    """Litestream could not put the database together. The message is for operators."""


def program() -> str:
    """The path of Litestream, which its package puts beside Python."""
    return str(Path(sys.executable).with_name("litestream"))


def follow(home: Path, database: Path, hours: int) -> subprocess.Popen:
    """Start Litestream on `database`. What it writes into `spool` of the replica's folder lasts `hours`."""
    folder = home / FOLDER
    told = {
        "logging": {"level": "warn", "stderr": True},
        "snapshot": {"interval": SNAPSHOTS, "retention": f"{hours}h"},
        "levels": [{"interval": level} for level in LEVELS],
        "l0-retention": SINGLE_CHANGES,
        "dbs": [
            {
                "path": str(database),
                "meta-path": str(folder / META),
                "monitor-interval": EVERY,
                "replica": {"type": "file", "path": str(folder / SPOOL), "sync-interval": EVERY},
            }
        ],
    }
    configuration = folder / CONFIGURATION
    # JSON is YAML too.
    configuration.write_text(json.dumps(told, indent=1))
    return subprocess.Popen(  # noqa: S603
        [program(), "replicate", "-no-expand-env", "-config", str(configuration)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def put_together(spool: Path, out: Path, moment: datetime | None) -> None:
    """Write the database that `spool` has, as it was at `moment` or last, to `out`, and have SQLite check it. Raises `NotRestored`."""
    newest = _date_files(spool)
    if moment and moment.timestamp() >= newest:
        moment = None  # nothing was changed after it
    at = ["-timestamp", moment.astimezone(UTC).isoformat().replace("+00:00", "Z")] if moment else []
    done = subprocess.run(  # noqa: S603
        [program(), "restore", "-o", str(out), "-integrity-check", "quick", *at, f"file://{spool}"],
        capture_output=True,
        text=True,
        timeout=LONGEST_RESTORATION,
        env=os.environ | {"LITESTREAM_CONFIG": os.devnull},
    )
    if done.returncode or not out.is_file():
        lines = (done.stderr or done.stdout).strip().splitlines()
        if lines and "timestamp does not exist" in lines[-1]:
            raise NotRestored("The replica has nothing of that moment: choose a later one, or --to now.")
        raise NotRestored(lines[-1] if lines else f"Litestream ended with status {done.returncode}.")


def _date_files(spool: Path) -> float:
    """Litestream goes by the dates of the files, which were lost on the way; each says in its head when it was written (LTX, Head: milliseconds
    since 1970 as a big-endian integer at byte 32; https://github.com/superfly/ltx). The last of them, in seconds; 0.0 for none."""
    newest = 0.0
    for path in spool.rglob("*.ltx"):
        with path.open("rb") as file:
            head = file.read(40)
        if len(head) == 40 and head.startswith(b"LTX1"):
            written = int.from_bytes(head[32:]) / 1000
            os.utime(path, (written, written))
            newest = max(newest, written)
    return newest
