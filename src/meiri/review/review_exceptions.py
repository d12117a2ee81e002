"""What lets an article take another way than its chain: the fast lane for what is urgent, and a chief's exception."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from meiri.journal.public_models import NotPublic
from meiri.newsroom.models import Article

LONGEST_REASON = 200


class UrgentReviewQuerySet(models.QuerySet):
    def is_asked_for(self, article: Article) -> bool:
        """Whether the version that readers do not see yet is to take the fast lane."""
        asked = self.filter(article=article.pk)
        if article.live and article.last_published_at:
            asked = asked.filter(at__gt=article.last_published_at)
        return asked.exists()


class Because(models.Model):
    """Something that was let pass, by whom and why."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField("原因", max_length=LONGEST_REASON)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField("时间", default=timezone.now, db_index=True)

    class Meta:
        abstract = True
        default_permissions = ()


class UrgentReview(Because):
    """An article takes the fast lane (应急), though it is no flash."""

    public = NotPublic("a part of the newsroom's work")

    objects = UrgentReviewQuerySet.as_manager()

    class Meta(Because.Meta):
        permissions = [("choose_fast_lane", "可以决定稿件走应急流程")]

    def __str__(self):
        return f"{self.article_id}: {self.reason}"


class ReviewException(Because):
    """A chief lets one text pass without the reviews that it lacks. It is of this text: a changed one needs another."""

    words = models.CharField(max_length=64)
    credits = models.CharField(max_length=64)
    # What was missing then, in words.
    missing = models.CharField(max_length=300)

    public = NotPublic("a part of the newsroom's work")

    class Meta(Because.Meta):
        verbose_name = "例外"
        verbose_name_plural = "例外"
        permissions = [("grant_exception", "可以批准未经三审三校的例外")]

    def __str__(self):
        return f"{self.article_id}: {self.reason}"
