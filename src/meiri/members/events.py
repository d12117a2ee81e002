"""What the journal says of those who write for the paper, and of accounts."""

from dataclasses import dataclass

from meiri.journal.events import JournalEvent, declared


@declared
@dataclass(frozen=True, kw_only=True)
class ContributorAccepted(JournalEvent):
    """An editor took somebody on who wants to write for the paper."""

    application: int

    kind = "contributor.accepted"
    label = "通讯员申请：通过"
    summarised = {"application": "申请"}


@declared
@dataclass(frozen=True, kw_only=True)
class ContributorDeclined(JournalEvent):
    """An editor did not take somebody on who wants to write for the paper, or let them go."""

    application: int

    kind = "contributor.declined"
    label = "通讯员申请：未通过"
    summarised = {"application": "申请"}


@declared
@dataclass(frozen=True, kw_only=True)
class ManuscriptDeclined(JournalEvent):
    """An editor did not use a manuscript."""

    manuscript: int

    kind = "manuscript.declined"
    label = "来稿：未通过"


@declared
@dataclass(frozen=True, kw_only=True)
class AccountRecovered(JournalEvent):
    """An operator removed the second factor of an account (`meiri recover`)."""

    user: int

    kind = "account.recovered"
    label = "账号：找回"
