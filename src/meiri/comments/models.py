"""What readers say about an article, what other readers say of that, and the newsroom's rules for it."""

import re
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import RowNumber
from wagtail.contrib.settings.models import register_setting

from meiri.comments.patterns import LONGEST_LINE, MOST_LINES, unclear
from meiri.fronts.events import SettingsChanged, SettingsDeleted
from meiri.journal.content_keys import (
    COMMENT_QUESTIONS,
    COMMENT_RULES,
    COMMENT_SETTINGS,
    COMMENTS,
    ContentKey,
)
from meiri.journal.public_models import NotPublic, Public
from meiri.newsroom.models import Article
from meiri.stored_settings import StoredSettings

LONGEST = 500
# What every piece of comments on a page shows: how long comments stay open.


class CommentCursor(NamedTuple):
    """A place in a list of comments: after the comment `pk`, which had so many likes where they order the list."""

    pk: int
    likes: int | None = None

    def __str__(self):
        return str(self.pk) if self.likes is None else f"{self.likes}-{self.pk}"

    @classmethod
    def parse(cls, text: str) -> "CommentCursor | None":
        """The position that `str` wrote; None for anything else."""
        found = re.fullmatch(r"(?:([0-9]{1,9})-)?([0-9]{1,18})", text)
        return cls(int(found[2]), None if found[1] is None else int(found[1])) if found else None


class CommentState(models.TextChoices):
    PENDING = "pending", "待审核"
    APPROVED = "approved", "已通过"
    REJECTED = "rejected", "未通过"


