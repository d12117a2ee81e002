"""What a member is told on the site."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from meiri.journal.public_models import NotPublic


class Notice(models.Model):
    """One thing that a member is told: that a comment was answered, that a manuscript is used."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    text = models.CharField("内容", max_length=200)
    url = models.CharField("地址", max_length=300, blank=True)
    told_at = models.DateTimeField("时间", default=timezone.now)
    read_at = models.DateTimeField("读于", null=True, blank=True)
    # Whether it has been sent on by the other ways that its member chose.
    carried = models.BooleanField(default=False)

    public = NotPublic("one member reads it")

    class Meta:
        verbose_name = "通知"
        verbose_name_plural = "通知"
        default_permissions = ()
        indexes = [
            models.Index(fields=["member", "-id"], name="notices_of_member"),
            models.Index(fields=["member"], condition=models.Q(read_at=None), name="notices_unread"),
            models.Index(fields=["id"], condition=models.Q(carried=False), name="notices_to_carry"),
        ]

    def __str__(self):
        return self.text
