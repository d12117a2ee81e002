"""What the journal says of polls; never who voted."""

from dataclasses import dataclass

from meiri.journal.content_keys import ARTICLE, POLLS
from meiri.journal.events import JournalEvent, declared


@declared
@dataclass(frozen=True, kw_only=True)
class PollsCounted(JournalEvent):
    """Readers voted since the last time, in so many `polls`."""

    polls: int

    kind = "poll.counted"
    label = "投票：票数更新"
    key_forms = (POLLS,)
    removes_content = False


@declared
@dataclass(frozen=True, kw_only=True)
class PollClosed(JournalEvent):
    """The time of a poll of an `article` is over: so many `voters` took part, and `votes` says how many chose what, by the ids of
    what was to be chosen."""

    article: int
    poll: str
    voters: int
    votes: dict

    kind = "poll.closed"
    label = "投票：截止"
    key_forms = (ARTICLE, POLLS)
    summarised = {"article": "稿件", "poll": "", "voters": "参加人数"}