class CommentQuerySet(models.QuerySet):
    def pending(self):
        return self.filter(state=CommentState.PENDING)

    def approved(self):
        return self.filter(state=CommentState.APPROVED)

    def visible(self):
        """What readers see: approved, and so is the comment that it answers."""
        return self.approved().filter(Q(reply_to=None) | Q(reply_to__state=CommentState.APPROVED))

    def unchecked(self):
        """Shown at once, because the channel checks afterwards (先发后审), and not checked yet."""
        return self.filter(state=CommentState.APPROVED, decided_at=None)

    def flagged(self):
        """Readers reported it, and no moderator has looked at it since."""
        return self.exclude(flagged_at=None)

    def appealed(self):
        """Its writer asks another moderator to look at it again."""
        return self.filter(state=CommentState.PENDING).exclude(appealed_at=None)

    def threads(self, article_id: int, count: int, before: CommentCursor | None = None) -> list["Comment"]:
        """The newest approved comments that answer no other one."""
        found = self.approved().filter(article_id=article_id, reply_to=None)
        if before is not None:
            found = found.filter(pk__lt=before.pk)
        return list(found.order_by("-pk")[:count])

    def liked_threads(
        self, article_id: int, count: int, before: CommentCursor | None = None
    ) -> list["Comment"]:
        """As `threads`, those with the most likes first."""
        found = self.approved().filter(article_id=article_id, reply_to=None)
        if before is not None and before.likes is not None:
            found = found.filter(Q(likes__lt=before.likes) | Q(pk__lt=before.pk), likes__lte=before.likes)
        return list(found.order_by("-likes", "-pk")[:count])

    def picks(self, article_id: int, count: int) -> list["Comment"]:
        """What editors picked (精选), the last picked first."""
        found = self.visible().filter(article_id=article_id).exclude(picked_at=None)
        return list(found.order_by("-picked_at")[:count])

    def first_replies(self, thread_ids, count: int) -> list["Comment"]:
        """The first `count` approved replies to each of `thread_ids`, the newsroom's before those of readers, oldest
        first. One query for all of them."""
        order = [F("official").desc(), F("pk").asc()]
        number = models.Window(RowNumber(), partition_by=F("reply_to"), order_by=order)
        found = self.approved().filter(reply_to__in=thread_ids).annotate(number=number)
        return list(found.filter(number__lte=count).order_by("-official", "pk"))

    def replies(self, thread_id: int, count: int, after: int = 0) -> list["Comment"]:
        found = self.approved().filter(reply_to=thread_id, pk__gt=after)
        return list(found.order_by("pk")[:count])

    def of_person(self, comment: "Comment"):
        """What whoever wrote `comment` wrote, newest first: the same member, or the same mark within its month."""
        if comment.member_id:
            return self.filter(member=comment.member_id).order_by("-pk")
        if comment.visitor:
            return self.filter(visitor=comment.visitor).order_by("-pk")
        return self.filter(pk=comment.pk)


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
        related_name="+", db_index=False,
    )  # fmt: skip
    # See `visitors.marks`: which comments came from one browser, as long as that can be told.
    visitor = models.CharField(max_length=32, blank=True, editable=False)
    name = models.CharField("昵称", max_length=20)
    text = models.TextField("内容", max_length=LONGEST)
    created_at = models.DateTimeField("时间", auto_now_add=True)
    state = models.CharField("状态", max_length=8, choices=CommentState.choices, default=CommentState.PENDING)
    reason = models.CharField("不通过的原因", max_length=100, blank=True)
    note = models.CharField("词语规则的说明", max_length=300, blank=True)
    official = models.BooleanField("官方回复", default=False)
    # Of an official answer: when it was changed, withdrawn or restored last, and what it said while it is withdrawn; `text` then
    # says why.
    changed_at = models.DateTimeField("修改时间", null=True, editable=False)
    withdrawn_text = models.TextField("撤回前的内容", max_length=LONGEST, blank=True, editable=False)
    picked_at = models.DateTimeField("精选时间", null=True, blank=True)
    likes = models.PositiveIntegerField("赞", default=0)
    reports = models.PositiveIntegerField("举报", default=0)
    flagged_at = models.DateTimeField("因举报待复核", null=True, blank=True)
    appeal = models.CharField("申诉", max_length=300, blank=True)
    appealed_at = models.DateTimeField("申诉时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="审核人", null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    # Of the form it was sent with, so that sending twice makes one comment.
    token_digest = models.CharField(max_length=64, unique=True, editable=False)

    public = Public(
        ("text", "name", "official", "picked_at", "reply_to"),
        shown_while=("state", CommentState.APPROVED.value),
        keys=lambda comment: [comment.content_key],
        deeds=True,
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = "评论"
        verbose_name_plural = "评论"
        default_permissions = ()
        permissions = [("moderate_comment", "可以审核评论")]
        indexes = [
            models.Index(fields=["article", "reply_to", "state", "-id"], name="comments_of_article"),
            models.Index(
                fields=["article", "reply_to", "state", "-likes", "-id"], name="comments_most_liked"
            ),
            models.Index(
                fields=["article", "-picked_at"], condition=Q(picked_at__isnull=False), name="comments_picked"
            ),
            models.Index(fields=["reply_to", "state", "id"], name="comments_replies"),
            models.Index(fields=["state", "-id"], name="comments_by_state"),
            models.Index(
                fields=["-id"],
                condition=Q(state="approved", decided_at=None),
                name="comments_unchecked",
            ),
            models.Index(fields=["-id"], condition=Q(flagged_at__isnull=False), name="comments_flagged"),
            models.Index(
                fields=["id"],
                condition=Q(state="pending", appealed_at__isnull=False),
                name="comments_appealed",
            ),
            models.Index(fields=["member", "-id"], name="comments_of_member"),
            models.Index(fields=["visitor", "-id"], condition=~Q(visitor=""), name="comments_of_visitor"),
        ]

    def __str__(self):
        return f"{self.name}：{self.text[:40]}"

    @property
    def content_key(self):
        return COMMENTS.key(self.article_id)


class CommentCount(models.Model):
    """How many comments of an article readers see. Kept by `moderation`, so that no page counts rows."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, primary_key=True, related_name="+")
    approved = models.PositiveIntegerField(default=0)

    public = NotPublic("follows from the comments")

    def __str__(self):
        return f"{self.article_id}: {self.approved}"


class Like(models.Model):
    """That a reader likes a comment. `reader` is `member:3`, or `device:` and the name of a device."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="+", db_index=False)
    reader = models.CharField(max_length=40)

    public = NotPublic("counted in its comment")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "reader"], name="one_like_a_reader")]

    def __str__(self):
        return f"{self.comment_id}: {self.reader}"


