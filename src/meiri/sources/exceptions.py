"""Exceptions that chief editors make for single reprints, each with its reason, in the journal and in a list."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction

from meiri.journal.log import actor, append
from meiri.journal.public_models import NotPublic
from meiri.newsroom.models import Article
from meiri.policy import check
from meiri.sources.events import ReprintExcepted
from meiri.sources.name_keys import LONGEST_KEY, name_key

LONGEST_REASON = 300
SHORTEST_REASON = 4


class ReprintException(models.Model):
    """One article may be reprinted from one source although `finding`, the code of a rule, stands against it."""

    article = models.ForeignKey(
        Article, verbose_name="稿件", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    title = models.CharField("标题", max_length=120)
    source = models.CharField("来源", max_length=80)
    source_key = models.CharField(max_length=LONGEST_KEY, editable=False)
    finding = models.CharField("情形", max_length=60)
    reason = models.CharField("理由", max_length=LONGEST_REASON)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="批准人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField("批准时间", auto_now_add=True)

    public = NotPublic("why the newsroom made an exception; the journal tells of it")

    class Meta:
        verbose_name = "转载例外"
        verbose_name_plural = "转载例外"
        default_permissions = ()
        permissions = [("except_reprint", "可以批准转载名录外来源")]
        indexes = [models.Index(fields=["article", "source_key", "finding"], name="reprint_exception_of")]

    def __str__(self):
        return f"{self.title}：{self.source}"


def is_excepted(version: Article, code: str) -> bool:
    """Whether the article may be reprinted from the source of this version all the same. One query."""
    return (
        version.source is not None
        and ReprintException.objects.filter(
            article=version.pk, source_key=name_key(version.source.name), finding=code
        ).exists()
    )


@transaction.atomic
def except_reprint(version: Article, code: str, reason: str, by) -> ReprintException:
    """Let the article be reprinted from the source of this version. Raises `PermissionDenied` where `by` is no chief editor, and
    `ValidationError` without a reason."""
    check(by, "except", ReprintException)
    if version.source is None:
        raise ValidationError("稿件没有来源。")
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise ValidationError("请写明为什么可以转载，不少于 4 个字。")
    if len(reason) > LONGEST_REASON:
        raise ValidationError(f"理由请控制在 {LONGEST_REASON} 字以内。")
    made = ReprintException.objects.create(
        article=Article.objects.get(pk=version.pk),
        title=version.title,
        source=version.source.name,
        source_key=name_key(version.source.name),
        finding=code,
        reason=reason,
        by=by,
    )
    append(
        ReprintExcepted(
            keys=[version.content_key],
            title=version.title,
            source=made.source,
            finding=code,
            reason=reason,
        ),
        actor(by),
    )
    return made
