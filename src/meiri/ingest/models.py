"""What was imported, so that importing again finds it."""

from django.db import models

from meiri.journal.public_models import NotPublic
from meiri.newsroom.models import Article


class Import(models.Model):
    """`address`: where the item said it came from. `digest`: of its headline and text as imported. `left_out`: the paragraphs
    that stood with the text and were not taken for its own."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, primary_key=True, related_name="+")
    address = models.CharField("原文地址", max_length=500, blank=True, db_index=True)
    digest = models.CharField("内容指纹", max_length=64, db_index=True)
    left_out = models.JSONField("没有收入的文字", default=list, blank=True)
    imported_at = models.DateTimeField("导入时间", auto_now=True)

    public = NotPublic("where an article came from, for editors")

    class Meta:
        verbose_name = "导入记录"
        verbose_name_plural = "导入记录"

    def __str__(self):
        return f"{self.article_id}: {self.address or self.digest[:12]}"
