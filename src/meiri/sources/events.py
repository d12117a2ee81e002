"""What the journal says of reprints."""

from dataclasses import dataclass

from meiri.journal.content_keys import ARTICLE
from meiri.journal.events import JournalEvent, declared


@declared
@dataclass(frozen=True, kw_only=True)
class OriginalKept(JournalEvent):
    """The original of an article was kept as evidence: the SHA-256 `digest` of its bytes, that of the `seal` of the kept file, that
    of the `text` that was read in it, the `address` where it stood. `article`: the key of the article."""

    article: int
    digest: str
    seal: str
    text: str
    address: str

    kind = "original.kept"
    label = "原件：保存"
    removes_content = False
    summarised = {"address": "", "digest": "SHA-256"}


@declared
@dataclass(frozen=True, kw_only=True)
class ReprintExcepted(JournalEvent):
    """A chief editor let an article be reprinted from a `source` that the register does not allow, with the `reason`. `finding`: what
    stood against it."""

    title: str
    source: str
    finding: str
    reason: str

    kind = "reprint.excepted"
    label = "转载：例外"
    key_forms = (ARTICLE,)
    removes_content = False
    summarised = {"title": "", "source": "来源", "reason": ""}
