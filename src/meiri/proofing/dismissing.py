"""Letting a hint pass in one article (忽略), and taking that back."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from wagtail.log_actions import log

from meiri.newsroom.models import Article
from meiri.policy import check, may
from meiri.proofing.checking import RULE_NAMED
from meiri.proofing.known import known
from meiri.proofing.models import Dismissal
from meiri.proofing.rules.rule import Level

DISMISSED, TAKEN_BACK = "proofing.dismissed", "proofing.taken_back"
LONGEST_WORDS, LONGEST_REASON = 200, 200


@transaction.atomic
def dismiss(article: Article, rule: str, words: str, reason: str, by) -> Dismissal:
    """Let the hints of `rule` about `words` pass in `article`. A word that is 禁用 asks for a reason, and for somebody who may
    publish the article. Raises `PermissionDenied` and `ValidationError` with sentences."""
    check(by, "change", article)
    if rule not in RULE_NAMED or not words or len(words) > LONGEST_WORDS:
        raise ValidationError("没有这条提示，请重新校对。")
    reason = " ".join(reason.split())
    if len(reason) > LONGEST_REASON:
        raise ValidationError(f"原因请控制在 {LONGEST_REASON} 字以内。")
    is_banned = rule == "listed-word" and any(
        one.level == Level.BANNED for one, _, _ in known().words.find(words)
    )
    if is_banned and not may(by, "publish", article):
        raise PermissionDenied("这是禁用词，请有发布权限的编辑决定。")
    if is_banned and not reason:
        raise ValidationError("这是禁用词，请写明为什么可以用。")
    dismissal, _ = Dismissal.objects.update_or_create(
        article=article,
        rule=rule,
        words=words,
        defaults={"reason": reason, "by": by, "is_banned_word": is_banned},
    )
    log(article, DISMISSED, user=by, data={"rule": RULE_NAMED[rule].label, "words": words, "reason": reason})
    return dismissal


@transaction.atomic
def take_back(article: Article, rule: str, words: str, by) -> None:
    """Let the hints show again. Raises `PermissionDenied`."""
    check(by, "change", article)
    if Dismissal.objects.filter(article=article, rule=rule, words=words).delete()[0]:
        log(article, TAKEN_BACK, user=by, data={"rule": rule, "words": words})
