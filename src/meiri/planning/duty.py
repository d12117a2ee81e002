"""Who is on duty, for whoever raises an alarm: `on_duty(role, moment)`."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from meiri.operations.duty_roster import register_roster
from meiri.planning.duty_shifts import DutyRole, DutyShift

# More of one role at once are not named.
MOST_NAMED = 5


def on_duty(role: DutyRole | None = None, moment: datetime | None = None) -> Sequence[DutyShift]:
    """The shifts of `role`, of all roles where none is given, at `moment`, now where none is given. One query."""
    shifts = DutyShift.objects.at(moment or timezone.now()).select_related("user")
    if role is not None:
        shifts = shifts.filter(role=role)
    return list(shifts.order_by("role", "begins_at")[:MOST_NAMED])


def _named() -> list[str]:
    return [
        f"{shift.get_role_display()} {shift.user}{f'（{shift.telephone}）' if shift.telephone else ''}"
        for shift in on_duty()
    ]


register_roster(_named)
