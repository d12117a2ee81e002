"""Files of a wire are done with when all of their items are stored, and not before."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from meiri.ingest.guarded_reading import ItemReader
from meiri.ingest.items import Item

# Seconds for which nobody has written to a file that is whole.
SETTLED = 5
TOO_LONG = "读的时间太长，没有读完，请来源拆成几个文件再发。"


@dataclass
class EndOfFile:
    """Stands among items behind those of one file. Whoever takes them writes here what came of these: how many were new or changed, and
    whether none of them met an error."""

    taken: int = 0
    is_stored: bool = False


def items_of_file(
    items: Iterable[Item], reader: ItemReader, name: str, is_first: bool
) -> Generator[Item | EndOfFile, None, bool]:
    """The `items` of one file, and its end. Gives back whether it is done with: else it comes again, and what was stored is known then.

    A file for which the time of a run was not enough is not done with, unless it was the first and brought nothing new: it would never get
    further.
    """
    end = EndOfFile()
    for item in items:
        if reader.is_out_of_time:
            break
        yield item
    yield end
    if not reader.is_out_of_time:
        return end.is_stored
    if not is_first or end.taken or not end.is_stored:
        return False
    yield Item(name, reason=TOO_LONG)
    return True
