"""What the journal says of comments; never their words."""

from dataclasses import dataclass
from typing import ClassVar

from meiri.journal.content_keys import COMMENTS
from meiri.journal.events import Attested, JournalEvent, KeyForms, declared


@dataclass(frozen=True, kw_only=True)
class CommentEvent(JournalEvent):
    """What became of a comment on an article. `member`: whose it is; None for a visitor."""

    comment: int
    article: int
    member: int | None = None

    key_forms: ClassVar[KeyForms] = (COMMENTS,)
    summarised = {"article": "稿件", "comment": "评论"}


@dataclass(frozen=True, kw_only=True)
class CommentDecided(CommentEvent):
    """How a comment was decided; `reason`: why, where somebody said so."""

    reason: str | None = None

    summarised = {"article": "稿件", "comment": "评论", "reason": ""}

    @property
    def attested(self) -> Attested | None:
        return _decision(self)


@declared
@dataclass(frozen=True, kw_only=True)
class CommentApproved(CommentDecided):
    """Readers see a comment: a moderator decided so, or nobody had to."""

    kind = "comment.approved"
    label = "评论：通过"
    removes_content = False


@declared
@dataclass(frozen=True, kw_only=True)
class CommentRejected(CommentDecided):
    """A moderator decided against a comment, with the reason."""

    kind = "comment.rejected"
    label = "评论：未通过"


@declared
@dataclass(frozen=True, kw_only=True)
class CommentPending(CommentDecided):
    """A comment went back to the queue."""

    kind = "comment.pending"
    label = "评论：待审"


@declared
@dataclass(frozen=True, kw_only=True)
class CommentAnswered(CommentEvent):
    """The newsroom answered a comment. `reply`: the comment that is the answer."""

    reply: int

    kind = "comment.answered"
    label = "评论：答复"

    @property
    def attested(self) -> Attested | None:
        return _decision(self)


@dataclass(frozen=True, kw_only=True)
class AnswerEvent(CommentEvent):
    """What became of an official answer, itself the `comment`; `reason`: what readers are told."""

    reason: str

    summarised = {"article": "稿件", "comment": "评论", "reason": ""}

    @property
    def attested(self) -> Attested | None:
        return _decision(self)


@declared
@dataclass(frozen=True, kw_only=True)
class AnswerChanged(AnswerEvent):
    """The newsroom changed its answer to a comment. `change`: of which kind the change is."""

    change: str

    kind = "comment.answer_changed"
    label = "评论：修改答复"


@declared
@dataclass(frozen=True, kw_only=True)
class AnswerWithdrawn(AnswerEvent):
    """The newsroom withdrew its answer to a comment; in its place stands the reason."""

    kind = "comment.answer_withdrawn"
    label = "评论：撤回答复"


@declared
@dataclass(frozen=True, kw_only=True)
class AnswerRestored(AnswerEvent):
    """An answer that had been withdrawn stands again."""

    kind = "comment.answer_restored"
    label = "评论：恢复答复"
    removes_content = False


@declared
@dataclass(frozen=True, kw_only=True)
class CommentPicked(CommentEvent):
    """A comment was put among the picked ones."""

    kind = "comment.picked"
    label = "评论：精选"
    removes_content = False


@declared
@dataclass(frozen=True, kw_only=True)
class CommentUnpicked(CommentEvent):
    """A comment is not among the picked ones any more."""

    kind = "comment.unpicked"
    label = "评论：取消精选"


@declared
@dataclass(frozen=True, kw_only=True)
class CommentReported(CommentEvent):
    """So many readers reported a comment, or for so grave a reason, that moderators look at it again."""

    reports: int

    kind = "comment.reported"
    label = "评论：被举报"
    key_forms = ()


@declared
@dataclass(frozen=True, kw_only=True)
class CommentAppealed(CommentEvent):
    """Its writer asked that a decision be looked at again."""

    kind = "comment.appealed"
    label = "评论：申诉"
    key_forms = ()


@declared
@dataclass(frozen=True, kw_only=True)
class CommentLiked(JournalEvent):
    """Likes came since the last time, for comments of so many `articles`."""

    articles: int

    kind = "comment.liked"
    label = "评论：点赞数更新"
    key_forms = (COMMENTS,)
    removes_content = False


@declared
@dataclass(frozen=True, kw_only=True)
class CommentUnsigned(JournalEvent):
    """A member left: what they wrote below so many `articles` is signed by nobody."""

    articles: int

    kind = "comment.unsigned"
    label = "评论：隐去署名"
    key_forms = (COMMENTS,)


def _decision(event: CommentEvent) -> Attested:
    return Attested(f"comment:{event.comment}", event.payload_digest)
