"""Which articles an editor may be told of: what readers see, and what the editor's desk covers."""

from collections.abc import Collection

from meiri.newsroom.listing import ANY_DEED
from meiri.newsroom.models import Article
from meiri.newsroom.permissions import policy


def visible_to(user, ids: Collection[int]) -> dict[int, Article]:
    """Those of the articles `ids` that `user` may be told of, by key. Two queries, and those of the user's groups."""
    articles = Article.objects.select_related("source", "channel").in_bulk(ids)
    drafts = [key for key, article in articles.items() if not article.live]
    if drafts:
        own = policy.instances_user_has_any_permission_for(user, ANY_DEED)
        covered = set(own.filter(pk__in=drafts).values_list("pk", flat=True))
        articles = {key: a for key, a in articles.items() if a.live or key in covered}
    return articles


def may_write(user) -> bool:
    return policy.user_has_any_permission(user, ["add", "change"])
