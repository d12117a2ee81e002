"""Which articles are kept from somebody who brings another text of them by a door that is not their form."""

from meiri.newsroom.models import Article


def is_locked_for(article: Article, by) -> bool:
    """Whether an article is kept from `by`: locked by somebody, under review by others, or about to go live, as in its form; from the
    system (None) only while it is locked."""
    if article.locked or by is None:
        return article.locked
    lock = article.get_lock()
    return bool(lock and lock.for_user(by))
