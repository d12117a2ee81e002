"""Corrections (更正): what was wrong in an article, what is right, and since when readers are told."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from meiri.journal.content_keys import ARTICLE, CORRECTIONS
from meiri.journal.public_models import Public
from meiri.sections.minors import not_set_apart

LONGEST = 500


class CorrectionKept(TypeError):
    """A correction was to be deleted."""


class CorrectionQuerySet(models.QuerySet):
    """What readers were told stays told: a correction is withdrawn, never deleted."""

    def delete(self):
        raise CorrectionKept("Corrections are never deleted: withdraw them, with a reason.")

    def with_articles(self):
        return self.select_related("article__channel")

    def not_set_apart(self):
        """Those of articles that readers meet in lists (sections/minors.py)."""
        return self.filter(not_set_apart("article__"))

    def newest(self, count: int, before: int | None = None) -> list["Correction"]:
        """The `count` newest corrections, or those before number `before`, with their articles. One query."""
        found = self.with_articles()
        if before is not None:
            found = found.filter(pk__lt=before)
        return list(found.order_by("-pk")[:count])


class Correction(models.Model):
    """One error and how it was put right. One that was withdrawn is still shown, with the reason."""

    article = models.ForeignKey(
        "newsroom.Article", verbose_name="稿件", on_delete=models.PROTECT, related_name="corrections"
    )
    wrong = models.TextField("原文", max_length=LONGEST)
    right = models.TextField("更正为", max_length=LONGEST)
    note = models.CharField("说明", max_length=200, blank=True)
    in_text = models.BooleanField("正文已改", default=False)
    published_at = models.DateTimeField("更正时间", default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="更正人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdrawal_reason = models.CharField("撤回原因", max_length=200, blank=True)

    public = Public(
        ("wrong", "right", "note", "withdrawn_at", "withdrawal_reason"),
        keys=lambda correction: [ARTICLE.key(correction.article_id), CORRECTIONS],
        deeds=True,
    )

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = "更正"
        verbose_name_plural = "更正"
        default_permissions = ()

    def __str__(self):
        return f"{self.wrong[:20]} → {self.right[:20]}"

    def delete(self, *args, **kwargs):
        raise CorrectionKept("Corrections are never deleted: withdraw them, with a reason.")

    @property
    def anchor(self):
        return f"correction-{self.pk}"

    @property
    def sentence(self) -> str:
        """The correction as one sentence, for where there is no layout."""
        return f"“{self.wrong}”应为“{self.right}”。{self.note}"


def corrections_of(article_id: int) -> list[Correction]:
    """All corrections of an article, oldest first. One query, written out: each page of an article asks it."""
    return list(
        Correction.objects.raw(
            "SELECT * FROM newsroom_correction WHERE article_id = %s ORDER BY id", [article_id]
        )
    )


def standing_corrections_of(ids) -> dict[int, list[Correction]]:
    """The corrections of each of the articles `ids` that were not withdrawn, oldest first. One query."""
    found: dict[int, list[Correction]] = {}
    for correction in Correction.objects.filter(article_id__in=ids, withdrawn_at=None).order_by("pk"):
        found.setdefault(correction.article_id, []).append(correction)
    return found
