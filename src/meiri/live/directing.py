"""What a desk does with a coverage as a whole: announce, change, begin, pause, go on, end. Each deed is atomic and ends with one
entry of the journal.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from meiri.journal.log import actor, append
from meiri.live.events import CoverageAnnounced, CoverageChanged, CoverageMoved
from meiri.live.models import Coverage, CoverageState, next_change
from meiri.policy import check

# From which states a coverage comes to which.
MOVES: Mapping[str, tuple[str, ...]] = {
    CoverageState.LIVE: (CoverageState.QUEUED, CoverageState.PAUSED, CoverageState.ENDED),
    CoverageState.PAUSED: (CoverageState.LIVE,),
    CoverageState.ENDED: (CoverageState.LIVE, CoverageState.PAUSED),
}
# What editors press, by the state that it leads to and the one it comes from.
WORDS: Mapping[tuple[str, str], str] = {
    (CoverageState.QUEUED, CoverageState.LIVE): "开始直播",
    (CoverageState.PAUSED, CoverageState.LIVE): "继续直播",
    (CoverageState.ENDED, CoverageState.LIVE): "重新开始",
    (CoverageState.LIVE, CoverageState.PAUSED): "暂停",
    (CoverageState.LIVE, CoverageState.ENDED): "结束直播",
    (CoverageState.PAUSED, CoverageState.ENDED): "结束直播",
}


@transaction.atomic
def announce_coverage(coverage: Coverage, by=None) -> Coverage:
    """Store a new coverage, which readers see among those to come. Raises `ValidationError`, `PermissionDenied`."""
    coverage.state, coverage.created_by = CoverageState.QUEUED, by
    coverage.full_clean()
    check_place(coverage, by)
    coverage.save(force_insert=True)
    append(CoverageAnnounced(keys=coverage.content_keys, **told_of(coverage)), actor(by))
    return coverage


@transaction.atomic
def change_coverage(coverage: Coverage, by=None) -> Coverage:
    """Store what was changed of the fields of `coverage`. Raises `ValidationError`, `PermissionDenied`."""
    before = locked(coverage)
    if by is not None:
        check(by, "change", before)
    coverage.full_clean()
    check_place(coverage, by)
    coverage.save(
        update_fields=["title", "summary", "picture", "channel", "station", "planned_at", "minors_risk"]
    )
    next_own_change(coverage)
    keys = [*before.content_keys, *coverage.content_keys]
    append(CoverageChanged(keys=keys, **told_of(coverage)), actor(by))
    return coverage


def check_place(coverage: Coverage, by) -> None:
    """Raise `PermissionDenied` where `by` sets up no coverages at the place of this one; None, the system, may."""
    if by is not None:
        check(by, "add", Coverage(), coverage.station or coverage.channel)


@transaction.atomic
def move_coverage(coverage: Coverage, state: CoverageState, by=None) -> Coverage:
    """Begin, pause, go on with or end a coverage. One that is in `state` already stays as it is.

    Raises `ValidationError` where it can't come there from where it is, and `PermissionDenied`.
    """
    stored = locked(coverage)
    if by is not None:
        check(by, "change", stored)
    if stored.state == state:
        return stored
    if stored.state not in MOVES.get(state, ()):
        raise ValidationError(f"直播{stored.get_state_display()}，不能改为“{state.label}”。请刷新后再试。")
    if state == CoverageState.LIVE and stored.article_id:
        raise ValidationError("直播已经成稿，不能重新开始。请另建一场直播。")
    now = timezone.now()
    fields: dict[str, Any] = {"state": state}
    if state == CoverageState.LIVE:
        fields |= {"started_at": stored.started_at or now, "ended_at": None}
    elif state == CoverageState.ENDED:
        fields["ended_at"] = now
    next_own_change(stored, **fields)
    append(CoverageMoved(keys=stored.content_keys, state=str(state), **told_of(stored)), actor(by))
    return stored


def locked(coverage: Coverage) -> Coverage:
    """The coverage as it is stored; nobody else changes it or its entries until the transaction ends."""
    # The row by itself: PostgreSQL locks no row that a join may lack.
    Coverage.objects.select_for_update().get(pk=coverage.pk)
    return Coverage.objects.to_read().get(pk=coverage.pk)


def next_own_change(coverage: Coverage, **fields: Any) -> None:
    """Count a change of the coverage itself, and store it with `fields`. Call it with the coverage's row locked."""
    next_change(coverage, own_change=coverage.change + 1, **fields)


def told_of(coverage: Coverage) -> dict[str, Any]:
    """What each entry of the journal says of a coverage."""
    return {"coverage": coverage.pk, "title": coverage.title, "url": coverage.get_absolute_url()}
