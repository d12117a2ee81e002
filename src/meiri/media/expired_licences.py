"""What became of pictures whose licence ran out."""

from django.db import models

from meiri.journal.public_models import NotPublic


class ExpiredLicence(models.Model):
    """One picture that was taken down, or replaced by the one that had been chosen. `places`: what used it, at most
    `MOST_PLACES`, each as `{"model", "pk", "title"}`; `used` how many there were."""

    MOST_PLACES = 200

    title = models.CharField("图片", max_length=255)
    licence = models.CharField("授权说明", max_length=200, blank=True)
    valid_until = models.DateField("授权截止日")
    done_at = models.DateTimeField("处理时间", auto_now_add=True, db_index=True)
    replaced_by = models.CharField("换用", max_length=255, blank=True)
    places = models.JSONField("用到它的地方", default=list)
    used = models.PositiveIntegerField("处数", default=0)

    public = NotPublic("a list for editors; the journal tells of the picture")

    class Meta:
        verbose_name = "到期图片"
        verbose_name_plural = "到期图片"

    def __str__(self):
        return self.title
