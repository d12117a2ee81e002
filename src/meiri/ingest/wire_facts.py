"""What a wire says of an item beside its text: which story it is, in which version, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class PubStatus(StrEnum):
    """IPTC's publishing status (cv.iptc.org/newscodes/pubstatusg2)."""

    USABLE = "usable"
    WITHHELD = "withheld"  # until further notice
    CANCELED = "canceled"  # for good: a kill


@dataclass
class WireFacts:
    """`guid` names the story in all its versions, and nothing else of its provider; "" where the item says none. `version` is greater in
    later ones, 0 where the item says none. `urgency` runs from 1, the most urgent, to 9; 0 where the item says none.

    `subjects` are codes with the name of their scheme (`medtop:20000065`, `anpa:s`), `subject_names` what they are called. `note` is what
    the provider tells editors. Moments are aware.
    """

    guid: str = ""
    version: int = 0
    status: str = PubStatus.USABLE
    is_correction: bool = False
    embargoed_until: datetime | None = None
    updated_at: datetime | None = None
    urgency: int = 0
    note: str = ""
    provider: str = ""
    slugline: str = ""
    subjects: list[str] = field(default_factory=list)
    subject_names: list[str] = field(default_factory=list)
