"""What the journal says of those who write for the paper, of accounts and of avatars."""

from dataclasses import dataclass
from typing import ClassVar

from meiri.journal.content_keys import AVATAR
from meiri.journal.events import JournalEvent, KeyForms, declared


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


@dataclass(frozen=True, kw_only=True)
class AvatarEvent(JournalEvent):
    """What became of the avatar of a member."""

    member: int

    key_forms: ClassVar[KeyForms] = (AVATAR,)
    summarised = {"member": "会员"}


@declared
@dataclass(frozen=True, kw_only=True)
class AvatarApproved(AvatarEvent):
    """Readers see an avatar: a moderator decided so."""

    kind = "avatar.approved"
    label = "会员头像：通过"
    removes_content = False


@declared
@dataclass(frozen=True, kw_only=True)
class AvatarDeclined(AvatarEvent):
    """A moderator decided against an avatar, or took it away."""

    kind = "avatar.declined"
    label = "会员头像：未通过"


@declared
@dataclass(frozen=True, kw_only=True)
class AvatarRemoved(AvatarEvent):
    """A member took away the avatar that readers saw."""

    kind = "avatar.removed"
    label = "会员头像：删除"


@declared
@dataclass(frozen=True, kw_only=True)
class AccountRecovered(JournalEvent):
    """An operator removed the second factor of an account (`meiri recover`)."""

    user: int

    kind = "account.recovered"
    label = "账号：找回"
