"""Which articles an editor may be told of: what readers see, and what the editor may see as a draft."""

from collections.abc import Collection

from meiri.newsroom.models import Article
from meiri.policy import may, visible


def visible_to(user, ids: Collection[int]) -> dict[int, Article]:
    """Those of the articles `ids` that `user` may be told of, by key."""
    articles = Article.objects.select_related("source", "channel")
    return visible(user, articles, "choose").in_bulk(ids)


def has_drafts_open_to(user, ids: Collection[int]) -> set[int]:
    """Those of the articles `ids` of which `user` may see what readers do not see yet."""
    return set(visible(user, Article.objects.filter(pk__in=ids)).values_list("pk", flat=True))


def may_write(user) -> bool:
    return may(user, "add", Article) or may(user, "change", Article)
