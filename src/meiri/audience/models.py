"""How often articles were read, in all and of late; which views are counted already; what readers search for; what editors say of the
lists of both."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from wagtail.contrib.settings.models import register_setting

from meiri.journal.content_keys import HOT, HOT_SEARCHES, ContentKey
from meiri.journal.public_models import NotPublic, Public
from meiri.newsroom.models import Article
from meiri.stored_settings import StoredSettings


class ArticleViews(models.Model):
    article = models.OneToOneField(
        Article, on_delete=models.CASCADE, primary_key=True, related_name="+", verbose_name="稿件"
    )
    total = models.PositiveBigIntegerField("浏览量", default=0)
    imported = models.PositiveBigIntegerField("其中迁入", default=0)
    # The number of the change that wrote the row last: `ViewsHead`.
    changed = models.BigIntegerField(default=0, db_index=True, editable=False)

    public = NotPublic("counted for its article")

    class Meta:
        verbose_name = "浏览量"
        verbose_name_plural = "浏览量"

    def __str__(self):
        return f"{self.article_id}: {self.total}"


class ViewsHead(models.Model):
    """The number of the newest change of `ArticleViews`, one row. Whoever makes one holds its lock until the
    transaction ends, so that the numbers are ordered as the transactions are."""

    changed = models.BigIntegerField(default=0)

    public = NotPublic("the number of the newest count")

    def __str__(self):
        return str(self.changed)


class Readings(models.Model):
    """Views that this site counted itself, in one stretch of time that begins at `start`."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+", db_index=False)
    count = models.PositiveIntegerField(default=0)
    start: Any  # a field of each of the models below

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.article_id} at {self.start}: {self.count}"


class QuarterViews(Readings):
    """Views of a quarter of an hour."""

    start = models.DateTimeField()

    public = NotPublic("counted for its article")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "start"], name="one_count_an_article_and_quarter")
        ]
        # Hot lists read the head of each stretch and nothing but this index; so below.
        indexes = [models.Index(fields=["start", "-count", "article"], name="most_read_of_quarter")]


class HourViews(Readings):
    """Views of an hour."""

    start = models.DateTimeField()

    public = NotPublic("counted for its article")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "start"], name="one_count_an_article_and_hour")
        ]
        indexes = [models.Index(fields=["start", "-count", "article"], name="most_read_of_hour")]


class DayViews(Readings):
    """Views of a day in Beijing."""

    start = models.DateField()

    public = NotPublic("counted for its article")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "start"], name="one_count_an_article_and_day")
        ]
        indexes = [models.Index(fields=["start", "-count", "article"], name="most_read_of_day")]


class CountedView(models.Model):
    """A view that was counted, under a digest nobody can undo, so that the same reader does not count twice."""

    # An automatic field, because SQLite keeps a table in the order of such a key; its value is always given.
    reader = models.BigAutoField(primary_key=True)
    until = models.DateTimeField(db_index=True)

    public = NotPublic("tells readers apart for half an hour")

    def __str__(self):
        return str(self.reader)


class AggregatedLog(models.Model):
    """How many bytes of one file of the log of views are counted."""

    name = models.CharField(max_length=40, primary_key=True)
    end = models.BigIntegerField(default=0)

    public = NotPublic("how far a file is counted")

    def __str__(self):
        return f"{self.name}: {self.end}"


class ListRuleQuerySet(models.QuerySet):
    def in_force(self):
        return self.filter(Q(until=None) | Q(until__gt=timezone.now()))


class ListRule(models.Model):
    """What an editor says of one thing on a list: where it stands until a moment, or that it is kept off. Each list words its fields."""

    deed: Any  # "pin" or "off"
    place: Any
    until: Any
    reason: Any
    get_deed_display: Any
    # What becomes of it after `until`.
    afterwards = ""

    objects = ListRuleQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self):
        where = f"第 {self.place} 位" if self.deed == "pin" else self.get_deed_display()
        end = f"，至 {timezone.localtime(self.until):%Y-%m-%d %H:%M}" if self.until else ""
        return f"{self.named}{where}{end}：{self.reason}"

    @property
    def named(self) -> str:
        """What it is about, in the marks that Chinese sets around it."""
        raise NotImplementedError

    def clean(self):
        if self.deed == "off":
            self.place = None
        elif self.place is None:
            raise ValidationError({"place": "请填写名次，1 到 10。"})
        elif self.until is None:
            raise ValidationError({"until": f"请填写截止时间，{self.afterwards}。"})
        if self.until and self.until <= timezone.now():
            raise ValidationError({"until": "截止时间已过，请填写以后的时间。"})
        self._check_place()

    def _check_place(self):
        """Two can't stand at one place."""
        if self.place is None:
            return
        others = type(self).objects.in_force().filter(place=self.place).exclude(pk=self.pk)
        if other := others.first():
            raise ValidationError({"place": f"第 {self.place} 位已有{other.named}，请另选名次。"})


