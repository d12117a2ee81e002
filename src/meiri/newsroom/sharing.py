"""Sharing an article with a person: who sees it, or may write in it, beyond those whose desk it is."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from wagtail.log_actions import log

from meiri.journal.public_models import NotPublic
from meiri.newsroom.posts import name_of
from meiri.personal.notices import tell
from meiri.policy import check, may_enter

SHARED, UNSHARED = "newsroom.shared", "newsroom.unshared"
# With so many people one article is shared at most.
MOST = 30


class ArticleShare(models.Model):
    article = models.ForeignKey(
        "newsroom.Article", verbose_name="稿件", on_delete=models.CASCADE, related_name="shares"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="人员", on_delete=models.CASCADE, related_name="+"
    )
    may_change = models.BooleanField("可以修改", default=False)
    shared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="共享人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    shared_at = models.DateTimeField("时间", default=timezone.now)

    public = NotPublic("who of the newsroom works on an article")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "article"], name="shared_once")]

    def __str__(self):
        return f"{self.article_id}: {self.user_id}"


@transaction.atomic
def share(article, person, may_change: bool, by) -> ArticleShare:
    """Let `person` see `article`, or also write in it; they are told. Raises `PermissionDenied` where `by` may not share it,
    `ValidationError` where the person does not work in the newsroom."""
    check(by, "share", article)
    if not may_enter(person):
        raise ValidationError("对方不在采编后台工作，不能共享。")
    shares = ArticleShare.objects.filter(article=article)
    if shares.exclude(user=person).count() >= MOST:
        raise ValidationError(f"一篇稿件最多共享给 {MOST} 人。")
    made, new = ArticleShare.objects.update_or_create(
        article=article,
        user=person,
        defaults={"may_change": may_change, "shared_by": by, "shared_at": timezone.now()},
    )
    log(article, SHARED, user=by, data={"user": person.pk, "may_change": may_change})
    if new and person != by:
        words = f"{name_of(by)}把《{article}》共享给您{'，可以修改' if may_change else ''}。"
        tell(person, words[:200], reverse("wagtailsnippets_newsroom_article:edit", args=[article.pk]))
    return made


@transaction.atomic
def unshare(article, person, by) -> None:
    """Take it back. Raises `PermissionDenied`. Nothing happens where it was not shared."""
    check(by, "share", article)
    if ArticleShare.objects.filter(article=article, user=person).delete()[0]:
        log(article, UNSHARED, user=by, data={"user": person.pk})


def shared_with(user, *, to_change: bool = False):
    """The keys of the articles that are shared with `user`, as a sub-select."""
    shares = ArticleShare.objects.filter(user=user.pk)
    return (shares.filter(may_change=True) if to_change else shares).values("article")
