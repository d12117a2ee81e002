"""Votes in the polls of the sample's articles, so that results look as they do on a site that is read."""

import random

from django.db import transaction

from meiri.newsroom.models import Article
from meiri.polls.asked_polls import AskedPoll, polls_in
from meiri.polls.models import ChosenCount, Poll, Vote
from meiri.polls.vote_counting import keep_poll
from meiri.sample.content_files import articles

VOTERS = 214


def load_votes() -> None:
    """Let readers vote in each poll of the sample in which nobody has voted yet."""
    titles = [sample.fields["title"] for sample in articles() if "poll" in dict(sample.blocks)]
    for article in Article.objects.live().filter(title__in=titles).order_by("pk"):
        for asked in polls_in(article.pk, article.body.raw_data):
            vote_in(asked)


@transaction.atomic
def vote_in(asked: AskedPoll) -> None:
    poll = keep_poll(asked)
    if poll.voters:
        return
    chance, choices = random.Random(asked.question), list(asked.choices)
    weights = [chance.uniform(1, 5) for _ in choices]
    chosen = [chance.choices(choices, weights)[0] for _ in range(VOTERS)]
    Vote.objects.bulk_create(
        [Vote(poll=poll, reader=f"device:sample-{n}", chosen=[choice]) for n, choice in enumerate(chosen)]
    )
    ChosenCount.objects.bulk_create(
        [ChosenCount(poll=poll, choice=choice, votes=chosen.count(choice)) for choice in choices]
    )
    Poll.objects.filter(pk=poll.pk).update(voters=VOTERS, voted=True)
