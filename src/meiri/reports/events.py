"""What the journal says of readers' reports; never their words."""

from dataclasses import dataclass

from meiri.journal.content_keys import REPORT
from meiri.journal.events import JournalEvent, declared


@dataclass(frozen=True, kw_only=True)
class ReportEvent(JournalEvent):
    """What became of a report of an error, or of a barrier where there is no `article`."""

    report: int
    article: int | None = None

    key_forms = (REPORT,)
    summarised = {"article": "稿件", "report": "纠错"}


@declared
@dataclass(frozen=True, kw_only=True)
class ReportReceived(ReportEvent):
    """A reader reported an error or a barrier."""

    kind = "report.received"
    label = "读者纠错：收到"


@declared
@dataclass(frozen=True, kw_only=True)
class ReportCorrected(ReportEvent):
    """An article was corrected because of a report."""

    kind = "report.corrected"
    label = "读者纠错：更正"
    removes_content = False


@declared
@dataclass(frozen=True, kw_only=True)
class ReportAnswered(ReportEvent):
    """A report was answered."""

    kind = "report.answered"
    label = "读者纠错：答复"


@declared
@dataclass(frozen=True, kw_only=True)
class ReportRefused(ReportEvent):
    """Nothing is changed because of a report, and its reader was told why."""

    kind = "report.refused"
    label = "读者纠错：不采纳"
