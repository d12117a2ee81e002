"""The forms that are open in browsers: what each of them sent last, and where in it somebody writes."""

import re
from datetime import timedelta

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

from meiri.journal.public_models import NotPublic

# Whoever has not been heard of for so long is not shown to others as writing.
PRESENT = timedelta(seconds=20)
# A form that was not heard of for so long is forgotten; what it did not save then is merged with the version it began with.
KEPT = timedelta(days=30)


_KEY = re.compile(r"[0-9A-Za-z-]{8,36}")


def is_key(text: str) -> bool:
    """Whether `text` may be the key of an open form."""
    return _KEY.fullmatch(text) is not None


class OpenForm(models.Model):
    """One form in one browser. `key` is made there, and names the form in all that it sends.

    `content` is what it sent last, field -> value as a revision has it, and `sequence` the number of that message: where the
    answer is lost on its way, the next message is compared with what had come, not with what the browser knows of. `kept`
    is the version in which words of it were kept aside, where they could not be saved.
    """

    key = models.CharField(max_length=36)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.CharField(max_length=255)
    sequence = models.PositiveIntegerField(default=0)
    content = models.JSONField(default=dict)
    revision = models.ForeignKey(
        "wagtailcore.Revision", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    kept = models.ForeignKey("wagtailcore.Revision", null=True, on_delete=models.SET_NULL, related_name="+")
    # Where its writer is: the name of a field, or the id of a block.
    place = models.CharField(max_length=80, blank=True)
    seen_at = models.DateTimeField(default=timezone.now)

    public = NotPublic("an editor's open form")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "user"], name="open_form_key")]
        indexes = [
            models.Index(fields=["content_type", "object_id", "-seen_at"], name="open_form_of_object"),
            models.Index(fields=["seen_at"], name="open_form_seen"),
        ]

    def __str__(self):
        return f"{self.user} · {self.content_type} {self.object_id}"


def open_form(key: str, user) -> OpenForm | None:
    """The form of that key, if it is one of `user`'s."""
    return OpenForm.objects.filter(key=key, user=user).first() if key else None


def others_at(thing, key: str) -> list[OpenForm]:
    """The forms of `thing` that others have open now, at most 20, without what they sent."""
    found = OpenForm.objects.filter(
        content_type=thing.get_base_content_type(),
        object_id=str(thing.pk),
        seen_at__gt=timezone.now() - PRESENT,
    )
    return list(found.exclude(key=key).select_related("user").defer("content").order_by("pk")[:20])


def forget_old_forms() -> int:
    """Forget the forms that were not heard of for long. How many."""
    return OpenForm.objects.filter(seen_at__lt=timezone.now() - KEPT).delete()[0]
