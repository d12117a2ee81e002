"""Friend links (友情链接): who asked for one, what became of it, whether it still answers, how often it is followed."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from meiri.journal.content_keys import FOOTER, FRIEND_LINK, ContentKey
from meiri.journal.public_models import Public

# So many checks in a row that fail mark a link for the editors.
FAILING = 3
CHECKED_EVERY = timedelta(days=1)


class FriendLinkQuerySet(models.QuerySet):
    def shown(self):
        return self.filter(state=FriendLink.State.SHOWN)

    def failing(self):
        return self.shown().filter(failures__gte=FAILING)

    def due(self, now):
        """Those shown that were not checked for a day, those never checked first."""
        old = Q(checked_at=None) | Q(checked_at__lt=now - CHECKED_EVERY)
        return self.shown().filter(old).order_by(F("checked_at").asc(nulls_first=True), "pk")


class FriendLink(models.Model):
    class State(models.TextChoices):
        APPLIED = "applied", "待审"
        SHOWN = "shown", "显示"
        HIDDEN = "hidden", "不显示"
        REFUSED = "refused", "未通过"

    name = models.CharField("名称", max_length=40)
    url = models.URLField("网址", max_length=300)
    group = models.CharField("分组", max_length=20, blank=True)
    order = models.PositiveIntegerField("排序", default=0)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.SHOWN)
    reason = models.CharField(
        "未通过的原因", max_length=200, blank=True, help_text="申请人凭回执可以看到。状态为“未通过”时必填。"
    )
    logo = models.ImageField("标识", upload_to="friendlinks/", blank=True)
    contact = models.CharField(
        "联系方式", max_length=100, blank=True, help_text="申请人填写，只有编辑部能看到。"
    )
    applied_at = models.DateTimeField("申请时间", null=True, editable=False)
    # Of the key to the applicant's receipt; links that editors made have none, and none is not a digest that two share.
    key_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001
    clicks = models.PositiveBigIntegerField("点击", default=0, editable=False)
    checked_at = models.DateTimeField("检查时间", null=True, editable=False)
    failures = models.PositiveSmallIntegerField("连续失败", default=0, editable=False)
    last_failure = models.CharField("最近一次失败", max_length=200, blank=True, editable=False)

    public = Public(
        ("name", "url", "group", "order", "state", "reason", "logo"),
        keys=lambda link: link.keys_of_pages,
        key_forms=(FOOTER, FRIEND_LINK),
    )

    objects = FriendLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "友情链接"
        verbose_name_plural = "友情链接"
        ordering = ["order", "id"]

    def __str__(self):
        return self.name

    def clean(self):
        if self.state == self.State.REFUSED and not self.reason.strip():
            raise ValidationError({"reason": "请写明未通过的原因，申请人会看到。"})

    @property
    def content_key(self):
        return FRIEND_LINK.key(self.pk)

    @property
    def keys_of_pages(self) -> list[ContentKey]:
        """The footer shows it on every page, once it was accepted."""
        return [FOOTER] if self.state == self.State.SHOWN else [self.content_key]

    @property
    def logo_url(self) -> str:
        return self.logo.url if self.logo else ""

    @property
    def health(self) -> str:
        """What the last checks found, for editors."""
        if self.failures:
            mark = "打不开，请核实" if self.failures >= FAILING else "未能打开"
            return f"{mark}（连续 {self.failures} 次）：{self.last_failure}"
        return "正常" if self.checked_at else "尚未检查"
