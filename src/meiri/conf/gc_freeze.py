"""The garbage collector in a long-running process."""

import gc

# Allocations between two looks of the collector. A page makes some ten thousand objects, nearly all of which go with it.
ALLOCATIONS = 20_000


def freeze_loaded_objects() -> None:
    """What is loaded by now stays for good: the collector need not walk it again and again while readers wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS, 20, 20)
