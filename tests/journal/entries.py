"""Events for tests of the journal itself."""

from meiri.fronts.events import FrontPublished
from meiri.journal.content_keys import ARTICLE
from meiri.journal.events import JournalEvent
from meiri.newsroom.events import ArticlePublished


def published(number: int, title: str = "", *more) -> ArticlePublished:
    """An article with this number was published; `more` are further keys."""
    return ArticlePublished(
        keys=[ARTICLE.key(number), *more], title=title or f"第{number}条", url="/x", revision=1, text="0" * 64
    )


def naming(*keys) -> JournalEvent:
    """An event with just these keys: of an article, or else of a laid-out page."""
    if any(key in ("nav", "topics") for key in keys):
        return FrontPublished(keys=keys, title="首页", url="/")
    return ArticlePublished(keys=keys, title="一条", url="/x")
