"""Taking votes: each reader's once, whoever is faster. What was chosen is not changed afterwards."""

from collections.abc import Collection
from enum import Enum

from django.db import transaction
from django.db.models import F

from meiri.polls.asked_polls import AskedPoll
from meiri.polls.models import ChosenCount, Poll, Vote


class VoteFate(Enum):
    TAKEN = "taken"
    VOTED_BEFORE = "voted before"
    CLOSED = "closed"
    WRONG = "wrong"


def take_vote(asked: AskedPoll, chosen: Collection[str], reader: str, device: str | None = None) -> VoteFate:
    """Count the vote of `reader`. `device`: the one that they use, where the reader is a member: what it voted before counts as
    theirs. A bounded number of queries."""
    if asked.is_closed:
        return VoteFate.CLOSED
    chosen = list(dict.fromkeys(chosen))
    if not 0 < len(chosen) <= asked.most or not set(chosen) <= set(asked.choices):
        return VoteFate.WRONG
    return _count_vote(asked, chosen, reader, device)


@transaction.atomic
def _count_vote(asked: AskedPoll, chosen: list[str], reader: str, device: str | None) -> VoteFate:
    poll = keep_poll(asked)
    if device and Vote.objects.filter(poll=poll, reader=f"device:{device}").exists():
        return VoteFate.VOTED_BEFORE
    _, is_new = Vote.objects.get_or_create(poll=poll, reader=reader, defaults={"chosen": chosen})
    if not is_new:
        return VoteFate.VOTED_BEFORE
    ChosenCount.objects.bulk_create(
        [ChosenCount(poll=poll, choice=choice) for choice in chosen], ignore_conflicts=True
    )
    ChosenCount.objects.filter(poll=poll, choice__in=chosen).update(votes=F("votes") + 1)
    Poll.objects.filter(pk=poll.pk).update(voters=F("voters") + 1, voted=True)
    return VoteFate.TAKEN


def keep_poll(asked: AskedPoll) -> Poll:
    """The row of a poll, made where there is none yet, with what was published last. Two queries where nothing changed."""
    asks = {"question": asked.question, "closes": asked.closes}
    poll, is_new = Poll.objects.get_or_create(article_id=asked.article, block=asked.block, defaults=asks)
    if not is_new and (poll.question, poll.closes) != (asked.question, asked.closes):
        poll.question, poll.closes, poll.closed = asked.question, asked.closes, asked.is_closed
        poll.save(update_fields=["question", "closes", "closed"])
    return poll


def has_voted(asked: AskedPoll, readers: Collection[str]) -> bool:
    """Whether one of these `readers` voted. One query, none for nobody."""
    if not readers:
        return False
    return Vote.objects.filter(
        poll__article=asked.article, poll__block=asked.block, reader__in=list(readers)
    ).exists()
