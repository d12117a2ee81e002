"""Whether this node can answer searches."""

from collections.abc import Iterator

from meiri.health_checks import HealthFinding, broken, fine, health_check, warning
from meiri.journal.health import FAR_BEHIND
from meiri.journal.log import last_sequence
from meiri.metrics import Sample, measurement
from meiri.search.index import position_of, store


@health_check("search")
def index_answers() -> Iterator[HealthFinding]:
    index = store()
    building = index.progress()
    if index.current is None:
        if building is None:
            yield broken("there is no index", "type: meiri reindex")
        else:
            yield warning(f"the index is being built, {building:.0%} is done", "wait until it is done")
        return
    if index.told_of_damage.exists():
        yield warning(
            "the index can't be read", "the worker builds it anew; where none runs, type: meiri reindex"
        )
        return
    position = position_of(index.current)
    behind = last_sequence() - (position.sequence if position else 0)
    if behind > FAR_BEHIND:
        yield warning(
            f"the index is {behind} entries behind", "see whether a worker runs; else type: meiri reindex"
        )
    else:
        yield fine(f"the index is {max(behind, 0)} entries behind")


@measurement("meiri_search_lag", "Entries of the journal that this node's search index has not followed yet")
def lag_of_index() -> Iterator[Sample]:
    current = store().current
    if current and (position := position_of(current)):
        yield (), max(last_sequence() - position.sequence, 0)
