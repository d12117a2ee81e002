"""Taking comments: those that are sent at the same time are taken together, in the order in which they came.

What holds for them is looked up once and they are kept by one transaction, so that a thousand cost little more than a
few. Whoever sent one is answered when that transaction is over: what a receipt was given for is kept, and stands in the
moderators' queue in the order in which it was taken.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from django.db import DataError, IntegrityError, transaction

from meiri.comments.closing import days_of_site, policy_of
from meiri.comments.limits import Sender, Standing, standings
from meiri.comments.models import Comment, CommentState, WordRule
from meiri.comments.moderation import heads_that_readers_see, show_at_once
from meiri.comments.word_rules import Verdict, in_force, judge
from meiri.newsroom.models import Article
from meiri.sections.models import CommentPolicy
from meiri.visitors.group_commit import GroupCommit


@dataclass(frozen=True)
class Sent:
    """A comment as its form has it. `sender`: whose limits hold, None for nobody's; `answered`: whether the question that
    was asked has its right answer; `signed`: whether the site gave the name."""

    article: int
    token_digest: str
    name: str
    text: str
    reply_to: int | None = None
    member: int | None = None
    signed: bool = False
    visitor: str = ""
    sender: Sender | None = None
    answered: bool = False


class Fate(Enum):
    TAKEN = "taken"
    NO_ARTICLE = "no article"
    CLOSED = "closed"
    WRONG = "wrong"
    ASKED = "asked"
    REFUSED = "refused"


@dataclass(frozen=True)
class CommentOutcome:
    """What became of a comment that was sent. `comment`: its number, where it was taken; `errors`: what is wrong, by the
    name of the field."""

    fate: Fate
    comment: int | None = None
    errors: Mapping[str, str] = field(default_factory=dict)


def take_comment(sent: Sent) -> CommentOutcome:
    """Keep a comment, where nothing speaks against it. The same form sent again gives the same comment."""
    return _together.do(sent)


def take_comments(sent: Sequence[Sent]) -> list[CommentOutcome]:
    """As `take`, for several in their order. Eight queries at most, none more for more comments, where none of them shows
    at once."""
    outcomes = {
        digest: CommentOutcome(Fate.TAKEN, number)
        for digest, number in _kept(one.token_digest for one in sent).items()
    }
    # Whoever did not see the answer and sends the form again has a receipt already, whatever has changed since.
    new: dict[str, Sent] = {}
    for one in sent:
        if one.token_digest not in outcomes:
            new.setdefault(one.token_digest, one)
    outcomes |= zip(new, _take_new(list(new.values())), strict=True)
    return [outcomes[one.token_digest] for one in sent]


def _kept(digests: Iterable[str]) -> dict[str, int]:
    """The number of each comment that is there, by the digest of its form's token."""
    found = Comment.objects.filter(token_digest__in=set(digests))
    return dict(found.values_list("token_digest", "pk"))


def _take_new(sent: Sequence[Sent]) -> list[CommentOutcome]:
    if not sent:
        return []
    outcomes = _before_limits(sent)
    counted = {
        number: one.sender
        for number, one in enumerate(sent)
        if one.sender and isinstance(outcomes[number], Comment)
    }
    for number, standing in zip(counted, standings(list(counted.values())), strict=True):
        if standing == Standing.REFUSED:
            outcomes[number] = CommentOutcome(Fate.REFUSED)
        elif standing == Standing.ASKED and not sent[number].answered:
            outcomes[number] = CommentOutcome(Fate.ASKED)
    kept = _keep([outcome for outcome in outcomes if isinstance(outcome, Comment)])
    return [
        CommentOutcome(Fate.TAKEN, kept[outcome.token_digest]) if isinstance(outcome, Comment) else outcome
        for outcome in outcomes
    ]


_together = GroupCommit(take_comments, apart_on=(IntegrityError, DataError))


def _before_limits(sent: Sequence[Sent]) -> list[CommentOutcome | Comment]:
    """The comment as it will be kept, or why it will not be."""
    articles = _articles({one.article for one in sent})
    answered = _answered({one.reply_to for one in sent if one.reply_to})
    rules, days = in_force(), days_of_site()
    return [_comment(one, articles.get(one.article), answered, rules, days) for one in sent]


def _articles(numbers: Iterable[int]) -> dict[int, Article]:
    fields = ("comment_policy", "published_at", "channel__comment_policy", "channel__comment_days")
    return Article.objects.live().select_related("channel").only(*fields).in_bulk(list(numbers))


def _answered(numbers: Iterable[int]) -> dict[tuple[int, int], int]:
    """The thread to answer in for each comment that readers see, by its article and number."""
    if not numbers:
        return {}
    found = Comment.objects.visible().filter(pk__in=numbers).values_list("article", "pk", "reply_to")
    return {(article, number): thread or number for article, number, thread in found}


def _comment(
    sent: Sent,
    article: Article | None,
    answered: Mapping[tuple[int, int], int],
    rules: Iterable[WordRule],
    days: int,
) -> CommentOutcome | Comment:
    if article is None:
        return CommentOutcome(Fate.NO_ARTICLE)
    policy = policy_of(article, days)
    if policy == CommentPolicy.CLOSED:
        return CommentOutcome(Fate.CLOSED)
    verdict, errors = judge(sent.text, rules), {}
    if not sent.signed and judge(sent.name, rules) != Verdict(sent.name):
        errors["name"] = "昵称含有不能使用的词语，请换一个。"
    if verdict.refused:
        errors["text"] = f"没有发表：{'、'.join(verdict.refused)}。修改后可以再发。"
    thread = answered.get((article.pk, sent.reply_to)) if sent.reply_to else None
    if sent.reply_to and thread is None:
        errors["reply_to"] = "您回复的评论已不在，请直接发表评论。"
    if errors:
        return CommentOutcome(Fate.WRONG, errors=errors)
    shown = policy == CommentPolicy.OPEN and not verdict.held
    return Comment(
        article=article, reply_to_id=thread, member_id=sent.member, visitor=sent.visitor, name=sent.name,
        text=verdict.text, note=verdict.note, state=CommentState.APPROVED if shown else CommentState.PENDING,
        token_digest=sent.token_digest,
    )  # fmt: skip


@transaction.atomic
def _keep(comments: Sequence[Comment]) -> dict[str, int]:
    """Insert them. The number of each by the digest of its form's token.

    A reply waits where the comment that it answers was taken from readers meanwhile. Raises IntegrityError where another
    process has kept one of them.
    """
    shown = [
        comment for comment in comments if comment.state == CommentState.APPROVED and comment.reply_to_id
    ]
    seen = heads_that_readers_see(shown)
    for comment in shown:
        if comment.reply_to_id not in seen:
            comment.state = CommentState.PENDING
    Comment.objects.bulk_create(comments)
    show_at_once([comment for comment in comments if comment.state == CommentState.APPROVED])
    return {comment.token_digest: comment.pk for comment in comments}
