"""What the journal says of the rules that lists follow."""

from dataclasses import dataclass

from meiri.journal.content_keys import RANKING_RULES
from meiri.journal.events import JournalEvent, declared


@declared
@dataclass(frozen=True, kw_only=True)
class RankingRulesRecorded(JournalEvent):
    """From here on lists follow other rules than before, or it is recorded for the first time. `rules`: all that hold, each a sentence
    with the heading that it stands under, as readers of `/paixu/` see it."""

    rules: list[str]

    kind = "ranking.recorded"
    label = "排序规则：变更"
    key_forms = (RANKING_RULES,)
    removes_content = False
