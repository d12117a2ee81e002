"""The polls of an article as it is published: what is asked, what there is to choose, and what came out of it so far."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from meiri.newsroom.body.poll import closing_time
from meiri.newsroom.body.stored_words import items_of, struct_of
from meiri.newsroom.models import Article
from meiri.polls.models import ChosenCount, Poll

KIND = "poll"


@dataclass(frozen=True)
class AskedPoll:
    """A poll as the body of its article has it. `choices`: the words by the ids of what is listed, in their order."""

    article: int
    block: str
    question: str
    choices: dict[str, str]
    most: int
    closes: datetime | None
    shown_at_end: bool
    members_only: bool

    @property
    def is_closed(self) -> bool:
        return self.closes is not None and self.closes <= timezone.now()

    @property
    def is_single(self) -> bool:
        return self.most == 1


@dataclass(frozen=True)
class ChoiceResult:
    """How many chose something, and their share of all who took part, in per cent."""

    choice: str
    words: str
    votes: int
    share: int


@dataclass(frozen=True)
class PollResult:
    """What came out so far; no `choices` while it is not told before the end."""

    voters: int
    choices: list[ChoiceResult]


def polls_in(article: int, raw: Any) -> Iterator[AskedPoll]:
    """The polls in a body as it is stored. What is not as it should be is left out."""
    for block in raw:
        if isinstance(block, dict) and block.get("type") == KIND and (asked := asked_poll(article, block)):
            yield asked


def asked_poll(article: int, block: dict) -> AskedPoll | None:
    """A poll of its stored block; None of one that nobody could vote in."""
    stored, number = struct_of(block.get("value")), block.get("id")
    choices = {
        item["id"]: str(struct_of(item["value"]).get("text") or "")
        for item in items_of(stored, "choices")
        if isinstance(item.get("id"), str)
    }
    most = stored.get("most")
    if not isinstance(number, str) or not choices or not isinstance(most, int):
        return None
    return AskedPoll(
        article,
        number,
        str(stored.get("question") or ""),
        choices,
        max(1, min(most, len(choices))),
        closing_time(stored),
        bool(stored.get("shown_at_end")),
        bool(stored.get("members_only")),
    )


def poll_in_block(article: int | None, block: Any) -> AskedPoll | None:
    """The poll that a block of an article's body is, as Wagtail gives it; None of one that nobody could vote in."""
    return asked_poll(article or 0, block.get_prep_value())


def find_poll(article_id: int, block: str) -> AskedPoll | None:
    """The poll in this block of a published article; None where readers see none. One query."""
    article = Article.objects.live().filter(pk=article_id).only("body").first()
    found = polls_in(article_id, article.body.raw_data) if article else iter(())
    return next((poll for poll in found if poll.block == block), None)


def result_of(asked: AskedPoll) -> PollResult:
    """What readers may know of how a poll stands. Two queries."""
    poll = Poll.objects.filter(article=asked.article, block=asked.block).first()
    if poll is None:
        return PollResult(0, [] if _is_kept_back(asked) else _shares(asked, {}, 0))
    if _is_kept_back(asked):
        return PollResult(poll.voters, [])
    votes = dict(ChosenCount.objects.filter(poll=poll).values_list("choice", "votes"))
    return PollResult(poll.voters, _shares(asked, votes, poll.voters))


def _is_kept_back(asked: AskedPoll) -> bool:
    return asked.shown_at_end and not asked.is_closed


def _shares(asked: AskedPoll, votes: dict[str, int], voters: int) -> list[ChoiceResult]:
    return [
        ChoiceResult(
            choice, words, votes.get(choice, 0), round(100 * votes.get(choice, 0) / voters) if voters else 0
        )
        for choice, words in asked.choices.items()
    ]
