"""What the processes of a site have in common, loaded before they are copied from one another: they have it only once.

Nothing here connects to a database or begins a thread.
"""

from functools import cache

from meiri.conf.gc_freeze import freeze_loaded_objects
from meiri.delivery import rendering
from meiri.delivery.script import TraditionalConverter, simplified
from meiri.search.syllables import syllables_of
from meiri.search.words import words


def load_dictionaries() -> None:
    """Those of words, readings and scripts, which take most of the memory."""
    simplified("每日")
    TraditionalConverter().convert("每日")
    words("每日")
    syllables_of("每日")


@cache
def load_site() -> None:
    """All that answers take; a copy of a process that has it does nothing. Static files must have been collected by now."""
    load_dictionaries()
    rendering.load()
    import meiri.conf.wsgi  # noqa: F401

    freeze_loaded_objects()
