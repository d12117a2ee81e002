"""Where articles come from (来源), with what the newsroom may do with what comes from there."""

from django.db import models

from meiri.journal.content_keys import SOURCE
from meiri.journal.public_models import Public


class Source(models.Model):
    """Where an article comes from (来源)."""

    name = models.CharField("名称", max_length=80, unique=True)
    url = models.URLField("网址", blank=True, max_length=300)
    licence = models.CharField(
        "授权说明", max_length=200, blank=True, help_text="如“经授权转载”“国家通讯社通稿”。"
    )

    public = Public(("name", "url", "licence"), keys=lambda source: [source.content_key], key_forms=(SOURCE,))

    class Meta:
        verbose_name = "来源"
        verbose_name_plural = "来源"
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def content_key(self):
        return SOURCE.key(self.pk)
