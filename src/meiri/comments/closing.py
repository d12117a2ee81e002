"""How an article's comments are taken on a day: as it says itself, as its channel says, and until when."""

from datetime import date, timedelta

from meiri.comments.models import SETTINGS_KEY, CommentSettings
from meiri.delivery.keys import uses
from meiri.newsroom.clock import local, today
from meiri.newsroom.models import Article
from meiri.sections.models import CommentPolicy


def policy_of(article: Article) -> CommentPolicy:
    """How comments of `article` are taken today. One query, unless the article or its channel decides.

    An article that names a policy of its own is not closed by its age.
    """
    uses(SETTINGS_KEY)
    policy = article.comments_by
    if policy == CommentPolicy.CLOSED or article.comment_policy:
        return policy
    last = last_day(article)
    if last is None:
        return policy
    # A page that shows whether comments are open changes by itself when that day is over.
    if today() <= last:
        uses("today")
        return policy
    return CommentPolicy.CLOSED


def last_day(article: Article) -> date | None:
    """The last day, in Beijing, on which comments are taken; None where no day ends them."""
    days = article.channel.comment_days
    if days is None:
        days = CommentSettings.objects.values_list("days", flat=True).first() or 0
    if not days or article.published_at is None:
        return None
    return local(article.published_at).date() + timedelta(days=days)
