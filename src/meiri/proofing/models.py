"""What editors keep for proofing: word lists (用语规范), the register of names (名录), and what they let pass."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from meiri.journal.content_keys import PROOFING_NAMES, PROOFING_WORDS
from meiri.journal.public_models import NotPublic, Public
from meiri.newsroom.models import Article
from meiri.proofing.rules.listed_words import ListedWord
from meiri.proofing.rules.names import RegisterEntry
from meiri.proofing.rules.rule import LABELS, Level

_BETWEEN = re.compile(r"[\s、，,；;/]+")
# Of each list: what a process keeps at hand and looks for in one pass.
MOST_WORDS = 20_000
MOST_NAMES = 20_000
MOST_ALTERNATIVES = 8


def parts_of(text: str) -> tuple[str, ...]:
    """The words of a field that holds several, between marks or spaces."""
    return tuple(dict.fromkeys(filter(None, _BETWEEN.split(text))))


class WordLevel(models.TextChoices):
    BANNED = Level.BANNED.value, LABELS[Level.BANNED]
    CAREFUL = Level.CAREFUL.value, LABELS[Level.CAREFUL]
    ADVICE = Level.ADVICE.value, LABELS[Level.ADVICE]


class StyleWord(models.Model):
    """A word of the newsroom's lists. 禁用 stops a publication unless somebody who may publish gives a reason."""

    word = models.CharField("词语", max_length=40, unique=True)
    level = models.CharField("级别", max_length=8, choices=WordLevel.choices, default=WordLevel.CAREFUL)
    reason = models.CharField("原因", max_length=200, help_text="写稿的人会看到，如“规范写法是……”。")
    replacement = models.CharField(
        "改用", max_length=120, blank=True, help_text="可以替换成的词语，几个用顿号隔开；不填则只提示。"
    )
    stands_in = models.CharField(
        "例外",
        max_length=200,
        blank=True,
        help_text="包含它而不提示的词语，用顿号隔开，如词语“台湾”在“台湾海峡”里。",
    )
    word_list = models.CharField(
        "词表", max_length=40, blank=True, db_index=True, help_text="如“法律用语”“涉外用语”。"
    )
    active = models.BooleanField("启用", default=True)

    public = Public(
        ("word", "level", "reason", "replacement", "stands_in", "word_list", "active"),
        keys=lambda word: [PROOFING_WORDS],
        key_forms=(PROOFING_WORDS,),
    )

    class Meta:
        verbose_name = "用语规范"
        verbose_name_plural = "用语规范"
        ordering = ["word"]

    def __str__(self):
        return self.word

    def clean(self):
        self.word = self.word.strip()
        if len(self.word) < 2 and not self.replacement:
            raise ValidationError({"word": "只有一个字的词语会到处提示，请写长一些，或写明改用什么。"})
        if self.word in parts_of(self.replacement):
            raise ValidationError({"replacement": "改用的词语和原来的一样。"})
        for name in ("replacement", "stands_in"):
            if len(parts_of(getattr(self, name))) > MOST_ALTERNATIVES:
                raise ValidationError({name: f"最多写 {MOST_ALTERNATIVES} 个。"})
        if odd := next((w for w in parts_of(self.stands_in) if self.word not in w), None):
            raise ValidationError({"stands_in": f"“{odd}”里没有“{self.word}”。"})

    @property
    def listed(self) -> ListedWord:
        return ListedWord(
            self.word, Level(self.level), self.reason, parts_of(self.replacement), parts_of(self.stands_in)
        )


class RegisteredKind(models.TextChoices):
    PERSON = "person", "人物"
    INSTITUTION = "institution", "机构"


class RegisteredName(models.Model):
    """A person with one office, or an institution. Who holds several offices, or held others before, has a row for each."""

    kind = models.CharField(
        "类别", max_length=11, choices=RegisteredKind.choices, default=RegisteredKind.PERSON
    )
    name = models.CharField("姓名或名称", max_length=60, db_index=True)
    title = models.CharField(
        "职务", max_length=80, blank=True, help_text="如“某某市市长”。同一个人有几个职务，各写一条。"
    )
    since = models.DateField("任职起", null=True, blank=True)
    until = models.DateField("任职止", null=True, blank=True, help_text="现任不填。")
    wrong = models.CharField("常见误写", max_length=200, blank=True, help_text="几个用顿号隔开。")
    note = models.CharField("依据", max_length=200, blank=True, help_text="如任免通知的日期和文号。")

    public = Public(
        ("kind", "name", "title", "since", "until", "wrong", "note"),
        keys=lambda name: [PROOFING_NAMES],
        key_forms=(PROOFING_NAMES,),
    )

    class Meta:
        verbose_name = "名录"
        verbose_name_plural = "名录"
        ordering = ["name", "title"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "title", "since"], name="registered_once", nulls_distinct=False
            )
        ]

    def __str__(self):
        return f"{self.title}{self.name}"

    def clean(self):
        self.name, self.title = self.name.strip(), self.title.strip()
        if len(self.name) < 2:
            raise ValidationError({"name": "请写全名。"})
        if self.since and self.until and self.until < self.since:
            raise ValidationError({"until": "任职止早于任职起。"})
        if self.name in parts_of(self.wrong):
            raise ValidationError({"wrong": "误写和正确的写法一样。"})
        if short := next((word for word in parts_of(self.wrong) if len(word) < 2), None):
            raise ValidationError({"wrong": f"“{short}”只有一个字，会到处提示。"})

    @property
    def entry(self) -> RegisterEntry:
        is_person = self.kind == RegisteredKind.PERSON
        return RegisterEntry(
            self.name,
            self.title if is_person else "",
            parts_of(self.wrong),
            self.since,
            self.until,
            is_person,
        )


class Dismissal(models.Model):
    """A hint that an editor let pass in one article (忽略), for a rule and the words that it was about. `reason`: why, where the
    word is 禁用."""

    article = models.ForeignKey(Article, verbose_name="稿件", on_delete=models.CASCADE, related_name="+")
    rule = models.CharField("规则", max_length=40)
    words = models.CharField("文字", max_length=200)
    reason = models.CharField("原因", max_length=200, blank=True)
    is_banned_word = models.BooleanField("禁用词", default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="编辑", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField("时间", auto_now_add=True)

    public = NotPublic("what editors let pass while writing; logged with the article")

    class Meta:
        verbose_name = "忽略的提示"
        verbose_name_plural = "忽略的提示"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["article", "rule", "words"], name="dismissed_once")]
        indexes = [models.Index(fields=["by", "-id"], name="dismissal_by_editor")]

    def __str__(self):
        return f"{self.rule}：{self.words}"


def listed_words() -> list[ListedWord]:
    """The active words of all lists. One query."""
    return [word.listed for word in StyleWord.objects.filter(active=True)[:MOST_WORDS]]


def register_entries() -> list[RegisterEntry]:
    """The register of names. One query."""
    return [name.entry for name in RegisteredName.objects.all()[:MOST_NAMES]]


def registered_names() -> list[str]:
    """The names of the register, without offices. One query."""
    return list(
        RegisteredName.objects.order_by("name").values_list("name", flat=True).distinct()[:MOST_NAMES]
    )


def dismissed_in(article: Article) -> set[tuple[str, str]]:
    """The rule and the words of each hint that was let pass in an article. One query."""
    return set(Dismissal.objects.filter(article=article.pk).values_list("rule", "words"))
