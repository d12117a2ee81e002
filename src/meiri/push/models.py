"""Browsers that want to be told, and what waits to be sent to them."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from meiri.journal.public_models import NotPublic


class PushSubscription(models.Model):
    """A browser of a member's that a push service delivers to. It names an address of that service and the keys to seal with."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    endpoint = models.CharField(max_length=1000)
    # SHA-256 of the endpoint, which is too long for an index.
    endpoint_digest = models.CharField(max_length=64, unique=True)
    # Base64url without padding: its public key (P-256, 65 bytes), its secret (16 bytes), the public key of the site it subscribed to.
    public_key = models.CharField(max_length=87)
    secret = models.CharField(max_length=22)
    site_key = models.CharField(max_length=87)
    device = models.CharField(max_length=40)
    # The session in which it was made, as the database calls it: it ends with it where its member ends that.
    session = models.CharField(max_length=40, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    public = NotPublic("for its member")

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["session"], name="subscriptions_of_session")]

    def __str__(self):
        return f"{self.member_id}: {self.device}"


class PushMessageQuerySet(models.QuerySet):
    def due(self, now: datetime):
        return self.filter(next_try_at__lte=now)


class PushMessage(models.Model):
    """One message to one browser: a title and an address of the site, nothing of anybody. The row goes when the push service has
    taken it, or can't be expected to."""

    subscription = models.ForeignKey(PushSubscription, on_delete=models.CASCADE, related_name="messages")
    title = models.CharField(max_length=200)
    url = models.CharField(max_length=300)
    written_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    # While a worker sends it, until when no other may.
    next_try_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)

    objects = PushMessageQuerySet.as_manager()
    public = NotPublic("for one browser")

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["next_try_at"], name="push_due")]

    def __str__(self):
        return f"{self.subscription_id}: {self.title}"
