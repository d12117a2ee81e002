"""How often articles were read: in all, and in each hour for the hot list."""

from django.db import models

from meiri.newsroom.models import Article


class ArticleViews(models.Model):
    article = models.OneToOneField(
        Article, on_delete=models.CASCADE, primary_key=True, related_name="+", verbose_name="稿件"
    )
    total = models.PositiveBigIntegerField("浏览量", default=0)
    imported = models.PositiveBigIntegerField("其中迁入", default=0)

    class Meta:
        verbose_name = "浏览量"
        verbose_name_plural = "浏览量"

    def __str__(self):
        return f"{self.article_id}: {self.total}"


class HourViews(models.Model):
    """Views that this site counted itself; `hour` is the hour's first moment."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+", db_index=False)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "hour"], name="one_count_an_article_and_hour")
        ]
        # The hot list reads a range of hours and nothing but this index.
        indexes = [models.Index(fields=["hour", "article", "count"], name="views_by_hour")]

    def __str__(self):
        return f"{self.article_id} at {self.hour:%m-%d %H}: {self.count}"