class HotRule(ListRule):
    """What an editor says of an article on the hot list: where it stands until a moment, or that it stays off."""

    class Deed(models.TextChoices):
        PIN = "pin", "放在指定名次"
        KEEP_OFF = "off", "不上热点"

    article = models.OneToOneField(
        Article,
        verbose_name="稿件",
        on_delete=models.CASCADE,
        related_name="+",
        error_messages={"unique": "这篇稿件已有热点安排，请修改原来的那条。"},
    )
    deed = models.CharField("做法", max_length=3, choices=Deed.choices, default=Deed.PIN)
    place = models.PositiveSmallIntegerField(
        "名次",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text="1 到 10，只用于今日热点。不上热点的稿件不填。",
    )
    until = models.DateTimeField(
        "截止时间", null=True, blank=True, help_text="放在指定名次时必填；不上热点的可以不填，长期有效。"
    )
    reason = models.CharField("理由", max_length=100, help_text="记入日志，读者看不到。")

    public = Public(
        ("article", "deed", "place", "until", "reason"),
        keys=lambda rule: [rule.content_key],
        key_forms=(HOT,),
    )

    afterwards = "到时自动恢复"

    class Meta:
        verbose_name = "热点安排"
        verbose_name_plural = "热点安排"
        indexes = [models.Index(fields=["until"], name="hot_rules_in_force")]

    @property
    def named(self) -> str:
        return f"《{self.article.title}》"

    @property
    def content_key(self) -> ContentKey:
        return HOT


class SearchCount(models.Model):
    """In how many networks readers searched for something in an hour, each network once a day. `query`: a keyed digest of the folded
    words, which stand nowhere until several networks searched for them."""

    query = models.BigIntegerField()
    start = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    public = NotPublic("counted without its words")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["query", "start"], name="one_count_a_query_and_hour")]
        indexes = [models.Index(fields=["start"], name="searches_by_hour")]

    def __str__(self):
        return f"{self.query} at {self.start}: {self.count}"


class CountedSearch(models.Model):
    """A search that was counted, under a digest nobody can undo once the day's salt is gone, so that no network counts twice."""

    # As `CountedView.reader`.
    mark = models.BigAutoField(primary_key=True)
    until = models.DateTimeField(db_index=True)

    public = NotPublic("tells networks apart for a day")

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.mark)


class SearchedWords(models.Model):
    """Words that several networks searched for, as one of their readers wrote them."""

    # As `CountedView.reader`.
    query = models.BigAutoField(primary_key=True)
    words = models.CharField(max_length=20)
    at = models.DateTimeField(db_index=True)

    public = NotPublic("the list shows what of it stands in headlines")

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.words


@register_setting(icon="search")
class HotSearchSettings(StoredSettings):
    """Whether readers are shown what others search for."""

    class Mode(models.TextChoices):
        COUNTED = "counted", "按检索次数自动排出，编辑可以安排和屏蔽"
        EDITORS = "editors", "只显示编辑安排的"
        OFF = "off", "不显示"

    mode = models.CharField("热搜词", max_length=7, choices=Mode.choices, default=Mode.COUNTED)

    public = Public(("mode",), keys=lambda settings: [HOT_SEARCHES], key_forms=(HOT_SEARCHES,), appears=False)

    class Meta:
        verbose_name = "热搜词"

    def __str__(self):
        return "热搜词"


class SearchRule(ListRule):
    """What an editor says of words on the list of searches: where they stand until a moment, or that nothing that has them is on it."""

    class Deed(models.TextChoices):
        PIN = "pin", "放在指定名次"
        KEEP_OFF = "off", "不上热搜"

    words = models.CharField(
        "检索词", max_length=20, unique=True, help_text="不上热搜的：含有这个词的都不显示。"
    )
    deed = models.CharField("做法", max_length=3, choices=Deed.choices, default=Deed.KEEP_OFF)
    place = models.PositiveSmallIntegerField(
        "名次",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text="1 到 10。不上热搜的不填。",
    )
    until = models.DateTimeField(
        "截止时间", null=True, blank=True, help_text="放在指定名次时必填；不上热搜的可以不填，长期有效。"
    )
    reason = models.CharField("理由", max_length=100, help_text="记入日志，读者看不到。")

    public = Public(
        ("words", "deed", "place", "until", "reason"),
        keys=lambda rule: [HOT_SEARCHES],
        key_forms=(HOT_SEARCHES,),
    )

    afterwards = "到时自动撤下"

    class Meta:
        verbose_name = "热搜词安排"
        verbose_name_plural = "热搜词安排"
        indexes = [models.Index(fields=["until"], name="search_rules_in_force")]

    @property
    def named(self) -> str:
        return f"“{self.words}”"

    def clean(self):
        self.words = " ".join(self.words.split())
        if not any(character.isalnum() for character in self.words):
            raise ValidationError({"words": "请填写检索词。"})
        super().clean()
