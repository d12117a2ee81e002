"""What readers say about an article."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import RowNumber

from meiri.newsroom.models import Article

LONGEST = 500


class State(models.TextChoices):
    PENDING = "pending", "待审核"
    APPROVED = "approved", "已通过"
    REJECTED = "rejected", "未通过"


class CommentQuerySet(models.QuerySet):
    def pending(self):
        return self.filter(state=State.PENDING)

    def approved(self):
        return self.filter(state=State.APPROVED)

    def unchecked(self):
        """Shown at once, because the channel checks afterwards (先发后审), and not checked yet."""
        return self.filter(state=State.APPROVED, decided_at=None)

    def threads(self, article_id: int, count: int, before: int | None = None) -> list["Comment"]:
        """The newest approved comments that answer no other one."""
        found = self.approved().filter(article_id=article_id, reply_to=None).select_related("member")
        if before is not None:
            found = found.filter(pk__lt=before)
        return list(found.order_by("-pk")[:count])

    def first_replies(self, thread_ids, count: int) -> list["Comment"]:
        """The first `count` approved replies to each of `thread_ids`, oldest first. One query for all of them."""
        number = models.Window(RowNumber(), partition_by=F("reply_to"), order_by="pk")
        found = self.approved().filter(reply_to__in=thread_ids).annotate(number=number)
        return list(found.filter(number__lte=count).select_related("member").order_by("pk"))

    def replies(self, thread_id: int, count: int, after: int = 0) -> list["Comment"]:
        found = self.approved().filter(reply_to=thread_id, pk__gt=after).select_related("member")
        return list(found.order_by("pk")[:count])


class Comment(models.Model):
    """One comment. `reply_to` is always a comment that answers no other: there are two levels."""

    article = models.ForeignKey(
        Article, verbose_name="稿件", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    reply_to = models.ForeignKey(
        "self", verbose_name="回复", null=True, blank=True, on_delete=models.CASCADE, related_name="+",
        db_index=False,
    )  # fmt: skip
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="会员", null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    name = models.CharField("昵称", max_length=20)
    text = models.TextField("内容", max_length=LONGEST)
    created_at = models.DateTimeField("时间", auto_now_add=True)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.PENDING)
    reason = models.CharField("不通过的原因", max_length=100, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="审核人", null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    # Of the form it was sent with, so that sending twice makes one comment.
    token_digest = models.CharField(max_length=64, unique=True, editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = "评论"
        verbose_name_plural = "评论"
        default_permissions = ()
        permissions = [("moderate_comment", "可以审核评论")]
        indexes = [
            models.Index(fields=["article", "reply_to", "state", "-id"], name="comments_of_article"),
            models.Index(fields=["reply_to", "state", "id"], name="comments_replies"),
            models.Index(fields=["state", "-id"], name="comments_by_state"),
            models.Index(
                fields=["-id"],
                condition=Q(state="approved", decided_at=None),
                name="comments_unchecked",
            ),
        ]

    def __str__(self):
        return f"{self.name}：{self.text[:40]}"

    @property
    def content_key(self):
        return f"comments:{self.article_id}"


class CommentCount(models.Model):
    """How many comments of an article readers see. Kept by `moderation`, so that no page counts rows."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, primary_key=True, related_name="+")
    approved = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.article_id}: {self.approved}"
