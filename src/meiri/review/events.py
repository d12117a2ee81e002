"""What the journal says of reviews: what let an article go another way than its chain, and how the chains were changed."""

from dataclasses import dataclass

from meiri.journal.content_keys import ARTICLE
from meiri.journal.events import JournalEvent, declared


@dataclass(frozen=True, kw_only=True)
class ArticleLetPass(JournalEvent):
    """Somebody decided how an article is reviewed. `title`: of the article."""

    title: str
    reason: str

    key_forms = (ARTICLE,)
    removes_content = False
    summarised = {"title": "", "reason": ""}


@declared
@dataclass(frozen=True, kw_only=True)
class ExceptionGranted(ArticleLetPass):
    """A chief let one text pass without the reviews that are `missing`. `words`: the digest of the text."""

    words: str
    missing: str

    kind = "review.exception"
    label = "审校：批准例外"


@declared
@dataclass(frozen=True, kw_only=True)
class FastLaneChosen(ArticleLetPass):
    """An article that is no flash takes the fast lane."""

    kind = "review.fast_lane"
    label = "审校：走应急流程"


@declared
@dataclass(frozen=True, kw_only=True)
class CheckedAfterwards(ArticleLetPass):
    """What went out by the fast lane was looked at again. `reason`: what was found, empty where nothing was wrong."""

    sheet: str

    kind = "review.checked_after"
    label = "审校：发后复核"


@declared
@dataclass(frozen=True, kw_only=True)
class ChainChanged(JournalEvent):
    """A chain of reviews was made or changed. `steps`: its steps in order, each with who may and its minutes."""

    name: str
    active: bool
    steps: list[str]

    kind = "review.chain"
    label = "审校：流程改动"
    removes_content = False
    summarised = {"name": ""}


@declared
@dataclass(frozen=True, kw_only=True)
class SheetKeyMade(JournalEvent):
    """From here on sheets are signed with another key. `public_key`: Ed25519, in base64; `sm2_key`: that of the second signature with SM2,
    x and y in base64, where there is one."""

    public_key: str
    sm2_key: str | None = None

    kind = "review.key_made"
    label = "审校：签名密钥"
    removes_content = False
