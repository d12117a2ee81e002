"""Telling followers of an article that was published, by the journal: place by place and follower by follower, in steps of one
transaction, so that a channel with a million followers holds nothing up and a worker that dies loses nobody."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from meiri.journal.consumers import consumer
from meiri.members.models import Follow, NewsRound, NoticeChoice
from meiri.newsroom.events import ArticlePublished
from meiri.newsroom.models import Article
from meiri.newsroom.place_kinds import PlaceKind
from meiri.newsroom.river import Listing
from meiri.personal.notices import tell_many
from meiri.push.subscribing import write_messages
from meiri.sections.minors import not_set_apart

# What was published longer ago is no news: an archive that is imported, an old report that is corrected.
FRESH = timedelta(days=1)
KEPT = timedelta(days=2)
# How many news a member is pushed on one day, and for how long one is worth sending.
MOST_PUSHED, WORTH = 20, timedelta(hours=6)
# Followers in one step, and steps in one run of the clock.
STEP, STEPS = 500, 40
NAMES = {
    PlaceKind.CHANNEL: "channel",
    PlaceKind.STATION: "station",
    PlaceKind.TOPIC: "topic",
    PlaceKind.AUTHOR: "author",
    PlaceKind.TAG: "tag",
}


@consumer("followers")
def begin_rounds(entries) -> None:
    """Begin a round for each article that was published for the first time just now."""
    rounds = [NewsRound(article_id=key) for key in fresh_articles_of(entries)]
    NewsRound.objects.bulk_create(rounds, ignore_conflicts=True)


def fresh_articles_of(entries) -> list[int]:
    """The articles that entries publish for the first time just now, without what may harm minors. One query at most."""
    published = [entry.event for entry in entries if isinstance(entry.event, ArticlePublished)]
    keys = {event.article for event in published if event.article is not None}
    if not keys:
        return []
    fresh = timezone.now() - FRESH
    articles = Article.objects.live().filter(
        not_set_apart(), pk__in=keys, published_at__gte=fresh, first_published_at__gte=fresh
    )
    return list(articles.values_list("pk", flat=True))


def rounds_are_open() -> bool:
    """One look-up in an index that holds nothing but open rounds."""
    return NewsRound.objects.filter(done_at=None).exists()


def tell_followers() -> int:
    """Go on with the rounds, a bounded number of steps. How many members were told. Run by the clock."""
    told = 0
    for _ in range(STEPS):
        with transaction.atomic():
            open_rounds = NewsRound.objects.select_for_update().filter(done_at=None)
            one = open_rounds.order_by("pk").first()
            if one is None:
                break
            told += _go_on(one)
    return told


def _go_on(one: NewsRound) -> int:
    """One step of a round: the next followers of one place. How many were told."""
    article = Article.objects.live().filter(not_set_apart(), pk=one.article_id).first()
    places = _places(one.article_id) if article else []
    place = next((place for place in places if place >= (one.place_kind, one.place_id)), None)
    if article is None or place is None:
        NewsRound.objects.filter(pk=one.pk).update(done_at=timezone.now())
        return 0
    after = one.follow if place == (one.place_kind, one.place_id) else 0
    here = Follow.objects.filter(**_at(place), pk__gt=after).select_related(NAMES[PlaceKind(place[0])])
    follows = list(here.order_by("pk")[:STEP])
    told = _tell(article, follows, places[: places.index(place)])
    one.place_kind, one.place_id, one.follow = *place, follows[-1].pk if follows else 0
    if len(follows) < STEP:
        one.place_id, one.follow = place[1] + 1, 0
    one.save(update_fields=["place_kind", "place_id", "follow"])
    return told


def _places(article_id: int) -> list[tuple[int, int]]:
    listings = Listing.objects.filter(article=article_id, place_kind__in=NAMES)
    return sorted(listings.values_list("place_kind", "place_id"))


def _at(place: tuple[int, int]) -> dict:
    return {f"{NAMES[PlaceKind(place[0])]}_id": place[1]}


def _tell(article: Article, follows: Sequence[Follow], before: Sequence[tuple[int, int]]) -> int:
    """Tell those who follow, by the ways they chose; not whoever was told at one of the places `before`."""
    members = [follow.member_id for follow in follows]
    if not members:
        return 0
    told = set[int]()
    for place in before:
        told |= set(Follow.objects.filter(**_at(place), member__in=members).values_list("member", flat=True))
    left = [member for member in members if member not in told]
    choices = NoticeChoice.objects.filter(member__in=left)
    on_page = list(choices.filter(news_on_page=True).values_list("pk", flat=True))
    words = f"您关注的“{follows[0].section.name}”有新稿：{article.title}"
    tell_many(on_page, words, article.get_absolute_url())
    by_push = push_article(article, choices.filter(news_by_push=True))
    return len({*on_page, *by_push})


def push_article(article: Article, choices) -> list[int]:
    """Push `article` to those of `choices` who had not their fill today. Their keys."""
    today = timezone.localdate()
    wanted = choices.filter(~Q(pushed_on=today) | Q(pushed__lt=MOST_PUSHED))
    members = list(wanted.values_list("pk", flat=True))
    if members:
        pushed = NoticeChoice.objects.filter(pk__in=members)
        pushed.exclude(pushed_on=today).update(pushed_on=today, pushed=0)
        pushed.update(pushed=F("pushed") + 1)
        write_messages(members, article.title, article.get_absolute_url(), timezone.now() + WORTH)
    return members


def forget_rounds() -> int:
    """Delete rounds that ended long ago, a bounded step at a time. How many. Run by the clock."""
    over = NewsRound.objects.filter(done_at__lt=timezone.now() - KEPT).values_list("pk", flat=True)[:STEP]
    return NewsRound.objects.filter(pk__in=list(over)).delete()[0]
