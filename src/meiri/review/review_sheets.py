"""审稿单: what is known of how a published version was reviewed, as it was when it was published."""

from base64 import b64encode
from datetime import date

from django.db import models

from meiri.journal.public_models import NotPublic
from meiri.newsroom.models import Article
from meiri.sections.models import Channel


class SheetDay(models.Model):
    """How many sheets a day has."""

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    public = NotPublic("counts sheets")

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.day}: {self.last}"


class ReviewSheetQuerySet(models.QuerySet):
    def between(self, start: date, end: date):
        """Those of the days from `start` to `end`, both included."""
        return self.filter(day__gte=start, day__lte=end)

    def irregular(self):
        """Those of what went out without its reviews, by an exception or by the system."""
        return self.filter(models.Q(excepted=True) | ~models.Q(unreviewed=""))


class ReviewSheet(models.Model):
    """A sheet: `document` is canonical JSON (RFC 8785), `digest` its SHA-256, which stands in the journal, `signature` over it,
    `sm2_signature` the second one, in DER, where the site signs with SM2 too.

    `erased_by`: the number of the entry of the journal by whose order the document lost words; digest and signatures are then those of
    the document as it was.
    """

    number = models.CharField("编号", max_length=20, unique=True)
    day = models.DateField("日期")
    article = models.ForeignKey(Article, null=True, on_delete=models.SET_NULL, related_name="review_sheets")
    revision_number = models.BigIntegerField()
    published_at = models.DateTimeField("发布时间")
    channel = models.ForeignKey(Channel, null=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField("标题", max_length=120)
    # Why it went out without its reviews; empty where it had them.
    unreviewed = models.CharField("未经本站审校", max_length=200, blank=True)
    excepted = models.BooleanField("例外", default=False)
    document = models.TextField()
    digest = models.CharField(max_length=64)
    signature = models.CharField(max_length=88)
    sm2_signature = models.BinaryField(max_length=72, null=True)
    # The digest of each part of the document, so that a check can say which one was changed.
    parts = models.JSONField(default=dict)
    erased_by = models.BigIntegerField("依令删除", null=True, editable=False)

    public = NotPublic("a part of the newsroom's work")

    objects = ReviewSheetQuerySet.as_manager()

    class Meta:
        verbose_name = "审稿单"
        verbose_name_plural = "审稿单"
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["-day", "-id"], name="sheet_newest"),
            models.Index(fields=["channel", "-day", "-id"], name="sheet_newest_in_channel"),
            models.Index(
                fields=["-day", "-id"],
                name="sheet_irregular",
                condition=models.Q(excepted=True) | ~models.Q(unreviewed=""),
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def sm2_in_base64(self) -> str:
        """The second signature; "" where there is none."""
        return b64encode(bytes(self.sm2_signature or b"")).decode()
