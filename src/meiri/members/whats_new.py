"""What was published where a member follows since they last looked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from meiri.members.kept_articles import PER_PAGE, followed_by, news_for
from meiri.members.models import Follow, NoticeChoice, User
from meiri.newsroom.cards import Card

# Looks that are not further apart are one visit. Within a minute nothing is written.
VISIT, NOTED = timedelta(minutes=30), timedelta(minutes=1)


@dataclass(frozen=True)
class WhatsNew:
    """`articles`: the newest, whether or not they are new; `count`: how many of them are, `is_least`: there may be more; `since`: None at the
    first look."""

    followed: list[Follow]
    articles: list[Card]
    since: datetime | None
    count: int
    is_least: bool


def look(member: User) -> datetime | None:
    """Note that `member` looks at what is new; since when things are new to them, None at the first look. Two queries."""
    now = timezone.now()
    choice, made = NoticeChoice.objects.get_or_create(member=member, defaults={"looked_at": now})
    if made or (choice.looked_at and now - choice.looked_at < NOTED):
        return choice.new_since
    if choice.looked_at and now - choice.looked_at > VISIT:
        choice.new_since = choice.looked_at
    choice.looked_at = now
    choice.save(update_fields=["looked_at", "new_since"])
    return choice.new_since


def whats_new(member: User) -> WhatsNew:
    """A page of what is new to `member`. Six queries at most, whatever is followed."""
    since, followed = look(member), followed_by(member)
    articles, after = news_for(followed)
    count = sum(since is not None and article.published_at > since for article in articles)
    return WhatsNew(followed, articles, since, count, bool(after) and count == PER_PAGE)
