"""How an article's comments are taken on a day: as it says itself, as its channel says, and until when."""

from datetime import date, timedelta

from meiri.comments.models import CommentSettings
from meiri.delivery.keys import uses
from meiri.journal.content_keys import COMMENT_SETTINGS, TODAY
from meiri.newsroom.clock import local, today
from meiri.newsroom.models import Article
from meiri.sections.models import CommentPolicy


def policy_of(article: Article, days: int | None = None) -> CommentPolicy:
    """How comments of `article` are taken today. `days`: as `days_of_site`, which is looked up where it is not given and
    neither the article nor its channel decides.

    An article that names a policy of its own is not closed by its age.
    """
    uses(COMMENT_SETTINGS)
    policy = article.comments_by
    if policy == CommentPolicy.CLOSED or article.comment_policy:
        return policy
    last = last_day(article, days)
    if last is None:
        return policy
    # A page that shows whether comments are open changes by itself when that day is over.
    if today() <= last:
        uses(TODAY)
        return policy
    return CommentPolicy.CLOSED


def last_day(article: Article, days: int | None = None) -> date | None:
    """The last day, in Beijing, on which comments are taken; None where no day ends them. `days`: as for `policy_of`."""
    if article.channel.comment_days is not None:
        days = article.channel.comment_days
    elif days is None:
        days = days_of_site()
    if not days or article.published_at is None:
        return None
    return local(article.published_at).date() + timedelta(days=days)


def days_of_site() -> int:
    """For how many days comments are taken where nothing else is said; 0 for ever. One query."""
    return CommentSettings.objects.values_list("days", flat=True).first() or 0
