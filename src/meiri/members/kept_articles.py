"""What members keep: favourites, the history of what they read, the channels, stations, topics, authors and tags they follow."""

from collections.abc import Sequence
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from meiri.members.models import ArticleOfMember, Favourite, Follow, Reading, User
from meiri.newsroom.cards import Card
from meiri.newsroom.keyset import Cursor
from meiri.newsroom.models import Article
from meiri.newsroom.river import newest_at_each, older_at_each

PER_PAGE = 20
MOST_FAVOURITES, MOST_READINGS, MOST_FOLLOWS = 5_000, 1_000, 30
# Articles that a device keeps to be read later: `later.js` has the same number.
MOST_LATER = 100


class CardOfMember(NamedTuple):
    """What is kept of an article; `card` is None where it has been withdrawn."""

    kept: ArticleOfMember
    card: Card | None


def page_of_kept(
    model: type[ArticleOfMember], member: User, before: Cursor | None = None
) -> tuple[list[CardOfMember], Cursor | None]:
    """A page of what `member` keeps, the newest first, and where the next page begins. Two or three queries."""
    rows = model._default_manager.filter(member=member).order_by("-at", "-pk")
    if before is not None:
        rows = rows.filter(Q(at__lt=before.at) | Q(at=before.at, pk__lt=before.key))
    found = list(rows[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    kept = [row.article_id for row in shown]
    cards = {card.pk: card for card in Article.objects.in_order(kept, with_set_apart=True)}
    after = Cursor(shown[-1].at, shown[-1].pk) if len(found) > PER_PAGE else None
    return [CardOfMember(row, cards.get(row.article_id)) for row in shown], after


def keep_article(member: User, article: Article) -> None:
    """Raises `ValidationError` where the member keeps too many."""
    if Favourite.objects.filter(member=member, article=article).exists():
        return
    if Favourite.objects.filter(member=member)[MOST_FAVOURITES - 1 : MOST_FAVOURITES].exists():
        raise ValidationError(f"最多收藏 {MOST_FAVOURITES} 篇，请先删去一些。")
    Favourite.objects.get_or_create(member=member, article=article)


@transaction.atomic
def keep_articles(member: User, numbers: Sequence[int]) -> tuple[list[int], str]:
    """Keep those of the articles that are published, in their order, as far as there is room: which are kept, those kept before
    among them, and what is to be said where some found none. Four queries."""
    wanted = list(dict.fromkeys(numbers))[:MOST_LATER]
    live = set(Article.objects.live().filter(pk__in=wanted).values_list("pk", flat=True))
    mine = Favourite.objects.filter(member=member)
    known = set(mine.filter(article__in=live).values_list("article", flat=True))
    new = [number for number in wanted if number in live and number not in known]
    room = max(MOST_FAVOURITES - mine.count(), 0)
    now = timezone.now()
    # The first of them was kept last, and stands first.
    rows = [Favourite(member=member, article_id=number, at=now) for number in reversed(new[:room])]
    Favourite.objects.bulk_create(rows, ignore_conflicts=True)
    kept = [number for number in wanted if number in known or number in new[:room]]
    refusal = f"最多收藏 {MOST_FAVOURITES} 篇，请先删去一些。" if new[room:] else ""
    return kept, refusal


def gone_of(numbers: Sequence[int]) -> list[int]:
    """Those of the articles, at most `MOST_LATER`, that are not published. One query."""
    wanted = list(dict.fromkeys(numbers))[:MOST_LATER]
    live = set(Article.objects.live().filter(pk__in=wanted).values_list("pk", flat=True))
    return [number for number in wanted if number not in live]


def is_favourite(member: User, article_id: int) -> bool:
    return Favourite.objects.filter(member=member, article_id=article_id).exists()


def drop_article(model: type[ArticleOfMember], member: User, article_id: int) -> None:
    """Forget one article; of this member's, whatever the key."""
    model._default_manager.filter(member=member, article_id=article_id).delete()


def note_reading(member: User, article_id: int) -> None:
    """Keep that `member` reads an article just now; nothing at all where the member keeps no history."""
    if not member.keeps_history:
        return
    Reading.objects.update_or_create(member=member, article_id=article_id, defaults={"at": timezone.now()})
    oldest = Reading.objects.filter(member=member).order_by("-at", "-pk")
    Reading.objects.filter(
        pk__in=list(oldest.values_list("pk", flat=True)[MOST_READINGS : MOST_READINGS + 50])
    ).delete()


def keep_history(member: User, on: bool) -> None:
    """Switch the history on or off. What was kept goes when it is switched off."""
    member.keeps_history = on
    member.save(update_fields=["keeps_history"])
    if not on:
        forget_history(member)


def forget_history(member: User) -> None:
    Reading.objects.filter(member=member).delete()


def follow_section(member: User, section) -> None:
    """Raises `ValidationError` where the member follows too many."""
    if Follow.objects.filter(member=member).count() >= MOST_FOLLOWS:
        raise ValidationError(f"最多关注 {MOST_FOLLOWS} 个，请先取消一些。")
    Follow.objects.get_or_create(member=member, **{section._meta.model_name: section})


def unfollow_section(member: User, section) -> None:
    Follow.objects.filter(member=member, **{section._meta.model_name: section}).delete()


def is_followed(member: User, section) -> bool:
    return Follow.objects.filter(member=member, **{section._meta.model_name: section}).exists()


def followed_by(member: User) -> list[Follow]:
    """At most `MOST_FOLLOWS`. One query."""
    return list(Follow.objects.filter(member=member).select_related(*Follow.KINDS).order_by("pk"))


def news_for(followed: Sequence[Follow], before: Cursor | None = None) -> tuple[list[Card], Cursor | None]:
    """A page of what was published where one follows, the newest first, each article once. Three queries at most, each
    place one look-up in the index."""
    wanted = dict.fromkeys((f.place for f in followed), PER_PAGE + 1)
    by_place = older_at_each(wanted, before) if before else newest_at_each(wanted)
    times = Article.objects.times_of(sorted({key for keys in by_place.values() for key in keys}))
    newest = sorted(times, key=lambda key: (times[key], key), reverse=True)
    shown = newest[:PER_PAGE]
    after = Cursor(times[shown[-1]], shown[-1]) if len(newest) > PER_PAGE else None
    return Article.objects.in_order(shown), after
