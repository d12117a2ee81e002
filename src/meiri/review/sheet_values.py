"""People and moments as a review sheet keeps them."""

from datetime import datetime
from typing import Any

from django.utils import timezone


def as_person(user) -> dict[str, Any] | None:
    """Somebody by key and name."""
    return {"id": user.pk, "name": str(user)} if user is not None else None


def as_moment(at: datetime | None) -> str:
    """ISO 8601 in Beijing time; empty for None."""
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""
