"""What search keeps in the database: names that editors tell it, fingerprints of articles, which is a version of which, and
what readers may go on with."""

import re

from django.core.exceptions import ValidationError
from django.db import models

from meiri.journal.content_keys import KNOWN_NAMES
from meiri.journal.public_models import NotPublic, Public
from meiri.newsroom.models import Article

# The content key of the dictionary of names.
_BETWEEN = re.compile(r"[\s、，,；;]+")
MOST_ALIASES = 20


class KnownName(models.Model):
    """A name and what else it is called: readers find it by each of them."""

    name = models.CharField("名称", max_length=60, unique=True, help_text="全称或通行的写法，如“北京大学”。")
    aliases = models.CharField(
        "别名", max_length=400, help_text="简称、旧称、外文缩写，用顿号、逗号或空格隔开，如“北大、PKU”。"
    )

    public = Public(("name", "aliases"), keys=lambda name: [KNOWN_NAMES], key_forms=(KNOWN_NAMES,))

    class Meta:
        verbose_name = "检索词典"
        verbose_name_plural = "检索词典"
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def all_names(self) -> list[str]:
        return [self.name, *filter(None, _BETWEEN.split(self.aliases))]

    def clean(self):
        others = self.all_names[1:]
        if not others:
            raise ValidationError({"aliases": "请至少填写一个别名。"})
        if len(others) > MOST_ALIASES:
            raise ValidationError({"aliases": f"别名最多 {MOST_ALIASES} 个。"})
        if short := next((name for name in others if len(name) < 2), None):
            raise ValidationError({"aliases": f"“{short}”只有一个字，会混进许多无关的稿件，请换一个。"})


class Fingerprint(models.Model):
    """The sketch of an article as its editors last saved it (`shingles.py`): 32-bit numbers, big-endian, in a row.

    Whoever changes it finds here which `FingerprintNumber`s to take away. See `fingerprints.py`.
    """

    article = models.OneToOneField(Article, on_delete=models.CASCADE, primary_key=True, related_name="+")
    numbers = models.BinaryField(max_length=128)

    public = NotPublic("follows from its article")

    class Meta:
        verbose_name = "稿件指纹"
        verbose_name_plural = "稿件指纹"

    def __str__(self):
        return f"{self.article_id}"


class FingerprintNumber(models.Model):
    """One number of an article's sketch, to be found by the number. There are `shingles.KEPT` of them an article, so the
    row is as narrow as can be: no key of its own, no constraint on the article. One whose article is gone does no harm.
    """

    pk = models.CompositePrimaryKey("number", "article")
    number = models.IntegerField()
    article = models.PositiveBigIntegerField()

    public = NotPublic("follows from its article")

    class Meta:
        verbose_name = "指纹数"
        verbose_name_plural = "指纹数"

    def __str__(self):
        return f"{self.number}: {self.article}"


class Tie(models.TextChoices):
    """How a version comes from the article before it."""

    REPRINT = "reprint", "转载"
    REWRITE = "rewrite", "改写"
    UPDATE = "update", "更新版"


class Story(models.Model):
    """Articles that come from each other (稿件血缘). `shown`: whether their pages name each other as 相关版本."""

    shown = models.BooleanField("读者可见“相关版本”", default=False)

    public = NotPublic("which articles are versions of one story; `version.*` tells of it")

    class Meta:
        verbose_name = "稿件血缘"
        verbose_name_plural = "稿件血缘"

    def __str__(self):
        return f"{self.pk}"


class Version(models.Model):
    """An article's place in its story: it comes from `parent`, or is where the story begins.

    Change these by `lineage.py` alone, which keeps them trees and tells the journal.
    """

    article = models.OneToOneField(Article, on_delete=models.CASCADE, primary_key=True, related_name="+")
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="versions")
    # Where it is deleted, the version stays in the story, at the beginning of a branch.
    parent = models.ForeignKey(Article, null=True, on_delete=models.SET_NULL, related_name="+")
    tie = models.CharField("关系", max_length=7, choices=Tie.choices, blank=True)

    public = NotPublic("which article comes from which; `version.*` tells of it")

    class Meta:
        verbose_name = "版本"
        verbose_name_plural = "版本"

    def __str__(self):
        return f"{self.article_id} ({self.get_tie_display()}) of {self.parent_id}"


class ProposedVersion(models.Model):
    """What was found when the article was imported and waits for an editor: it may come from `parent`."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, primary_key=True, related_name="+")
    parent = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    tie = models.CharField("关系", max_length=7, choices=Tie.choices)
    percent = models.PositiveSmallIntegerField("相似度")

    public = NotPublic("for editors")

    class Meta:
        verbose_name = "待确认的版本"
        verbose_name_plural = "待确认的版本"

    def __str__(self):
        return f"{self.article_id} of {self.parent_id}?"


class RelatedArticle(models.Model):
    """One article of those recommended after another (更多推荐), as `recommending` chose them.

    For an article without any, nothing was worked out yet.
    """

    # Nothing that editors could delete by mistake: Wagtail need not keep account of who refers to whom here.
    wagtail_reference_index_ignore = True

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+", db_index=False)
    place = models.PositiveSmallIntegerField(help_text="From 1, in the order in which they are shown.")
    related = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+", db_index=False)
    same_event = models.BooleanField()
    score = models.FloatField(help_text="How close the two are, 0 to 1; 0 where it only fills up.")

    public = NotPublic("worked out from articles; `related.changed` tells of it")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["article", "place"], name="one_related_at_a_place")]
        # Whose lists hold an article, the newest first.
        indexes = [models.Index(fields=["related", "-article"], name="related_on_lists")]

    def __str__(self):
        return f"{self.related_id} after {self.article_id}"
