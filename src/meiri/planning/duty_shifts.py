"""The duty roster (值班): who is on duty, from when until when, and what one shift leaves to the next."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from meiri.journal.public_models import NotPublic

LONGEST_SHIFT = timedelta(days=7)


class DutyRole(models.TextChoices):
    CHIEF = "chief", "值班总编"
    EDITOR = "editor", "值班编辑"
    COMMENTS = "comments", "评论值班"
    TECHNICAL = "technical", "技术值班"


class DutyShiftQuerySet(models.QuerySet):
    def at(self, moment: datetime):
        return self.filter(begins_at__lte=moment, ends_at__gt=moment)

    def between(self, first: datetime, after: datetime):
        """Those that are on at some moment from `first` to before `after`."""
        # The lower bound lets the index end the search: no shift is longer.
        return self.filter(begins_at__gt=first - LONGEST_SHIFT, begins_at__lt=after, ends_at__gt=first)


class DutyShift(models.Model):
    """One person on duty in one role for a while."""

    role = models.CharField("岗位", max_length=9, choices=DutyRole.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="值班人", on_delete=models.CASCADE, related_name="+"
    )
    begins_at = models.DateTimeField("从")
    ends_at = models.DateTimeField("到")
    telephone = models.CharField("值班电话", max_length=40, blank=True)

    public = NotPublic("for the newsroom")

    objects = DutyShiftQuerySet.as_manager()

    class Meta:
        verbose_name = "值班"
        verbose_name_plural = "值班"
        default_permissions = ("add", "change", "delete")
        ordering = ["begins_at", "pk"]
        indexes = [models.Index(fields=["begins_at", "ends_at"], name="duty_shifts_by_time")]

    def __str__(self):
        return f"{self.get_role_display()} {self.user}"

    def clean(self):
        if not (self.begins_at and self.ends_at):
            return
        if self.ends_at <= self.begins_at:
            raise ValidationError({"ends_at": "结束应晚于开始。"})
        if self.ends_at - self.begins_at > LONGEST_SHIFT:
            raise ValidationError({"ends_at": f"一班最长 {LONGEST_SHIFT.days} 天。"})


class HandoverNote(models.Model):
    """What whoever was on duty writes down for those who come after (交接班记录). It stays as it was written."""

    at = models.DateTimeField("时间", default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField("交接内容", max_length=2000)

    public = NotPublic("for the newsroom")

    class Meta:
        verbose_name = "交接班记录"
        verbose_name_plural = "交接班记录"
        default_permissions = ("add",)
        ordering = ["-pk"]

    def __str__(self):
        return self.text[:40]
