"""Comparing what is published with the searches that members saved, and telling them: article by article, in steps of one transaction.

No search is run over the archive. An article's words name the queries that it may answer, each query once however many members saved it, and
an index of the article alone answers those.
"""

from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from meiri.journal.consumers import consumer
from meiri.members.models import (
    NoticeChoice,
    QueryMatch,
    SavedSearch,
    SavedSearchRound,
    WatchedQuery,
    WatchedWord,
)
from meiri.members.telling_followers import fresh_articles_of, push_article
from meiri.newsroom.models import Article
from meiri.personal.notices import tell_many
from meiri.search.index_documents import fields_of_articles
from meiri.search.one_article import asker_of, words_in
from meiri.search.query import parse
from meiri.sections.minors import not_set_apart

# How long what was found is kept, and a round that ended.
KEPT, ROUNDS_KEPT = timedelta(days=30), timedelta(days=2)
# Queries compared in one step, members told in one, steps in one run of the clock; words of one look-up.
COMPARED, TOLD, STEPS, WORDS = 500, 500, 40, 500
STEP = 5_000


@consumer("saved searches")
def begin_search_rounds(entries) -> None:
    """Begin a round for each article that was published for the first time just now, where anything is saved at all."""
    keys = fresh_articles_of(entries)
    if keys and WatchedQuery.objects.exists():
        SavedSearchRound.objects.bulk_create(
            [SavedSearchRound(article_id=key) for key in keys], ignore_conflicts=True
        )


def search_rounds_are_open() -> bool:
    """One look-up in an index that holds nothing but open rounds."""
    return SavedSearchRound.objects.filter(done_at=None).exists()


def go_on_with_searches() -> int:
    """Go on with the rounds, a bounded number of steps. How many members were told. Run by the clock."""
    told = 0
    for _ in range(STEPS):
        with transaction.atomic():
            one = SavedSearchRound.objects.select_for_update().filter(done_at=None).order_by("pk").first()
            if one is None:
                break
            article = Article.objects.live().filter(not_set_apart(), pk=one.article_id).first()
            if article is None:
                one.done_at = timezone.now()
            elif not one.compared:
                _compare(one)
            else:
                told += _tell(one, article)
            one.save()
    return told


def _compare(one: SavedSearchRound) -> None:
    """Compare the article with the next queries that it may answer."""
    fields = fields_of_articles([one.article_id])
    words = sorted(words_in(fields[0])) if fields else []
    likely: set[int] = set()
    for start in range(0, len(words), WORDS):
        named = WatchedWord.objects.filter(word__in=words[start : start + WORDS], query__gt=one.query)
        likely.update(named.order_by("query").values_list("query", flat=True).distinct()[: COMPARED + 1])
    queries = list(WatchedQuery.objects.filter(pk__in=sorted(likely)[:COMPARED]).order_by("pk"))
    if queries:
        answers = asker_of(fields[0])
        found = [query for query in queries if answers(parse(query.words))]
        QueryMatch.objects.bulk_create(
            [QueryMatch(query=query, article_id=one.article_id) for query in found], ignore_conflicts=True
        )
        one.query = queries[-1].pk
    one.compared = len(likely) <= COMPARED


def _tell(one: SavedSearchRound, article: Article) -> int:
    """Tell the next members who saved what the article answers, each once. How many."""
    matched = QueryMatch.objects.filter(article=article).values("query")
    next_ones = SavedSearch.objects.filter(query__in=matched, member__gt=one.told).order_by("member")
    first = dict(next_ones.values("member").annotate(first=Min("pk")).values_list("member", "first")[:TOLD])
    if len(first) < TOLD:
        one.done_at = timezone.now()
    if not first:
        return 0
    one.told = max(first)
    words = dict(SavedSearch.objects.filter(pk__in=first.values()).values_list("member", "words"))
    choices = NoticeChoice.objects.filter(member__in=list(first))
    by_words: dict[str, list[int]] = defaultdict(list)
    for member in choices.filter(searches_on_page=True).values_list("pk", flat=True):
        by_words[words[member]].append(member)
    for saved, members in by_words.items():
        tell_many(members, f"您保存的检索“{saved}”有新稿：{article.title}", article.get_absolute_url())
    by_push = push_article(article, choices.filter(searches_by_push=True))
    return len({*by_push, *(member for members in by_words.values() for member in members)})


def forget_matches() -> int:
    """Delete what was found long ago, a bounded step at a time. How many. Run by the clock."""
    now = timezone.now()
    rounds = SavedSearchRound.objects.filter(done_at__lt=now - ROUNDS_KEPT).values("pk")[:STEP]
    SavedSearchRound.objects.filter(pk__in=rounds).delete()
    old = QueryMatch.objects.filter(at__lt=now - KEPT).order_by("at").values("pk")[:STEP]
    return QueryMatch.objects.filter(pk__in=old).delete()[0]
