"""Mail that waits to be sent, and for a while mail that could not be."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from meiri.journal.public_models import NotPublic


class OutgoingMailQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(failed_at=None)

    def due(self, now: datetime):
        return self.waiting().filter(next_try_at__lte=now, expires_at__gt=now)


class OutgoingMail(models.Model):
    """One message to one recipient. The row goes when the server has taken it."""

    recipient = models.CharField(max_length=320)
    sender = models.CharField(max_length=320)
    subject = models.CharField(max_length=200)
    # As it is sent (RFC 5322); nothing once it failed.
    message = models.BinaryField()
    written_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    # While a worker sends it, until when no other may.
    next_try_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    objects = OutgoingMailQuerySet.as_manager()
    public = NotPublic("for its recipient")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(failed_at=None), name="mail_due"),
            models.Index(fields=["expires_at"], condition=Q(failed_at=None), name="mail_expiring"),
            models.Index(fields=["failed_at"], condition=Q(failed_at__isnull=False), name="mail_failed"),
            models.Index(fields=["recipient"], name="mail_by_recipient"),
        ]

    def __str__(self):
        return f"{self.subject}: {self.recipient}"
