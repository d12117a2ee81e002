"""Whether this node can store pages and keeps them in step with the journal."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings

from meiri.delivery.page_guard import NOT_ALL_WATCHED
from meiri.delivery.page_store import page_store
from meiri.delivery.verifying import sentence_of
from meiri.health_checks import HealthFinding, fine, health_check, warning
from meiri.journal.health import FAR_BEHIND
from meiri.journal.log import last_sequence
from meiri.metrics import Sample, measurement

MOST_NAMED = 5


@health_check("pages", for_serving=True, needs_database=False)
def pages_can_be_stored() -> Iterator[HealthFinding]:
    if not settings.PAGE_FILES:
        yield fine("pages are not stored (MEIRI_DEBUG)")
        return
    folder = Path(settings.HOME) / "pages"
    with TemporaryFile(dir=folder if folder.exists() else settings.HOME) as file:
        file.write(b"0" * 4096)
        file.flush()  # a full disk refuses it; nobody waits until it is on the disk, for balancers ask each few seconds
    yield fine("can be written")


@health_check("page index")
def pages_follow_the_journal() -> Iterator[HealthFinding]:
    if not settings.PAGE_FILES:
        return
    index = page_store().index
    if index.recall(NOT_ALL_WATCHED):
        yield warning(
            "not all folders of files are watched for changes from outside",
            "type: sudo sysctl fs.inotify.max_user_watches=1048576, and restart the site",
        )
    position = index.position
    behind = last_sequence() - position.sequence if position else 0
    pending = index.pending()
    if behind > FAR_BEHIND or pending > FAR_BEHIND:
        yield warning(
            f"{behind} entries are to be followed, {pending} pages wait to be made",
            "see whether a worker runs and has time",
        )
    else:
        yield fine(f"{max(behind, 0)} entries are to be followed, {pending} pages wait to be made")
    for failure in index.failures(MOST_NAMED):
        yield warning(sentence_of(failure), "mend what the log names; it is tried again by itself")


@measurement("meiri_pages_waiting", "Stored pages of this node that wait to be made again")
def waiting_pages() -> Iterator[Sample]:
    if settings.PAGE_FILES:
        yield (), page_store().index.pending()


@measurement(
    "meiri_pages_rendered", "Pages of this node that were rendered to be stored, since its index began"
)
def rendered_pages() -> Iterator[Sample]:
    if settings.PAGE_FILES:
        yield (), page_store().index.rendered


@measurement("meiri_pages_failing", "Pages of this node that can't be made, at most 100")
def failing_pages() -> Iterator[Sample]:
    if settings.PAGE_FILES:
        yield (), len(page_store().index.failures())


@measurement("meiri_pages_lag", "Entries of the journal that this node's pages have not followed yet")
def lag_of_pages() -> Iterator[Sample]:
    if settings.PAGE_FILES and (position := page_store().index.position):
        yield (), max(last_sequence() - position.sequence, 0)
