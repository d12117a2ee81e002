"""What the clock tells readers' pages of polls: new votes some seconds after they came, and the end of a poll's time."""

from django.db import transaction
from django.utils import timezone

from meiri.journal.content_keys import ARTICLE
from meiri.journal.log import append
from meiri.polls.events import PollClosed, PollsCounted
from meiri.polls.models import ChosenCount, Poll

# Polls named in one entry that says that votes were counted, and those closed in one go.
TOLD_AT_ONCE, CLOSED_AT_ONCE = 1_000, 100


def polls_wait() -> bool:
    """Whether a poll was voted in since it was told, or is over. Two look-ups, each in an index of its own."""
    return Poll.objects.filter(voted=True).exists() or Poll.objects.to_close(timezone.now()).exists()


def tell_polls() -> int:
    """Tell which polls were voted in and close those whose time is over. How many. Run by the clock."""
    return tell_votes() + close_polls()


@transaction.atomic
def tell_votes() -> int:
    """Let the journal say in which polls readers voted since it last did, in one entry. How many."""
    polls = list(Poll.objects.select_for_update().filter(voted=True).order_by("pk")[:TOLD_AT_ONCE])
    if polls:
        Poll.objects.filter(pk__in=[poll.pk for poll in polls]).update(voted=False)
        append(
            PollsCounted(keys=list({poll.content_key: None for poll in polls}), polls=len(polls)), "system"
        )
    return len(polls)


@transaction.atomic
def close_polls() -> int:
    """Close polls whose time is over, with an entry each: from then on their article's page has the result. How many."""
    due = Poll.objects.select_for_update(of=("self",)).to_close(timezone.now()).order_by("closes")
    polls = list(due[:CLOSED_AT_ONCE])
    votes: dict[int, dict[str, int]] = {poll.pk: {} for poll in polls}
    for poll, choice, count in ChosenCount.objects.filter(poll__in=votes).values_list(
        "poll_id", "choice", "votes"
    ):
        votes[poll][choice] = count
    for poll in polls:
        append(
            PollClosed(
                keys=[ARTICLE.key(poll.article_id), poll.content_key],
                article=poll.article_id,
                poll=poll.question,
                voters=poll.voters,
                votes=votes[poll.pk],
            ),
            "system",
        )
    Poll.objects.filter(pk__in=list(votes)).update(closed=True, voted=False)
    return len(polls)
