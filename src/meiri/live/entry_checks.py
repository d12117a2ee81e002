"""What is looked at before readers see an entry: the checks that stand before every publication, as far as they fit an entry."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError

from meiri.live.models import Coverage, LiveEntry
from meiri.newsroom.publication_checks import EntryText, Finding, findings_of_entries, in_one_sentence


def findings_in(coverage: Coverage, entries: Sequence[LiveEntry]) -> list[list[Finding]]:
    """What the checks find in each of some entries of a coverage. As many queries for many as for one."""
    return findings_of_entries(
        [
            EntryText(entry, coverage, coverage.channel_id, entry.title, list(entry.body.raw_data))
            for entry in entries
        ]
    )


def check_entry(coverage: Coverage, entry: LiveEntry) -> None:
    """Raise `ValidationError` with what keeps an entry from readers."""
    if stopping := [finding for finding in findings_in(coverage, [entry])[0] if finding.stops]:
        raise ValidationError(in_one_sentence(stopping))
