"""What the journal says of changes after publication, besides what the things themselves tell."""

from dataclasses import dataclass

from meiri.journal.content_keys import ARTICLE
from meiri.journal.events import JournalEvent, declared


@declared
@dataclass(frozen=True, kw_only=True)
class WordingShown(JournalEvent):
    """An editor decided whether readers see what an article said before one of its changes. `change`: the number of the change."""

    change: int
    shown: bool

    kind = "change.wording"
    label = "修改记录：展示改动文字"
    key_forms = (ARTICLE,)
    summarised = {"change": "修改"}
