"""发后复核: what went out by the fast lane is looked at again by a third person, within a time."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from meiri.journal.public_models import NotPublic
from meiri.newsroom.models import Article


class AfterCheck(models.Model):
    """A published version that is to be looked at again."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    revision_number = models.BigIntegerField()
    sheet_number = models.CharField(max_length=20)
    began_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # What was found; empty where nothing was wrong.
    found = models.CharField(max_length=300, blank=True)
    alarmed_at = models.DateTimeField(null=True)
    barred = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")

    public = NotPublic("a part of the newsroom's work")

    class Meta:
        verbose_name = "发后复核"
        verbose_name_plural = "发后复核"
        default_permissions = ()
        indexes = [models.Index(fields=["due_at"], name="after_check_open", condition=Q(done_at=None))]

    def __str__(self):
        return f"{self.article_id}: {self.due_at}"
