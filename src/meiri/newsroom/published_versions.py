"""The published versions of an article as readers count them (第 N 版): which of Wagtail's versions each is, what it said to the letter, and
the entry of the journal that tells of it.
"""

from dataclasses import dataclass
from functools import cached_property

from wagtail.models import Revision

from meiri.changes.models import PublishedChange
from meiri.changes.version_numbers import change_to, changes_to_versions, count_versions
from meiri.journal.models import Entry
from meiri.newsroom.changes import ARTICLES
from meiri.newsroom.events import ArticlePublished
from meiri.newsroom.models import Article
from meiri.newsroom.published_texts import digest_of_text, text_of_article
from meiri.trust.models import Leaf


@dataclass(frozen=True)
class PublishedVersion:
    """Version `number` of an article. `revision`: the number of Wagtail's version; None where it is not known any more."""

    article: Article
    number: int
    revision: int | None
    # What ended it: the change to the next version; None for the newest.
    ended_by: PublishedChange | None

    @cached_property
    def leaf(self) -> Leaf | None:
        """Its leaf in the public log; None where the log has none, or not yet. Two queries."""
        entry = self.entry
        return Leaf.objects.filter(entry=entry.sequence).first() if entry else None

    @cached_property
    def entry(self) -> Entry | None:
        """The entry that tells of its publication, of those that the public log knows. One query."""
        told = publications_of(self.article.content_key)
        if self.revision is None:
            return None
        return told.filter(payload__revision=self.revision).order_by("sequence").first()

    @property
    def is_told(self) -> bool:
        """Whether readers may see what it said: what stands, and what the history shows to have stood before a change."""
        ended = self.ended_by
        return ended is None or (ended.old_version_id is not None and ended.shows_wording)

    def text(self) -> bytes | None:
        """What it said, as its digest is taken (published_texts.py); None where that is not kept to the letter. Two queries."""
        revision = Revision.objects.filter(pk=self.revision).first() if self.revision else None
        event = self.entry.event if self.entry else None
        if revision is None or not isinstance(event, ArticlePublished) or event.text is None:
            return None
        # The row is at hand: Wagtail would ask for it once more.
        version = self.article.with_content_json(revision.content)
        text = text_of_article(version, event.text)
        return text if digest_of_text(text) == event.text else None


def publications_of(key: str):
    """The entries of the publications of an article, `article:42`, that the public log knows."""
    leaves = Leaf.objects.filter(thing=key, entry__isnull=False).values("entry")
    return Entry.objects.of(ArticlePublished).filter(sequence__in=leaves)


def version_of(article: Article, number: int) -> PublishedVersion | None:
    """Version `number` of an article that was published; None where there is no such version. Four queries at most."""
    thing = ARTICLES.name(article)
    made_by = change_to(thing, number)
    if number < 1 or (number > 1 and made_by is None):
        return None
    ended_by = change_to(thing, number + 1)
    revision = made_by.new_version_id if made_by else _first_revision(article, ended_by)
    return PublishedVersion(article, number, revision, ended_by)


def revisions_of_versions(article: Article) -> dict[int, int | None]:
    """The number of Wagtail's version of each version that was published, as `version_of` has it. Two queries at most."""
    changes = changes_to_versions(ARTICLES.name(article))
    first = _first_revision(article, changes[0] if changes else None)
    return {1: first, **{number: one.new_version_id for number, one in enumerate(changes, 2)}}


def _first_revision(article: Article, ended_by: PublishedChange | None) -> int | None:
    """What was published first: the change that ended it knows, or the article where it stands; the journal, where it was withdrawn
    since."""
    if ended_by and ended_by.old_version_id:
        return ended_by.old_version_id
    if ended_by is None and article.live_revision_id:
        return article.live_revision_id
    told = publications_of(article.content_key).order_by("sequence")
    return told.values_list("payload__revision", flat=True).first()


def newest_number(article: Article) -> int:
    """The number of the version that was published last. One query."""
    return count_versions(ARTICLES.name(article))
