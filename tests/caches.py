"""Values that this process keeps of the database, forgotten where a test changes it behind the journal's back."""

import gc
import sys
from functools import lru_cache

from meiri.journal.cache import InvalidatingCache


def clear_caches() -> None:
    """What is asked for next is read from the database, as another process would."""
    for cache in _caches(len(sys.modules)):
        cache.forget()


@lru_cache(maxsize=1)
def _caches(modules: int) -> list[InvalidatingCache]:
    """All that there are. They are made when their modules are loaded, of which there are `modules`: a look at every object of
    the process takes as long as a page."""
    gc.unfreeze()  # what is frozen is not among the objects
    return [thing for thing in gc.get_objects() if type(thing) is InvalidatingCache]
