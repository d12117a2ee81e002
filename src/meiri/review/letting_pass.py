"""What chiefs and editors decide about the way of an article: the fast lane, an exception, the check after publication."""

from django.db import transaction
from django.utils import timezone

from meiri.asked_words import asked_words
from meiri.journal.log import actor, append
from meiri.newsroom.models import Article
from meiri.newsroom.newest_version import newest
from meiri.newsroom.reviewing import ReviewRefused
from meiri.policy import may
from meiri.review.after_checks import AfterCheck
from meiri.review.chains import chain_of
from meiri.review.events import CheckedAfterwards, ExceptionGranted, FastLaneChosen
from meiri.review.permissions import may_except, may_hurry
from meiri.review.review_exceptions import LONGEST_REASON, ReviewException, UrgentReview
from meiri.review.review_records import record_of
from meiri.review.review_rules import faults_of_publication, why_not_except


def reason_in(text: str) -> str:
    """A reason in words. Raises `ValidationError`."""
    return asked_words(text, LONGEST_REASON, "请写明原因。", "原因")


@transaction.atomic
def grant_exception(article: Article, reason: str, by) -> ReviewException:
    """Let the newest version of `article` pass without the reviews that it lacks. Raises `ValidationError` without a reason, and
    `ReviewRefused` where it lacks none or `by` may not."""
    article = Article.objects.select_for_update().get(pk=article.pk)
    reason = reason_in(reason)
    if not may_except(by, article):
        raise ReviewRefused("只有主编可以批准未经三审三校的例外。")
    version = newest(article)
    chain = chain_of(version, article.latest_revision)
    if chain is None:
        raise ReviewRefused("这篇稿件没有适用的审校流程，不需要例外。")
    record = record_of(article, chain.rule_steps())
    missing = "；".join(faults_of_publication(record))
    if not missing:
        raise ReviewRefused("这一稿的审校已经完成，不需要例外。")
    if refusal := why_not_except(record, by.pk):
        raise ReviewRefused(refusal)
    granted = ReviewException.objects.create(
        article=article,
        reason=reason,
        by=by,
        words=record.text.words,
        credits=record.text.credits,
        missing=missing[:300],
    )
    append(
        ExceptionGranted(
            keys=[article.content_key],
            title=version.title,
            reason=reason,
            words=record.text.words,
            missing=granted.missing,
        ),
        actor(by),
    )
    return granted


@transaction.atomic
def choose_fast_lane(article: Article, reason: str, by) -> UrgentReview:
    """Send `article` by the fast lane. Raises `ValidationError` without a reason and `ReviewRefused` where `by` may not."""
    article = Article.objects.select_for_update().get(pk=article.pk)
    reason = reason_in(reason)
    if not may_hurry(by, article):
        raise ReviewRefused("您没有权限决定这篇稿件走应急流程。")
    if UrgentReview.objects.is_asked_for(article):
        raise ReviewRefused("这篇稿件已经走应急流程。")
    asked = UrgentReview.objects.create(article=article, reason=reason, by=by)
    if state := article.current_workflow_state:
        state.cancel(user=by)
    append(FastLaneChosen(keys=[article.content_key], title=newest(article).title, reason=reason), actor(by))
    return asked


@transaction.atomic
def check_afterwards(key: int, by, found: str = "") -> AfterCheck:
    """Note that `by` looked again at what went out by the fast lane, and what they found. Raises `ReviewRefused`."""
    check = AfterCheck.objects.select_for_update().select_related("article").get(pk=key)
    if check.done_at:
        raise ReviewRefused("这篇稿件已经复核。")
    if check.barred.filter(pk=by.pk).exists():
        raise ReviewRefused("您写过或审过这一稿，发后复核须由第三个人做。")
    if not may(by, "publish", check.article):
        raise ReviewRefused("您的采编分工不包括这篇稿件，不能复核。")
    if len(found) > 300:
        raise ReviewRefused("复核发现请控制在 300 字以内。")
    check.done_at, check.done_by, check.found = timezone.now(), by, found.strip()
    check.save(update_fields=["done_at", "done_by", "found"])
    append(
        CheckedAfterwards(
            keys=[check.article.content_key],
            title=check.article.title,
            reason=check.found,
            sheet=check.sheet_number,
        ),
        actor(by),
    )
    return check
