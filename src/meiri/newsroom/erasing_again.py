"""Erases once more what the list of erasures names, in a database that is older than the orders."""

from collections.abc import Callable, Iterable

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


class NotErasedAgain(Exception):
    """Something that was erased by order is in this database and could not be erased. The message is for operators."""


def erase_again(erasures: Iterable[Erasure], tell: Callable[[str], object]) -> int:
    """Erase what the list says and this database still has, by the system. How many; `tell` is given a sentence of each, for operators.
    Raises `NotErasedAgain` in the end where one could not be."""
    count, failed = 0, []
    for one in erasures:
        what = f"version {one.version} of article {one.article}" if one.version else f"article {one.article}"
        try:
            done = _erase_listed(one)
        except ValidationError as error:
            failed.append(f"{what}: {error.messages[0]}")
            continue
        if done:
            count += 1
            tell(f"{what} {done}.")
    if failed:
        raise NotErasedAgain(
            f"What was erased by order stands again; erase it before you serve the site. {' '.join(failed)}"
        )
    return count


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
