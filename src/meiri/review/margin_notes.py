"""Notes in the margin (旁注): what reviewers and proofreaders remark at a place in the text, answered and resolved there."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from meiri.journal.public_models import NotPublic
from meiri.newsroom.models import Article

LONGEST_NOTE, LONGEST_QUOTE = 500, 200


class MarginNoteQuerySet(models.QuerySet):
    def unresolved(self):
        return self.filter(resolved_at=None)

    def to_read(self):
        """With who wrote what, those first that are not resolved. Two queries."""
        unresolved_first = models.F("resolved_at").desc(nulls_first=True)
        return (
            self.select_related("by", "resolved_by")
            .prefetch_related(models.Prefetch("answers", MarginAnswer.objects.select_related("by")))
            .order_by(unresolved_first, "pk")
        )


class MarginNote(models.Model):
    """One remark. `place`: a field of the form, or `body:` and the id of a block; empty for the whole text. `quote`: the words at which
    it stands, of the version `revision_number`."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    revision_number = models.BigIntegerField(null=True)
    place = models.CharField(max_length=80, blank=True)
    quote = models.CharField("原文", max_length=LONGEST_QUOTE, blank=True)
    text = models.CharField("旁注", max_length=LONGEST_NOTE)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True)

    public = NotPublic("a part of the newsroom's work")

    objects = MarginNoteQuerySet.as_manager()

    class Meta:
        verbose_name = "旁注"
        verbose_name_plural = "旁注"
        default_permissions = ()
        indexes = [models.Index(fields=["article", "resolved_at"], name="margin_notes_of_article")]

    def __str__(self):
        return self.text[:40]


class MarginAnswer(models.Model):
    """What somebody answered to a note."""

    note = models.ForeignKey(MarginNote, on_delete=models.CASCADE, related_name="answers")
    text = models.CharField("答复", max_length=LONGEST_NOTE)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    public = NotPublic("a part of the newsroom's work")

    class Meta:
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self):
        return self.text[:40]
