"""What became of an article after it was published first (修改记录): what was changed, of which kind, why. Readers see it."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime
from difflib import SequenceMatcher

from django.conf import settings
from django.db import models

from meiri.journal.content_keys import ARTICLE
from meiri.journal.public_models import Public
from meiri.newsroom.plain_text import paragraphs

LONGEST_REASON = 200
# Paragraphs that are compared; longer texts are told as one part.
MOST_PARAGRAPHS = 2_000
# What of an article is compared, besides its text.
COMPARED = (
    *("kicker", "title", "subtitle", "summary", "picture", "channel", "source", "editor", "dateline"),
    *("original_title", "original_url", "aigc_label", "kind", "published_at"),
)


class ChangeKind(models.TextChoices):
    UPDATE = "update", "更新"
    SMALL = "small", "小改"
    CORRECTION = "correction", "更正"
    WITHDRAWN = "withdrawn", "撤稿"
    RESTORED = "restored", "恢复刊发"


# Those that an editor chooses when a published article is published again.
CHOSEN = [(kind.value, kind.label) for kind in (ChangeKind.UPDATE, ChangeKind.SMALL, ChangeKind.CORRECTION)]


class ArticleChange(models.Model):
    """One deed after the first publication. `parts`: what was changed, as readers are told."""

    article = models.ForeignKey(
        "newsroom.Article", verbose_name="稿件", on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField("类别", max_length=10, choices=ChangeKind.choices)
    reason = models.CharField("原因", max_length=LONGEST_REASON, blank=True)
    parts = models.JSONField("修改处", default=list)
    at = models.DateTimeField("时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="修改人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    public = Public(
        ("kind", "reason", "parts", "at"),
        keys=lambda change: [ARTICLE.key(change.article_id)],
        deeds=True,
    )

    class Meta:
        verbose_name = "修改记录"
        verbose_name_plural = "修改记录"
        default_permissions = ()
        indexes = [models.Index(fields=["article", "-id"], name="change_of_article")]

    def __str__(self):
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"

    @property
    def in_words(self) -> str:
        return "、".join(map(str, self.parts))


def changes_of(article_id: int, count: int, before: int | None = None) -> list[ArticleChange]:
    """The `count` newest changes of an article, or those before number `before`. One query."""
    found = ArticleChange.objects.filter(article=article_id)
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-pk")[:count])


def changed_at(article) -> datetime | None:
    """When a saved article was changed last, as readers are told; None where there is no change to tell of. One query; none
    where it was published once or never."""
    if article.last_published_at == article.first_published_at:
        return None
    found = ArticleChange.objects.filter(article=article.pk).order_by("-pk")
    return found.values_list("at", flat=True).first()


def would_be_changed(version) -> bool:
    """Whether there is a change to tell of once `version`, saved or not, is published. Two queries; none before the first
    publication."""
    if version.pk is None or version.first_published_at is None:
        return False
    if ArticleChange.objects.filter(article=version.pk).exists():
        return True
    before = type(version).objects.get(pk=version.pk)
    return not before.live or bool(parts_changed(before, version))


def parts_changed(before, after) -> list[str]:
    """The parts in which two versions of an article differ, as readers are told: 标题、正文 2 段. No query."""
    found = fields_changed(before, after, COMPARED)
    if count := paragraphs_changed(before, after):
        found.append(f"正文 {count} 段")
    elif _shown_without_words(before) != _shown_without_words(after):
        found.append("正文里的图片、文件或格式")
    return found


def fields_changed(before, after, names: Iterable[str]) -> list[str]:
    """The labels of those of the fields `names` that differ. Times are compared to the second, as forms and versions keep them. No
    query."""

    def value(version, attribute: str):
        found = getattr(version, attribute)
        return found.replace(microsecond=0) if isinstance(found, datetime) else found

    fields = map(before._meta.get_field, names)
    return [str(f.verbose_name) for f in fields if value(before, f.attname) != value(after, f.attname)]


def paragraphs_changed(before, after) -> int:
    """How many paragraphs of the text are not the same; of two, where one was changed, it is one."""
    ours, theirs = (paragraphs(version.body.raw_data)[:MOST_PARAGRAPHS] for version in (before, after))
    return count_changed(ours, theirs)


def count_changed(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> int:
    """How many items are not the same; of two, where one stands for the other, it is one."""
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    return sum(max(b - a, d - c) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal")


def _shown_without_words(version) -> list:
    """What a body shows, without the ids of its blocks."""
    return [(block["type"], block["value"]) for block in version.body.raw_data]
