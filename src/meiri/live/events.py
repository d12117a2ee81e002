"""What the journal says of live coverages."""

from dataclasses import dataclass

from meiri.journal.content_keys import CHANNEL, COVERAGE, COVERAGES, STATION
from meiri.journal.events import Attested, JournalEvent, declared


@dataclass(frozen=True, kw_only=True)
class CoverageEvent(JournalEvent):
    """What became of a coverage. `title`, `url`: of the coverage."""

    coverage: int
    title: str
    url: str

    key_forms = (COVERAGE, COVERAGES, CHANNEL, STATION)
    summarised = {"title": ""}
    removes_content = False

    @property
    def attested(self) -> Attested | None:
        return Attested(COVERAGE.key(self.coverage), self.payload_digest)


@declared
@dataclass(frozen=True, kw_only=True)
class CoverageAnnounced(CoverageEvent):
    """A coverage was set up: readers see when it begins."""

    kind = "coverage.announced"
    label = "直播：预告"

    @property
    def published_address(self) -> str | None:
        return self.url


@declared
@dataclass(frozen=True, kw_only=True)
class CoverageChanged(CoverageEvent):
    """The title, the introduction or another field of a coverage was changed."""

    kind = "coverage.changed"
    label = "直播：修改"
    removes_content = True


@declared
@dataclass(frozen=True, kw_only=True)
class CoverageMoved(CoverageEvent):
    """A coverage began, paused, went on or ended. `state`: `live`, `paused` or `ended`."""

    state: str

    kind = "coverage.moved"
    label = "直播：状态"
    summarised = {"title": "", "state": ""}


@declared
@dataclass(frozen=True, kw_only=True)
class CoverageFrozen(CoverageEvent):
    """A coverage that had ended became an article, a draft at first. `article`: its primary key."""

    article: int

    kind = "coverage.frozen"
    label = "直播：成稿"


@dataclass(frozen=True, kw_only=True)
class EntryEvent(CoverageEvent):
    """What became of an entry of a coverage. `number`: its place in the coverage; `words`: its title or its beginning; `text`: the digest
    of its title and its body as they are stored (`live/reporting.py`), None in old entries."""

    number: int
    words: str
    text: str | None = None

    summarised = {"title": "", "number": "第", "words": ""}

    @property
    def attested(self) -> Attested | None:
        return Attested(f"{COVERAGE.key(self.coverage)}/{self.number}", self.payload_digest)


@declared
@dataclass(frozen=True, kw_only=True)
class LiveEntryPublished(EntryEvent):
    """Readers see a new entry. `important`: whether it is news by itself, for whoever shows breaking news. `signature`: who
    wrote it."""

    important: bool
    signature: str

    kind = "coverage.entry_published"
    label = "直播条目：发布"


@declared
@dataclass(frozen=True, kw_only=True)
class LiveEntryCorrected(EntryEvent):
    """An entry was corrected, and readers are told by `note`. `before_title`, `before`: title and text as they were; `change`: of
    which kind the change is, None in old entries."""

    note: str
    change: str | None = None
    before_title: str
    before: str

    kind = "coverage.entry_corrected"
    label = "直播条目：更正"
    removes_content = True
    summarised = {"title": "", "number": "第", "note": ""}


@declared
@dataclass(frozen=True, kw_only=True)
class LiveEntryWithdrawn(EntryEvent):
    """An entry was withdrawn, and readers are told the `reason`. `before`: its text as it was."""

    reason: str
    before: str

    kind = "coverage.entry_withdrawn"
    label = "直播条目：撤下"
    removes_content = True
    summarised = {"title": "", "number": "第", "reason": ""}


@declared
@dataclass(frozen=True, kw_only=True)
class LiveEntryRestored(EntryEvent):
    """An entry that had been withdrawn stands again in its place, with the `reason`."""

    reason: str

    kind = "coverage.entry_restored"
    label = "直播条目：恢复"
    summarised = {"title": "", "number": "第", "reason": ""}


@declared
@dataclass(frozen=True, kw_only=True)
class LiveEntryMarked(EntryEvent):
    """An entry was pinned to the top of its coverage or let go, or it has an article of its own now. `pinned`: whether it is
    pinned; `article`: the primary key of that article."""

    pinned: bool
    article: int | None = None

    kind = "coverage.entry_marked"
    label = "直播条目：置顶或成稿"
