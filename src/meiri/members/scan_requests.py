"""A browser that asks to be signed in by a phone (扫码登录), while it is asking."""

from django.contrib.sessions.models import Session
from django.db import models
from django.utils import timezone

from meiri.journal.public_models import NotPublic


class ScanState(models.TextChoices):
    ASKED = "asked", "等待确认"
    CONFIRMED = "confirmed", "已确认"
    REFUSED = "refused", "已拒绝"


class ScanRequest(models.Model):
    """What a browser asked, for the minutes that it may be answered in. The row goes when the browser is signed in.

    `token_digest`: SHA-256 of what the QR code holds, in hexadecimal. `number`: four digits on the browser's screen. `network`: a keyed
    digest of the network that was asked from. `confirmed_by`: the session in which a member said yes; the request ends with it.
    """

    token_digest = models.CharField(max_length=64, unique=True)
    number = models.CharField(max_length=4)
    device = models.CharField(max_length=40)
    network = models.CharField(max_length=32)
    state = models.CharField(max_length=9, choices=ScanState.choices, default=ScanState.ASKED)
    tries = models.PositiveSmallIntegerField(default=0)
    # Code of the release before, which deletes sessions during an upgrade, knows no such row: hence without a constraint.
    confirmed_by = models.ForeignKey(
        Session, null=True, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    asked_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(db_index=True)

    public = NotPublic("for whoever asks and whoever confirms")

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.device}: {self.state}"
