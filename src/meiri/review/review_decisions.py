"""What reviewers do: open a text, and decide about it. Each deed looks at the rules with the article's row locked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from wagtail.models import TaskState, WorkflowState
from wagtail.signals import workflow_approved

from meiri.newsroom.models import Article
from meiri.newsroom.newest_version import newest
from meiri.newsroom.publication_checks import check_last_review
from meiri.newsroom.reviewing import ReviewRefused
from meiri.policy import may
from meiri.review.chains import ChainStep, bar, chain_of
from meiri.review.deputies import principal_of, role_of
from meiri.review.review_records import record_of
from meiri.review.review_rules import ReviewRecord, TextDigest, why_not_review
from meiri.review.reviewed_texts import numbered_blocks, text_of
from meiri.review.states import ReviewOpening, ReviewState, ReviewVerdict, states_of

LONGEST_OPINION = 1000
LONGEST_NOTE = 200
MOST_MARKS = 50
TO_AUTHOR = "作者"


@dataclass(frozen=True)
class ReviewDecision:
    """What a reviewer decided. `marks`: notes by the ids of blocks. `checked`: the points that were ticked. `back_to`: the key of
    a step that does its review again, None for the author."""

    verdict: ReviewVerdict
    opinion: str = ""
    marks: dict[str, str] = field(default_factory=dict)
    checked: Sequence[str] = ()
    back_to: int | None = None


@dataclass(frozen=True)
class OpenReview:
    """A review that waits, with what its rules look at."""

    state: ReviewState
    step: ChainStep
    article: Article
    record: ReviewRecord

    @property
    def text(self) -> TextDigest:
        return self.record.text

    def refusal(self, by) -> str:
        """Why `by` may not do it, in a sentence; empty where they may."""
        if not self.step.is_reviewed_by(by, self.article):
            return "这篇稿件的这一审不由您的岗位负责。"
        principal = principal_of(by, self.step, self.article)
        return why_not_review(self.record, self.step.pk, by.pk, principal.pk if principal else None)


def open_review(key: int) -> OpenReview:
    """The review that waits under this key. Raises `ReviewRefused` where it waits no more."""
    state = ReviewState.objects.filter(pk=key).select_related("workflow_state", "task").first()
    if state is None or state.status != TaskState.STATUS_IN_PROGRESS:
        raise ReviewRefused("这一审已经处理，或者稿件已经退回。")
    article = Article.objects.filter(pk=state.workflow_state.object_id).first()
    step = state.task.specific
    if article is None or article.binned_at or not isinstance(step, ChainStep):
        raise ReviewRefused("这篇稿件已经不在。")
    chain = chain_of(newest(article), article.latest_revision)
    if chain is None or chain.pk != step.chain_id:
        name = chain.name if chain else "别的流程"
        raise ReviewRefused(f"稿件现在要走“{name}”，请退回作者重新送审。")
    return OpenReview(state, step, article, record_of(article, chain.rule_steps()))


@transaction.atomic
def note_opening(review: OpenReview, by) -> None:
    """Note that `by` opened the text to read it; the first time counts."""
    ReviewOpening.objects.get_or_create(state=review.state, user=by, words=review.text.words)


@transaction.atomic
def decide(key: int, by, seen: str, decision: ReviewDecision) -> ReviewState:
    """Let `by` decide the review under this key, having read the text whose digest of words is `seen`.

    The last adoption publishes, where `by` may. Raises `ReviewRefused` with a sentence where the rules say no, and what a publication
    raises; nothing is changed then.
    """
    first = ReviewState.objects.filter(pk=key).values_list("workflow_state__object_id", flat=True).first()
    Article.objects.select_for_update().filter(pk=first or 0).first()
    review = open_review(key)
    if refusal := review.refusal(by):
        raise ReviewRefused(refusal)
    opening = ReviewOpening.objects.filter(state=review.state, user=by, words=review.text.words).first()
    if seen != review.text.words or opening is None:
        raise ReviewRefused("您打开之后，稿件的文字又有改动。请看过新的文字再定。")
    _check(decision, review.step)
    state = review.state
    state.words, state.credits = review.text.words, review.text.credits
    state.revision = review.article.latest_revision
    state.verdict, state.checked = decision.verdict, list(decision.checked)
    state.marks = _marks(review, decision.marks)
    state.role, state.acting_for = (
        role_of(by, review.step),
        principal_of(by, review.step, review.article),
    )
    state.opened_at = opening.at
    match decision.verdict:
        case ReviewVerdict.ADOPT:
            _adopt(review, by, decision.opinion)
        case ReviewVerdict.REJECT:
            _reject_for_good(review, by, decision.opinion)
        case _ if decision.back_to is None:
            state.sent_back_to = TO_AUTHOR
            state.reject(user=by, comment=decision.opinion)
        case _:
            _send_back(review, by, decision)
    return state


def _check(decision: ReviewDecision, step: ChainStep) -> None:
    if len(decision.opinion) > LONGEST_OPINION:
        raise ReviewRefused(f"意见请控制在 {LONGEST_OPINION} 字以内。")
    if any(len(note) > LONGEST_NOTE for note in decision.marks.values()):
        raise ReviewRefused(f"每处标记请控制在 {LONGEST_NOTE} 字以内。")
    if len(decision.marks) > MOST_MARKS:
        raise ReviewRefused(f"标记请控制在 {MOST_MARKS} 处以内。")
    if decision.verdict != ReviewVerdict.ADOPT:
        if not decision.opinion.strip():
            raise ReviewRefused(f"{decision.verdict.label}须写明意见，作者才知道怎么改。")
        return
    if left := [point for point in step.points if point not in decision.checked]:
        raise ReviewRefused(f"采用之前请逐条核对：{'、'.join(left)}。")
    if decision.marks:
        raise ReviewRefused("文中还有标记。请选“修改”退回，或去掉标记。")


def _marks(review: OpenReview, notes: dict[str, str]) -> list[dict[str, str]]:
    """The notes with how their blocks begin; those at blocks that are not there are about the whole text."""
    revision = review.article.latest_revision
    begins = {key: words[:30] for key, _, words in numbered_blocks(revision.content if revision else {})}
    return [
        {"block": block, "text": begins.get(block, "全文"), "note": note.strip()}
        for block, note in notes.items()
        if note.strip()
    ]


def _adopt(review: OpenReview, by, opinion: str) -> None:
    """Take the text. Where that was the last step and `by` may not publish, it waits for somebody who may."""
    state, workflow_state = review.state, review.state.workflow_state
    is_last = [step.key for step in review.record.missing] == [review.step.pk]
    if is_last:
        check_last_review(newest(review.article), review.article.latest_revision, by)
    state.approve(user=by, update=not is_last, comment=opinion)
    if not is_last:
        return
    if may(by, "publish", newest(review.article)):
        workflow_state.refresh_from_db()
        workflow_state.finish(user=by)
        return
    workflow_state.status = WorkflowState.STATUS_APPROVED
    workflow_state.save()
    workflow_approved.send(sender=WorkflowState, instance=workflow_state, user=by)


def _reject_for_good(review: OpenReview, by, opinion: str) -> None:
    state = review.state
    state.status, state.finished_at, state.finished_by = TaskState.STATUS_REJECTED, timezone.now(), by
    state.comment = opinion
    state.save()
    state.log_state_change_action(by, "reject")
    state.workflow_state.refresh_from_db()
    state.workflow_state.cancel(user=by)


def _send_back(review: OpenReview, by, decision: ReviewDecision) -> None:
    """Have an earlier step, and those after it, done again."""
    steps = review.step.chain.current_steps
    target = next((step for step in steps if step.pk == decision.back_to), None)
    if target is None or target.order >= review.step.order:
        raise ReviewRefused("只能退回到前面的审校步骤，或退给作者。")
    state = review.state
    state.sent_back_to = target.name
    again = [step.pk for step in steps if step.order >= target.order]
    void(states_of(review.article).filter(task__in=again), f"{review.step.name}退回到{target.name}")
    state.reject(user=by, update=False, comment=decision.opinion)
    workflow_state = state.workflow_state
    workflow_state.refresh_from_db()
    # Wagtail takes a rejection as one to the author.
    workflow_state.current_task_state = None
    workflow_state.update(user=by, next_task=target)


def void(states, reason: str) -> int:
    """Let adoptions stand no more; how many that were."""
    standing = states.filter(status=TaskState.STATUS_APPROVED, void_reason="")
    # A cancelled review is to be done again: Wagtail looks for the first step without an adoption.
    keys = list(standing.values_list("pk", flat=True))
    ReviewState.objects.filter(pk__in=keys).update(void_reason=reason[:100])
    return TaskState.objects.filter(pk__in=keys).update(status=TaskState.STATUS_CANCELLED)


def review_again(article: Article, revision) -> None:
    """After a version was saved: where it is another text than what was reviewed, begin with the first step again."""
    waiting = states_of(article).filter(
        workflow_state__status__in=(WorkflowState.STATUS_IN_PROGRESS, WorkflowState.STATUS_NEEDS_CHANGES),
    )
    states = list(waiting.select_related("workflow_state", "task"))
    if not states:
        return
    text = text_of(revision.content)
    checks_credits = set(
        ChainStep.objects.filter(pk__in={state.task_id for state in states}, checks_credits=True).values_list(
            "pk", flat=True
        )
    )
    changed = [
        state.pk
        for state in states
        if state.verdict == ReviewVerdict.ADOPT
        and (state.words != text.words or (state.task_id in checks_credits and state.credits != text.credits))
    ]
    voided = void(ReviewState.objects.filter(pk__in=changed), "审后文字有改动")
    current = next((state for state in states if state.status == TaskState.STATUS_IN_PROGRESS), None)
    if current is None:
        return
    if voided:
        current.void_reason = "前面的审校因改动重做"
        current.cancel(user=revision.user)
    else:
        step = current.task.specific
        bar(current, record_of(article, step.chain.rule_steps(), revision))
