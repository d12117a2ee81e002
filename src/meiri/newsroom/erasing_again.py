"""Erases once more what the list of erasures names, in a database that is older than the orders."""

from collections.abc import Iterable, Iterator

from django.core.exceptions import ValidationError
from django.db import transaction

from meiri.changes.version_numbers import count_versions, erasures_of
from meiri.journal.models import Entry
from meiri.newsroom.changes import ARTICLES
from meiri.newsroom.erasing import erase, erase_version
from meiri.newsroom.erasure_list import Erasure
from meiri.newsroom.events import ArticleErased
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import withdraw
from meiri.newsroom.told_entries import entries_naming


def erase_again(erasures: Iterable[Erasure]) -> Iterator[str]:
    """Erase what the list says and this database still has, by the system. A sentence for each that was there, for operators."""
    for one in erasures:
        try:
            done = _erase_listed(one)
        except ValidationError as error:
            done = f"could not be erased again: {error.messages[0]}"
        if done:
            what = f"version {one.version} of article" if one.version else "article"
            yield f"{what} {one.article} {done}"


@transaction.atomic
def _erase_listed(one: Erasure) -> str:
    """What was done; "" where this database does not have it, or has erased it."""
    article = Article.objects.filter(pk=one.article).first()
    if article is None or not Entry.objects.filter(sequence=one.entry, digest=one.digest).exists():
        return ""
    thing = ARTICLES.name(article)
    if one.version is None:
        if any(isinstance(entry.event, ArticleErased) for entry in entries_naming([article.content_key])):
            return ""
        erase(article, one.order, one.reason)
        return "is erased again"
    if one.version in erasures_of(thing):
        return ""
    is_live = article.live and one.version == count_versions(thing)
    if is_live:
        # What came in its place is not in this database.
        withdraw(article, one.reason)
    erase_version(article, one.version, one.order, one.reason)
    return "is erased again" + (
        ", and the article is withdrawn: nothing newer is in the backup" if is_live else ""
    )
