"""Plan items (选题), who was assigned to them, and what is said about them; themes that come again."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from meiri.journal.public_models import NotPublic
from meiri.live.models import Coverage
from meiri.newsroom.models import Article
from meiri.planning.counted_articles import CountedArticle, CountedCredit, FeeRule
from meiri.planning.duty_shifts import DutyShift, HandoverNote
from meiri.sections.models import Channel, Station

__all__ = [
    "Assignment",
    "CountedArticle",
    "CountedCredit",
    "DutyShift",
    "FeeRule",
    "HandoverNote",
    "PlanComment",
    "PlanItem",
    "PlanTheme",
]

LONGEST_TEXT = 2000


class PlanState(models.TextChoices):
    PROPOSED = "proposed", "报题"
    DISCUSSED = "discussed", "已讨论"
    ASSIGNED = "assigned", "已派单"
    IN_PROGRESS = "progress", "采写中"
    SUBMITTED = "submitted", "已送审"
    PUBLISHED = "published", "已发布"
    DROPPED = "dropped", "不做"


OPEN_STATES = (
    PlanState.PROPOSED,
    PlanState.DISCUSSED,
    PlanState.ASSIGNED,
    PlanState.IN_PROGRESS,
    PlanState.SUBMITTED,
)


class Rhythm(models.TextChoices):
    WEEKLY = "weekly", "每周"
    MONTHLY = "monthly", "每月"
    YEARLY = "yearly", "每年"


class PlanTheme(models.Model):
    """A theme that comes again (例行选题): so many days before its day an item is proposed by itself."""

    title = models.CharField("选题", max_length=120)
    idea = models.TextField("想法", max_length=LONGEST_TEXT, blank=True)
    channel = models.ForeignKey(Channel, verbose_name="频道", on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey(
        Station, verbose_name="地方站", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    rhythm = models.CharField("周期", max_length=7, choices=Rhythm.choices)
    next_on = models.DateField("下一次", help_text="之后按周期自动往后推。")
    days_before = models.PositiveSmallIntegerField("提前几天报题", default=7)
    active = models.BooleanField("启用", default=True)

    public = NotPublic("for the newsroom")

    class Meta:
        verbose_name = "例行选题"
        verbose_name_plural = "例行选题"
        ordering = ["next_on", "pk"]

    def __str__(self):
        return self.title

    def clean(self):
        if self.days_before > 60:
            raise ValidationError({"days_before": "最多提前 60 天。"})

    @property
    def day_after(self) -> date:
        """The day after `next_on` on which it comes again. One that a month lacks is its last."""
        day = self.next_on
        if self.rhythm == Rhythm.WEEKLY:
            return day + timedelta(days=7)
        months = 1 if self.rhythm == Rhythm.MONTHLY else 12
        year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
        return _last_of(year, month + 1, day.day)


def _last_of(year: int, month: int, day: int) -> date:
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


class PlanItemQuerySet(models.QuerySet):
    def to_list(self):
        return self.select_related("channel", "station", "proposed_by").prefetch_related("assignments__user")

    def open(self):
        return self.filter(state__in=OPEN_STATES)

    def in_days(self, first: date, after: date):
        """Those that happen on a day from `first` to before `after`."""
        return self.filter(day__gte=first, day__lt=after)


# What somebody says of an item who proposes it.
PROPOSED = (
    *("title", "idea", "people", "where", "day", "hour", "channel", "station", "resources"),
    "embargo_until",
)


class PlanItem(models.Model):
    """An idea for a report (选题), from the proposal to what was published of it."""

    title = models.CharField("选题", max_length=120)
    idea = models.TextField("想法", max_length=LONGEST_TEXT, blank=True, help_text="写什么，为什么现在写。")
    people = models.CharField("人物", max_length=200, blank=True, help_text="采访谁、和谁联系。")
    where = models.CharField("地点", max_length=120, blank=True)
    day = models.DateField("日期", null=True, blank=True, help_text="事情发生或应当见报的那一天。")
    hour = models.TimeField("时间", null=True, blank=True)
    channel = models.ForeignKey(
        Channel, verbose_name="频道", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    station = models.ForeignKey(
        Station, verbose_name="地方站", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    resources = models.CharField("资源", max_length=200, blank=True, help_text="车辆、设备、证件等。")
    embargo_until = models.DateTimeField("不早于此时发布", null=True, blank=True)
    state = models.CharField(
        "状态", max_length=9, choices=PlanState.choices, default=PlanState.PROPOSED, editable=False
    )
    reason = models.CharField("不做的原因", max_length=200, blank=True, editable=False)
    theme = models.ForeignKey(
        PlanTheme, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    # Where it comes from, in the admin: a letter, a comment, a report of an error.
    origin = models.CharField(max_length=200, blank=True, editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="报题人", null=True, editable=False,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    created_at = models.DateTimeField("报题时间", default=timezone.now, editable=False)

    public = NotPublic("for the newsroom")

    objects = PlanItemQuerySet.as_manager()

    class Meta:
        verbose_name = "选题"
        verbose_name_plural = "选题"
        default_permissions = ("add", "change")
        indexes = [
            models.Index(fields=["state", "day", "id"], name="plan_items_by_state"),
            models.Index(fields=["day", "id"], name="plan_items_by_day"),
        ]
        constraints = [
            # A theme proposes one item for a day, however many run the job.
            models.UniqueConstraint(fields=["theme", "day"], name="plan_item_of_theme_once"),
            models.CheckConstraint(
                condition=~Q(state=PlanState.DROPPED.value) | ~Q(reason=""), name="plan_item_dropped_says_why"
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def place(self) -> Station | Channel | None:
        return self.station or self.channel


class Medium(models.TextChoices):
    TEXT = "text", "文"
    PICTURES = "picture", "图"
    VIDEO = "video", "视频"
    LIVE = "live", "直播"


class AssignmentState(models.TextChoices):
    ASSIGNED = "assigned", "已派"
    WORKING = "working", "进行中"
    SUBMITTED = "submitted", "已送审"
    DONE = "done", "完成"
    CANCELLED = "cancelled", "取消"


class AssignmentQuerySet(models.QuerySet):
    def unfinished(self):
        return self.filter(state__in=[AssignmentState.ASSIGNED, AssignmentState.WORKING])


class Assignment(models.Model):
    """Who does what for an item (派单), until when."""

    item = models.ForeignKey(PlanItem, on_delete=models.CASCADE, related_name="assignments")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="派给", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    medium = models.CharField("做什么", max_length=7, choices=Medium.choices, default=Medium.TEXT)
    due = models.DateTimeField("交稿时间", null=True, blank=True)
    note = models.CharField("要求", max_length=200, blank=True)
    state = models.CharField(max_length=9, choices=AssignmentState.choices, default=AssignmentState.ASSIGNED)
    article = models.ForeignKey(Article, null=True, on_delete=models.SET_NULL, related_name="+")
    coverage = models.ForeignKey(Coverage, null=True, on_delete=models.SET_NULL, related_name="+")
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    assigned_at = models.DateTimeField(default=timezone.now)

    public = NotPublic("for the newsroom")

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "派单"
        verbose_name_plural = "派单"
        default_permissions = ("add",)
        ordering = ["pk"]
        indexes = [models.Index(fields=["user", "state", "due"], name="assignments_of_person")]

    def __str__(self):
        return f"{self.item}（{self.get_medium_display()}）"

    @property
    def is_late(self) -> bool:
        waits = self.state in (AssignmentState.ASSIGNED, AssignmentState.WORKING)
        return bool(waits and self.due and self.due < timezone.now())


class PlanComment(models.Model):
    """What somebody says about an item."""

    item = models.ForeignKey(PlanItem, on_delete=models.CASCADE, related_name="comments")
    by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField("意见", max_length=1000)

    public = NotPublic("for the newsroom")

    class Meta:
        verbose_name = "选题意见"
        verbose_name_plural = "选题意见"
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self):
        return self.text[:40]
