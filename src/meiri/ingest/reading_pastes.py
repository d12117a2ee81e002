"""Pastes read in a process of their own, as items of an import are (`reading.py`)."""

from meiri.guarded import Busy, Failed, Guard, Limits, Overrun
from meiri.ingest.parsed import Unreadable
from meiri.ingest.pasted import Pasted
from meiri.ingest.pasting import read_paste

# Bytes of all that a clipboard holds.
LARGEST = 64 * 1024 * 1024
GUARD = Guard(
    Limits(seconds=30, processor_seconds=20, memory=1536 * 1024 * 1024),
    most=2,
    patience=10,
    answers=frozenset(
        [
            "meiri.ingest.pasted.Pasted",
            "meiri.ingest.pasted.Part",
            "meiri.ingest.pasted.LeftOut",
            "meiri.ingest.parsed.FoundPicture",
        ]
    ),
    refusals=(Unreadable,),
)


def read_guarded_paste(markup: str, text: str, rtf: str) -> Pasted:
    """As `read_paste`. Raises `Unreadable`."""
    try:
        with GUARD.process() as process:
            return process.call(read_paste, markup, text, rtf)
    except Busy:
        raise Unreadable("正在整理的粘贴较多，请过一会儿再粘贴。") from None
    except Overrun:
        raise Unreadable("粘贴的内容过大或过于复杂，请分几次粘贴。") from None
    except Failed as error:
        raise Unreadable(f"整理粘贴的内容时出错（{error.kind}）。") from error
