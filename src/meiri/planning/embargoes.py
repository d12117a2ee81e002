"""An item that is not to be published before a time (禁发): what is begun of it keeps to that."""

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from meiri.newsroom.clock import in_words
from meiri.newsroom.publication_checks import Finding, PublicationCheck, register_check
from meiri.planning.models import Assignment


class PlanEmbargoCheck(PublicationCheck):
    """An article takes the embargo of its item with it; a coverage has none of its own, so its entries are asked for it."""

    label = "选题禁发"

    def findings(self, version, revision, by) -> Iterator[Finding]:
        return iter(())

    def findings_of_entries(self, entries) -> Iterator[tuple[int, Finding]]:
        until = embargo_of(entries[0].report) if entries else None
        if until is not None:
            for number in range(len(entries)):
                yield number, Finding("embargo", f"这场直播的选题禁发至{in_words(until)}")


def embargo_of(coverage) -> datetime | None:
    """Until when the items of a coverage are embargoed; None where they are not any more."""
    begun = Assignment.objects.filter(coverage=coverage, item__embargo_until__gt=timezone.now())
    return begun.order_by("-item__embargo_until").values_list("item__embargo_until", flat=True).first()


register_check(PlanEmbargoCheck())
