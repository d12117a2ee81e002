"""The live coverages of the sample newsroom: reported by the deeds of the live desk, with the hours that the sample gives them."""

from datetime import datetime, timedelta

from django.db import transaction

from meiri.live.amending import correct_entry
from meiri.live.directing import announce_coverage, move_coverage
from meiri.live.models import Coverage, CoverageState, EntryCorrection, LiveEntry
from meiri.live.reporting import pin_entry, write_entry
from meiri.newsroom.body.text import paragraph
from meiri.sample.content_files import table
from meiri.sections.models import Channel


def load_coverages(begins_at) -> None:
    """Load those that are not there. `begins_at(fields)` gives the moment at which one began."""
    for fields in table("coverages").get("coverage", []):
        if not Coverage.objects.filter(title=fields["title"]).exists():
            load_coverage(fields, begins_at(fields))


@transaction.atomic
def load_coverage(fields: dict, began: datetime) -> None:
    channel = Channel.objects.get(slug=fields["channel"])
    coverage = announce_coverage(
        Coverage(title=fields["title"], summary=fields["summary"], channel=channel, planned_at=began)
    )
    coverage = move_coverage(coverage, CoverageState.LIVE)
    for sample in fields["entry"]:
        load_entry(coverage, sample, began + timedelta(minutes=sample["minutes"]))
    coverage = move_coverage(coverage, CoverageState.ENDED)
    # The deeds say now; what is told happened then. Their entries in the journal are of this transaction.
    Coverage.objects.filter(pk=coverage.pk).update(
        started_at=began, ended_at=began + timedelta(hours=fields["hours"])
    )


def load_entry(coverage: Coverage, sample: dict, at: datetime) -> None:
    entry = LiveEntry(
        coverage=coverage,
        title=sample.get("title", ""),
        signature=sample["signature"],
        is_important=sample.get("important", False),
    )
    entry.body = [("text", paragraph(sample["text"]))]
    entry = write_entry(entry)
    if sample.get("pinned"):
        pin_entry(entry, True)
    if note := sample.get("correction"):
        correct_entry(entry, entry.title, entry.body, 1, note)
        EntryCorrection.objects.filter(entry=entry).update(at=at + timedelta(minutes=20))
    LiveEntry.objects.filter(pk=entry.pk).update(created_at=at, shown_at=at)