class LikedArticle(models.Model):
    """An article whose comments were liked since readers' pages were last told."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, primary_key=True, related_name="+")

    public = NotPublic("articles whose likes wait to be told")

    def __str__(self):
        return str(self.article_id)


class ReportReason(models.TextChoices):
    ADVERTISING = "advertising", "广告或推广"
    ABUSE = "abuse", "人身攻击、辱骂"
    UNLAWFUL = "unlawful", "违法违规信息"
    PRIVACY = "privacy", "泄露他人隐私"
    FALSE = "false", "不实信息"
    OTHER = "other", "其他"


class CommentReport(models.Model):
    """That a reader reports a comment (举报), and why. `reader` is as in `Like`."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="+", db_index=False)
    reader = models.CharField(max_length=40)
    reason = models.CharField("原因", max_length=12, choices=ReportReason.choices)
    words = models.CharField("说明", max_length=200, blank=True)
    created_at = models.DateTimeField("时间", auto_now_add=True)

    public = NotPublic("for moderators")

    class Meta:
        verbose_name = "举报"
        verbose_name_plural = "举报"
        constraints = [models.UniqueConstraint(fields=["comment", "reader"], name="one_report_a_reader")]

    def __str__(self):
        return f"{self.comment_id}: {self.reason}"


class WordRule(models.Model):
    """Words that comments are held, refused or changed for, and what their writers are told."""

    class Deed(models.TextChoices):
        HOLD = "hold", "先审后发"
        REFUSE = "refuse", "不予发表"
        REPLACE = "replace", "替换为＊"

    name = models.CharField("名称", max_length=40, unique=True)
    lines = models.TextField(
        "词语",
        max_length=MOST_LINES * (LONGEST_LINE + 1),
        help_text="每行一个。＊ 代表至多八个字，？代表一个字，# 代表一个数字；一行至多两个＊。"
        "全角半角、大小写和中间的空格、标点不影响匹配。",
    )
    deed = models.CharField("处理", max_length=7, choices=Deed.choices, default=Deed.HOLD)
    reason = models.CharField("原因", max_length=80, help_text="发表评论的人会看到，如“含有联系方式”。")
    active = models.BooleanField("启用", default=True)

    public = Public(
        ("name", "lines", "deed", "reason", "active"),
        keys=lambda rule: [rule.content_key],
        key_forms=(COMMENT_RULES,),
    )

    class Meta:
        verbose_name = "词语规则"
        verbose_name_plural = "词语规则"
        ordering = ["name"]

    def __str__(self):
        return f"{self.name}（{self.get_deed_display()}）"

    @property
    def content_key(self) -> ContentKey:
        return COMMENT_RULES

    def clean(self):
        if wrong := unclear(self.lines):
            raise ValidationError({"lines": wrong})


class Question(models.Model):
    """What a visitor who writes a great deal is asked, to show that a person writes."""

    question = models.CharField(
        "问题", max_length=100, unique=True, help_text="人人都能答的，如“一周有几天？”。"
    )
    answers = models.TextField("答案", max_length=400, help_text="每行一个，任一个都算对，如“七”“7”“七天”。")
    active = models.BooleanField("启用", default=True)

    public = Public(
        ("question", "answers", "active"),
        keys=lambda question: [question.content_key],
        key_forms=(COMMENT_QUESTIONS,),
    )

    class Meta:
        verbose_name = "验证问题"
        verbose_name_plural = "验证问题"
        ordering = ["id"]

    def __str__(self):
        return self.question

    @property
    def content_key(self) -> ContentKey:
        return COMMENT_QUESTIONS


@register_setting(icon="comment")
class CommentSettings(StoredSettings):
    """What holds for the comments of the whole site."""

    days = models.PositiveSmallIntegerField(
        "关闭评论的期限（天）",
        default=0,
        help_text="稿件发布满多少天后不再接受新评论；0 为不关闭。频道可另行规定，稿件自己写明评论方式的不受此限。",
    )

    public = Public(
        ("days",),
        keys=lambda settings: [COMMENT_SETTINGS],
        key_forms=(COMMENT_SETTINGS,),
        created=SettingsChanged,
        changed=SettingsChanged,
        deleted=SettingsDeleted,
        appears=False,
        payload=lambda settings: {"comment_days": settings.days},
    )

    class Meta:
        verbose_name = "评论设置"
