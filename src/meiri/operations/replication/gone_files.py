"""Files of a site that are gone there and stay at its replica for some time, so that a moment before can be restored.

Each has an empty file beside it whose name says since when: `gone/media/original_images/a.jpg@20261128T091500Z`.
"""

from datetime import UTC, datetime
from io import BytesIO

from meiri.operations.replication.targets import ReplicaTarget

GONE = "gone/"
_FORM = "%Y%m%dT%H%M%SZ"


def marker(name: str, since: datetime) -> str:
    """`name`: with its prefix, without the suffix of encrypted files."""
    return f"{GONE}{name}@{since.astimezone(UTC).strftime(_FORM)}"


def gone_files(target: ReplicaTarget, prefix: str) -> dict[str, datetime]:
    """The files below `prefix` that are gone, by their names with it, and since when. Raises `OSError`."""
    found = {}
    for named in target.names(GONE + prefix):
        name, _, since = named.removeprefix(GONE).rpartition("@")
        try:
            found[name] = datetime.strptime(since, _FORM).replace(tzinfo=UTC)
        except ValueError:
            continue  # somebody else's
    return found


def mark_gone(target: ReplicaTarget, name: str, since: datetime) -> None:
    target.put(marker(name, since), BytesIO())
