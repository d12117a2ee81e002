"""What reading a paste gives, before anything of it is stored."""

from dataclasses import dataclass, field

from meiri.ingest.parsed import FoundPicture


@dataclass
class Part:
    """One block of a paste. `kind` is text, heading, quote, table or picture.

    `markup`: a text, as the editor's rich text is stored. `text`: a heading, or the lines of a quote. `rows`: the cells of a
    table, all of one length; `headed` whether the first row names the columns.
    """

    kind: str
    markup: str = ""
    text: str = ""
    speaker: str = ""
    rows: list[list[str]] = field(default_factory=list)
    headed: bool = False
    caption: str = ""
    picture: FoundPicture | None = None


@dataclass
class LeftOut:
    """What is not taken from a paste: `what` it is, in Chinese, and the words that stood there."""

    what: str
    words: str = ""


@dataclass
class Pasted:
    """`notes` are Chinese sentences about what arrives otherwise than it was."""

    parts: list[Part] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
