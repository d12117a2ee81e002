"""Whether the parts of a site work: what `meiri doctor` asks of all of them, and `/readyz` of those without which a node can't serve.

Each app has the checks of its own parts in a module `health`.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

logger = logging.getLogger(__name__)


class HealthState(IntEnum):
    """How bad it is; as a number the exit status of `meiri doctor`."""

    OK = 0
    WARNING = 1
    BROKEN = 2


@dataclass(frozen=True)
class HealthFinding:
    """What was seen of a part, and what to type or to change where it is not as it should be."""

    state: HealthState
    what: str
    remedy: str = ""


def fine(what: str) -> HealthFinding:
    return HealthFinding(HealthState.OK, what)


def warning(what: str, remedy: str) -> HealthFinding:
    """The site is served, and something will go wrong if nobody acts."""
    return HealthFinding(HealthState.WARNING, what, remedy)


def broken(what: str, remedy: str) -> HealthFinding:
    """Something does not work now."""
    return HealthFinding(HealthState.BROKEN, what, remedy)


@dataclass(frozen=True)
class HealthCheck:
    """`for_serving`: a node that fails it should get no requests; such a check is quick. `needs_database`: where the database is
    not as it should be, it is not asked."""

    part: str
    look: Callable[[], Iterable[HealthFinding]]
    for_serving: bool
    needs_database: bool


DATABASE = "database"
_checks: dict[str, HealthCheck] = {}

Look = Callable[[], Iterable[HealthFinding]]


def health_check(part: str, for_serving: bool = False, needs_database: bool = True) -> Callable[[Look], Look]:
    """Register what looks at `part`; it yields a finding for each thing that it looked at."""

    def register(look: Look) -> Look:
        _checks[part] = HealthCheck(part, look, for_serving, needs_database)
        return look

    return register


def examine(check: HealthCheck) -> list[HealthFinding]:
    """What `check` finds. That it can't be done is a finding too."""
    try:
        return list(check.look())
    except Exception as error:
        logger.debug("%s could not be looked at", check.part, exc_info=True)
        sentence = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        return [
            broken(f"could not be looked at: {sentence}", "see to what the message names, then ask again")
        ]


def examine_all() -> Iterator[tuple[str, list[HealthFinding]]]:
    """Each part that can be looked at and what was found of it: the database, then the others in the order of their names."""
    of_database = examine(_checks[DATABASE])
    yield DATABASE, of_database
    usable = all(finding.state < HealthState.BROKEN for finding in of_database)
    for part, check in sorted(_checks.items()):
        if part != DATABASE and (usable or not check.needs_database):
            yield part, examine(check)


def reasons_not_to_serve() -> list[str]:
    """The parts that keep this node from serving."""
    asked = (check for _, check in sorted(_checks.items()) if check.for_serving)
    return [
        check.part
        for check in asked
        if any(finding.state is HealthState.BROKEN for finding in examine(check))
    ]
