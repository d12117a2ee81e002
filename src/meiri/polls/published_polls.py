"""Polls follow what is published: a consumer of the journal, so that each has its row and closes in time."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast

from meiri.journal.consumers import consumer
from meiri.journal.content_keys import ARTICLE
from meiri.journal.models import Entry
from meiri.newsroom.events import ArticlePublished
from meiri.newsroom.models import Article
from meiri.polls.asked_polls import KIND, polls_in
from meiri.polls.models import Poll
from meiri.polls.vote_counting import keep_poll


@consumer("polls")
def follow_articles(entries: Sequence[Entry]) -> None:
    """Bring the polls of the articles that the entries published to how those stand now; so an entry may come again."""
    articles: dict[int, None] = {}
    for entry in entries:
        if isinstance(event := entry.event, ArticlePublished):
            articles |= dict.fromkeys(list(ARTICLE.numbers(event.keys))[:1])
    for article in _with_polls(list(articles)):
        keep_polls(article)


def _with_polls(keys: Sequence[int]) -> Iterable[Article]:
    """Those of the published articles whose body may have a poll, or had one. One query, which reads no other bodies."""
    had_one = Exists(Poll.objects.filter(article=OuterRef("pk")))
    found = Article.objects.live().filter(pk__in=keys).annotate(stored=Cast("body", TextField()))
    return found.filter(Q(stored__contains=f'"{KIND}"') | had_one).only("body")


@transaction.atomic
def keep_polls(article: Article) -> None:
    """Keep the polls of a published article. What nobody voted in goes with its block."""
    asked = list(polls_in(article.pk, article.body.raw_data))
    gone = Poll.objects.filter(article=article, voters=0).exclude(block__in=[poll.block for poll in asked])
    gone.delete()
    for poll in asked:
        keep_poll(poll)
