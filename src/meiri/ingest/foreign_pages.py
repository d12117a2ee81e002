"""Who wrote a page in another language than Chinese, and when: what such pages tell machines is more exact than what they show.

trafilatura is asked where a page tells machines nothing.
"""

from collections.abc import Iterable
from datetime import datetime

from lxml import html

from meiri.ingest.credit_names import alphabetic_names
from meiri.ingest.headline import letters
from meiri.ingest.metadata import Metadata
from meiri.ingest.times import BEIJING, read_iso


def people_of(metadata: Metadata, others: Iterable[list[str]], tree: html.HtmlElement) -> list[str]:
    """The authors: those of JSON-LD, without the house that stands beside them; else of meta tags; else of the first of
    `others` that has any; else what trafilatura sees."""
    house = {letters(metadata.publisher), letters(metadata.site)}
    for people in (metadata.people, metadata.authors, *others):
        persons = [name for name in people if letters(name) not in house]
        if found := persons or people:
            return found
    author, _ = _by_trafilatura(tree, metadata.url)
    return alphabetic_names(author.replace(";", ","))


def moment_of(metadata: Metadata, seen: datetime | None, tree: html.HtmlElement) -> datetime | None:
    """The time of publication: the first with a time of day that machines are told, in its zone where one of them gives it;
    else what readers see; else a day."""
    timed = [m for m in metadata.published if (m.hour, m.minute, m.second) != (0, 0, 0)]
    if timed:
        clock = timed[0].replace(tzinfo=None, microsecond=0)
        same = (m for m in timed if abs((m.replace(tzinfo=None) - clock).total_seconds()) < 60)
        # A time without a zone was taken for Beijing's.
        return next((m for m in same if m.utcoffset() != BEIJING.utcoffset(None)), timed[0])
    if metadata.published or seen:
        day = next(iter(metadata.published), None)
        return seen if seen and (day is None or seen.date() == day.date()) else day
    _, date = _by_trafilatura(tree, metadata.url)
    found = read_iso(date)
    return found[0] if found else None


def _by_trafilatura(tree: html.HtmlElement, url: str) -> tuple[str, str]:
    """Authors, and the day, as trafilatura finds them."""
    from trafilatura.metadata import extract_metadata

    found = extract_metadata(tree, default_url=url or None)
    return (found.author or "", found.date or "") if found else ("", "")
