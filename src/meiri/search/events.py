"""What the journal says of related reading, and of articles that come from each other."""

from dataclasses import dataclass

from meiri.journal.content_keys import BESIDE, RELATED
from meiri.journal.events import JournalEvent, declared


@declared
@dataclass(frozen=True, kw_only=True)
class RelatedChanged(JournalEvent):
    """What is recommended after some articles became other articles: because of `article`, which was published or withdrawn, or
    `meiri relate` worked it out for so many `articles`."""

    article: int | None = None
    articles: int | None = None

    kind = "related.changed"
    label = "更多推荐：修改"
    key_forms = (RELATED,)
    removes_content = False
    summarised = {"article": "稿件"}


@dataclass(frozen=True, kw_only=True)
class VersionEvent(JournalEvent):
    """What became of an article in its story. Its keys name every article of the story, where readers see it."""

    article: int
    title: str

    key_forms = (BESIDE,)
    summarised = {"article": "稿件", "title": ""}


@declared
@dataclass(frozen=True, kw_only=True)
class VersionRecorded(VersionEvent):
    """An editor said that an article comes from another, `parent`, and how: `tie`."""

    parent: int
    tie: str

    kind = "version.recorded"
    label = "版本：记下来历"
    removes_content = False


@declared
@dataclass(frozen=True, kw_only=True)
class VersionRemoved(VersionEvent):
    """An editor said that an article does not come from `parent`."""

    parent: int

    kind = "version.removed"
    label = "版本：移除来历"


@declared
@dataclass(frozen=True, kw_only=True)
class VersionShown(VersionEvent):
    """Editors let readers see the versions of a story (相关版本)."""

    kind = "version.shown"
    label = "版本：对读者显示"
    removes_content = False


@declared
@dataclass(frozen=True, kw_only=True)
class VersionHidden(VersionEvent):
    """Editors do not let readers see the versions of a story any more."""

    kind = "version.hidden"
    label = "版本：对读者隐藏"
