"""What follows an erasure by the clock: the list of erasures is kept, and the database rewritten without what was deleted."""

from collections.abc import Callable

from django.utils import timezone

from meiri.journal.log import last_sequence
from meiri.newsroom.erasing_again import erase_again
from meiri.newsroom.erasure_list import Erasure, keep_erasures, list_file
from meiri.newsroom.events import ArticleErased, VersionErased
from meiri.operations.vacuuming import rewrite_database, rewritten_up_to, size_of_database

# A larger database is rewritten at night, when the fewest write: a GB takes some seconds.
SMALL = 1_000_000_000
NIGHT = range(2, 5)


def newest_erasure() -> int:
    """The number of the entry of the newest order; 0 for none. Two look-ups in an index."""
    return last_sequence(ArticleErased, VersionErased)


def erasures_are_unfinished() -> bool:
    """Whether something is to be done now."""
    newest = newest_erasure()
    if newest == 0 or (rewritten_up_to() >= newest and list_file().exists()):
        return False
    return timezone.localtime().hour in NIGHT or size_of_database() < SMALL


def finish_erasures() -> None:
    """Keep the list, and rewrite the database. Raises `DatabaseError` where others hold it: it is tried again."""
    newest = newest_erasure()
    keep_erasures()
    if rewritten_up_to() < newest:
        rewrite_database(newest)


def erase_in_restored(erased: list[Erasure], tell: Callable[[str], object]) -> None:
    """Erase again, in a database that was just restored or imported, what was erased since: it must not bring back what a court took away.
    `tell` is given a sentence of each, for operators. Raises `NotErasedAgain`."""
    keep_erasures(erased)
    if erase_again(erased, tell):
        rewrite_database(newest_erasure())
