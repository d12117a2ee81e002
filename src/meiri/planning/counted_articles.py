"""What was published, counted for monthly sheets (稿件统计): one row for each article, one for each of its bylines. They are made
of the journal (following.py), so whatever was published counts, whatever way it came.
"""

from datetime import date

from django.db import models

from meiri.journal.public_models import NotPublic
from meiri.newsroom.models import Article, Author, Kind, Origin
from meiri.sections.models import Channel, Station


class CountedArticle(models.Model):
    """An article that was published: `day` is that of its first publication, in the site's time."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    station = models.ForeignKey(Station, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    origin = models.CharField(max_length=8, choices=Origin.choices)
    # How many signed it: they share its points.
    authors = models.PositiveSmallIntegerField(default=0)
    # One that was withdrawn earns nothing.
    is_withdrawn = models.BooleanField(default=False)

    public = NotPublic("figures of the newsroom")

    class Meta:
        verbose_name = "发稿统计"
        verbose_name_plural = "发稿统计"
        default_permissions = ("view",)
        indexes = [models.Index(fields=["day", "channel"], name="counted_articles_by_day")]

    def __str__(self):
        return f"{self.day} {self.article_id}"


class CountedCredit(models.Model):
    """One who signed a counted article."""

    counted = models.ForeignKey(CountedArticle, on_delete=models.CASCADE, related_name="credits")
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+")

    public = NotPublic("figures of the newsroom")

    class Meta:
        verbose_name = "署名统计"
        verbose_name_plural = "署名统计"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["counted", "author"], name="counted_credit_once")]

    def __str__(self):
        return f"{self.author_id} {self.counted_id}"


class FeeRule(models.Model):
    """How many points an article of a kind and an origin earns its authors together (稿费规则). The most special one counts: that of
    kind and origin, of the kind, of the origin, of all."""

    kind = models.CharField(
        "体裁", max_length=9, choices=Kind.choices, blank=True, help_text="不选指所有体裁。"
    )
    origin = models.CharField(
        "稿源", max_length=8, choices=Origin.choices, blank=True, help_text="不选指所有稿源。"
    )
    points = models.DecimalField("分数", max_digits=6, decimal_places=1)

    public = NotPublic("for the newsroom")

    class Meta:
        verbose_name = "稿费规则"
        verbose_name_plural = "稿费规则"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "origin"], name="fee_rule_once", violation_error_message="这一项已经有规则。"
            )
        ]

    def __str__(self):
        of = " ".join(
            filter(None, (self.kind and Kind(self.kind).label, self.origin and Origin(self.origin).label))
        )
        return f"{of or '所有稿件'}：{self.points} 分"


def month_bounds(month: date) -> tuple[date, date]:
    """The first day of the month that `month` is in, and of the one after it."""
    first = month.replace(day=1)
    return first, first.replace(year=first.year + 1, month=1) if first.month == 12 else first.replace(
        month=first.month + 1
    )
