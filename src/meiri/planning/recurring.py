"""Themes that come again propose their items by themselves."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from meiri.planning.models import PlanItem, PlanTheme

# Of one theme so many days are caught up with after a pause.
MOST_DAYS = 12


def propose_themes() -> int:
    """Propose an item for each day of a theme that is near enough; how many were new. Run twice it proposes nothing twice."""
    today, proposed = timezone.localdate(), 0
    for key in PlanTheme.objects.filter(active=True).values_list("pk", flat=True).iterator(chunk_size=500):
        with transaction.atomic():
            theme = PlanTheme.objects.select_for_update().filter(pk=key, active=True).first()
            for _ in range(MOST_DAYS):
                if theme is None or theme.next_on - timedelta(days=theme.days_before) > today:
                    break
                if theme.next_on >= today:
                    proposed += _propose(theme)
                theme.next_on = theme.day_after
                theme.save(update_fields=["next_on"])
    return proposed


def _propose(theme: PlanTheme) -> bool:
    fields = {
        "title": theme.title,
        "idea": theme.idea,
        "channel": theme.channel,
        "station": theme.station,
    }
    return PlanItem.objects.get_or_create(theme=theme, day=theme.next_on, defaults=fields)[1]
