"""Searches that members save (保存的检索), and what was published since that they find."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from meiri.members.models import QueryMatch, SavedSearch, User, WatchedQuery, WatchedWord
from meiri.members.whats_new import NOTED, VISIT
from meiri.newsroom.cards import Card
from meiri.newsroom.models import Article
from meiri.search.folding import fold
from meiri.search.one_article import anchors_of
from meiri.search.query import QueryTooLong, parse

MOST_SAVED, LONGEST = 20, 100
SHOWN, MAILED = 30, 20


@dataclass(frozen=True)
class FoundBySearch:
    """What a saved search found, the newest first, and since when things are new to its member."""

    articles: list[Card]
    since: datetime


def save_search(member: User, words: str) -> SavedSearch:
    """Raises `ValidationError` where there are no words to look out for, too many of them, or too many searches."""
    words = " ".join(words.replace("\0", " ").split())
    if len(words) > LONGEST:
        raise ValidationError(f"保存的检索请控制在 {LONGEST} 个字以内。")
    try:
        query = parse(words)
    except QueryTooLong as error:
        raise ValidationError(str(error)) from error
    if query.is_dated:
        raise ValidationError("带日期的检索不能保存：保存的检索找的是以后发布的稿件。")
    anchors = anchors_of(query)
    if not anchors:
        raise ValidationError("请写上要找的词；只有频道、来源或作者的，可以用“关注”。")
    with transaction.atomic():
        # Whoever saves and whoever drops the last one of a query wait for each other.
        User.objects.select_for_update().get(pk=member.pk)
        watched, _ = WatchedQuery.objects.get_or_create(words=fold(words))
        WatchedQuery.objects.select_for_update().get(pk=watched.pk)
        saved = SavedSearch.objects.filter(member=member, query=watched).first()
        if saved:
            return saved
        if SavedSearch.objects.filter(member=member).count() >= MOST_SAVED:
            raise ValidationError(f"最多保存 {MOST_SAVED} 个检索，请先删去一些。")
        if not watched.anchors.exists():
            WatchedWord.objects.bulk_create(WatchedWord(query=watched, word=word[:120]) for word in anchors)
        return SavedSearch.objects.create(member=member, query=watched, words=words)


def searches_of(member: User) -> list[SavedSearch]:
    """Those of `member`, the newest first, at most `MOST_SAVED`. One query."""
    return list(SavedSearch.objects.filter(member=member).order_by("-made_at", "-pk")[:MOST_SAVED])


def searches_with_news(member: User) -> list[tuple[SavedSearch, int]]:
    """The same, each with how many articles it found since the last look. One query."""
    new = Count(
        "query__matches", Q(query__matches__at__gt=F("looked_at"), query__matches__article__live=True)
    )
    found = (
        SavedSearch.objects.filter(member=member).annotate(new=new).order_by("-made_at", "-pk")[:MOST_SAVED]
    )
    return [(saved, vars(saved)["new"]) for saved in found]


def drop_search(member: User, key: int) -> None:
    """Forget a saved search of this member's, and what it asks for where nobody else saved the same."""
    _drop(SavedSearch.objects.filter(member=member, pk=key))


def forget_searches_of(member: User) -> None:
    """Forget all saved searches of a member who leaves."""
    _drop(SavedSearch.objects.filter(member=member))


@transaction.atomic
def _drop(saved) -> None:
    queries = list(saved.values_list("query", flat=True))
    locked = WatchedQuery.objects.select_for_update().filter(pk__in=queries).order_by("pk")
    for watched in list(locked):
        saved.filter(query=watched).delete()
        if not watched.saved.exists():
            watched.delete()


def look_at(saved: SavedSearch) -> FoundBySearch:
    """Note that the member looks at what was found, and say it. Looks within half an hour are one visit. Three queries."""
    now = timezone.now()
    if now - saved.looked_at > NOTED:
        if now - saved.looked_at > VISIT:
            saved.new_since = saved.looked_at
        saved.looked_at = now
        saved.save(update_fields=["looked_at", "new_since"])
    matches = QueryMatch.objects.filter(query=saved.query_id, at__gt=saved.made_at).order_by("-at", "-pk")
    return FoundBySearch(
        Article.objects.in_order(list(matches.values_list("article", flat=True)[:SHOWN])), saved.new_since
    )


def found_since(member: User, since: datetime) -> list[Card]:
    """The newest articles that any saved search of `member` found since then, each once. Two queries."""
    matches = QueryMatch.objects.filter(
        query__saved__member=member, at__gt=since, at__gte=F("query__saved__made_at")
    )
    keys = dict.fromkeys(matches.order_by("-at", "-pk").values_list("article", flat=True)[: 2 * MAILED])
    return Article.objects.in_order(list(keys)[:MAILED])
