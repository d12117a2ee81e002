"""What the journal says of articles and corrections."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from meiri.journal.content_keys import (
    ARCHIVES,
    ARTICLE,
    AUTHOR,
    BESIDE,
    CHANNEL,
    CORRECTIONS,
    KIND,
    PICTURE,
    PICTURES,
    RIVER,
    STATION,
    SUBSECTION,
    TAG,
    TOPIC,
)
from meiri.journal.events import Attested, JournalEvent, KeyForms, declared

# An article and every place that lists it.
LISTED = (ARTICLE, RIVER, PICTURES, CHANNEL, STATION, SUBSECTION, TOPIC, TAG, AUTHOR, KIND, ARCHIVES, BESIDE)


@dataclass(frozen=True, kw_only=True)
class ArticleEvent(JournalEvent):
    """Readers see an article differently. `title`, `url`: of the article."""

    title: str
    url: str

    key_forms: ClassVar[KeyForms] = LISTED
    summarised = {"title": ""}

    @property
    def article(self) -> int | None:
        """The primary key of the article; None where no key names it."""
        return next(ARTICLE.numbers(self.keys), None)


@declared
@dataclass(frozen=True, kw_only=True)
class ArticlePublished(ArticleEvent):
    """An article or a new version of it went live: by an editor, a workflow, the schedule or an import. `revision`: Wagtail's
    number of the version; `text`: the digest of what readers see (`newsroom/published_texts.py`), None in old entries. `sheet`: the
    number and the digest of its 审稿单, None where the newsroom has no chains of reviews. `change`, `reason`: of which kind a change of
    what readers saw already is, and why (`newsroom/changes.py`)."""

    revision: int | None = None
    text: str | None = None
    sheet: list[str] | None = None
    change: str | None = None
    reason: str | None = None

    kind = "article.published"
    label = "稿件：发布"
    # The list of corrections leaves out what may harm minors.
    key_forms = (*LISTED, CORRECTIONS)
    removes_content = False

    @property
    def published_address(self) -> str | None:
        return self.url

    @property
    def attested(self) -> Attested | None:
        return _attested_of_article(self, self.text)


@declared
@dataclass(frozen=True, kw_only=True)
class ArticlePlaced(ArticleEvent):
    """The desk of a channel or a station, `place`, took a published article that was offered to it."""

    place: str

    kind = "article.placed"
    label = "稿件：采用"


@declared
@dataclass(frozen=True, kw_only=True)
class ArticleWithdrawn(JournalEvent):
    """An article was withdrawn, with the reason, or expired. Its keys name every place that listed it."""

    title: str
    reason: str
    url: str

    kind = "article.withdrawn"
    label = "稿件：撤下"
    key_forms = LISTED
    summarised = {"title": "", "reason": ""}

    @property
    def attested(self) -> Attested | None:
        return _attested_of_article(self)


@dataclass(frozen=True, kw_only=True)
class ErasureEvent(JournalEvent):
    """Text of an article was erased because of an `order`, with the `reason`. `entries`: the numbers of the entries that lost words by
    it, None in old entries."""

    order: str
    reason: str
    entries: list[int] | None = None

    key_forms = (ARTICLE, CORRECTIONS, PICTURE)
    summarised = {"order": "依据", "reason": ""}

    @property
    def redacts(self) -> Sequence[int]:
        return self.entries or ()


@declared
@dataclass(frozen=True, kw_only=True)
class ArticleErased(ErasureEvent):
    """An article and all its versions were deleted because of an `order`, with the `reason`. `entries`: the numbers of the entries that
    lost words by it, None in old entries."""

    kind = "article.erased"
    label = "稿件：依法删除"


@declared
@dataclass(frozen=True, kw_only=True)
class VersionErased(ErasureEvent):
    """The text of version `version` of an article, published by entry `published`, was erased because of an `order`, with the `reason`.
    `entries`: the numbers of the entries that lost words by it."""

    version: int
    published: int | None = None

    kind = "article.version_erased"
    label = "稿件：依令删除一版的文字"
    summarised = {"version": "第", "order": "依据", "reason": ""}

    @property
    def attested(self) -> Attested | None:
        article = next(ARTICLE.numbers(self.keys), None)
        return None if article is None else Attested(f"erasure:{article}", self.payload_digest)


@dataclass(frozen=True, kw_only=True)
class CorrectionEvent(JournalEvent):
    """What became of a correction of an article: `wrong` should be `right`. `title`, `url`: of the article."""

    correction: int
    title: str
    url: str
    wrong: str
    right: str

    key_forms = (ARTICLE, CORRECTIONS)
    summarised = {"title": ""}

    @property
    def attested(self) -> Attested | None:
        return Attested(f"correction:{self.correction}", self.payload_digest)


@declared
@dataclass(frozen=True, kw_only=True)
class CorrectionPublished(CorrectionEvent):
    """A correction of an article was published. `in_text`: whether the text was amended too."""

    in_text: bool

    kind = "correction.published"
    label = "更正：发布"
    removes_content = False

    @property
    def published_address(self) -> str | None:
        return self.url


@declared
@dataclass(frozen=True, kw_only=True)
class CorrectionWithdrawn(CorrectionEvent):
    """A correction does not hold any more, with the reason."""

    reason: str

    kind = "correction.withdrawn"
    label = "更正：撤下"
    summarised = {"title": "", "reason": ""}


def _attested_of_article(event: JournalEvent, text: str | None = None) -> Attested | None:
    """`text`: the digest of what was published, where there is one. None where no key names the article."""
    article = next(ARTICLE.numbers(event.keys), None)
    return None if article is None else Attested(ARTICLE.key(article), text or event.payload_digest)
