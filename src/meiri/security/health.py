"""Whether files of the site were changed from outside."""

from collections.abc import Iterator

from meiri.health_checks import HealthFinding, broken, fine, health_check
from meiri.metrics import Sample, measurement
from meiri.security.tampering import recent_tampering


@health_check("tampering")
def nothing_was_tampered_with() -> Iterator[HealthFinding]:
    found = recent_tampering()
    if not found:
        yield fine("no file was changed from outside in the last 24 hours")
        return
    yield broken(
        f"{len(found)} files were changed from outside in the last 24 hours, the last of them {found[0].about}",
        "type: meiri incident; find out who can write there, then see docs/tampering.md",
    )


@measurement(
    "meiri_tampered_files",
    "Files that were changed from outside in the last 24 hours, at most 1000, all nodes",
)
def tampered_files() -> Iterator[Sample]:
    yield (), len(recent_tampering())
