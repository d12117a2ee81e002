"""Live coverages, their entries, and the corrections of entries.

Each change that readers see of a coverage has a number, counted within the coverage, and an entry carries the number of its
newest change: whoever has seen all up to number 17 lacks exactly what is above it.
"""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from meiri.journal.content_keys import CHANNEL, COVERAGE, COVERAGES, STATION, ContentKey
from meiri.journal.public_models import NotPublic, Public
from meiri.media.models import Picture
from meiri.newsroom.body.stream import ArticleBody
from meiri.newsroom.body_field import BodyField
from meiri.newsroom.models import Article
from meiri.newsroom.plain_text import paragraphs
from meiri.sections.minors import is_set_apart, minors_risk_field, not_set_apart
from meiri.sections.models import Channel, Station

LONGEST_NOTE = 300
LONGEST_TITLE = 80
# So many entries one coverage may have: it becomes one article in the end.
MOST_ENTRIES = 2000


class CoverageState(models.TextChoices):
    QUEUED = "queued", "未开始"
    LIVE = "live", "直播中"
    PAUSED = "paused", "暂停"
    ENDED = "ended", "已结束"


class CoverageQuerySet(models.QuerySet):
    def to_read(self):
        """With all that pages of readers show of a coverage itself."""
        return self.select_related("channel", "station", "picture", "article__channel")

    def in_front(self):
        """Without those that may harm minors."""
        return self.filter(not_set_apart())

    def running(self):
        return self.filter(state__in=[CoverageState.LIVE, CoverageState.PAUSED])

    def newest(self, count: int, before: int | None = None):
        """The `count` newest, those with a number below `before`."""
        found = self if before is None else self.filter(pk__lt=before)
        return found.order_by("-pk")[:count]


class Coverage(models.Model):
    """A report that grows while something happens (直播)."""

    title = models.CharField("标题", max_length=120)
    summary = models.CharField("导语", max_length=300, blank=True)
    picture = models.ForeignKey(
        Picture, verbose_name="题图", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    channel = models.ForeignKey(Channel, verbose_name="频道", on_delete=models.PROTECT, related_name="+")
    minors_risk = minors_risk_field()
    # The station that reports; None where that is the channel's desk.
    station = models.ForeignKey(
        Station, verbose_name="地方站", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(
        "状态", max_length=6, choices=CoverageState.choices, default=CoverageState.QUEUED, editable=False
    )
    planned_at = models.DateTimeField("预定开始", null=True, blank=True)
    started_at = models.DateTimeField("开始", null=True, editable=False)
    ended_at = models.DateTimeField("结束", null=True, editable=False)
    # The number of the newest change that readers see, and of the newest one of the state, the title and the introduction.
    change = models.PositiveIntegerField(default=0, editable=False)
    own_change = models.PositiveIntegerField(default=0, editable=False)
    # How many entries readers have been shown, those withdrawn since among them.
    entry_count = models.PositiveIntegerField(default=0, editable=False)
    # What it became in the end.
    article = models.ForeignKey(
        Article, verbose_name="成稿", null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    # Those of other desks who report for this one too.
    reporters = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name="参加报道的人", blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="建立人",
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField("建立时间", default=timezone.now, editable=False)

    public = Public(
        (
            *("title", "summary", "picture", "channel", "station", "state", "planned_at", "started_at"),
            *("ended_at", "article", "minors_risk"),
        ),
        keys=lambda coverage: coverage.content_keys,
        deeds=True,
    )

    objects = CoverageQuerySet.as_manager()

    class Meta:
        verbose_name = "直播"
        verbose_name_plural = "直播"
        default_permissions = ("add", "change")
        indexes = [models.Index(fields=["state", "-id"], name="coverage_by_state")]

    def __str__(self):
        return self.title

    @property
    def content_key(self) -> ContentKey:
        return COVERAGE.key(self.pk)

    @property
    def content_keys(self) -> list[ContentKey]:
        """The keys of all that shows it."""
        keys = [self.content_key, COVERAGES, CHANNEL.key(self.channel.slug)]
        return [*keys, STATION.key(self.station.slug)] if self.station else keys

    @property
    def is_running(self) -> bool:
        return self.state in (CoverageState.LIVE, CoverageState.PAUSED)

    def get_absolute_url(self) -> str:
        return reverse("live-coverage", args=[self.pk])

    @property
    def text_address(self) -> str:
        """Where its entries are read: behind the notice, where it has one."""
        return (
            reverse("set-apart-coverage", args=[self.pk]) if is_set_apart(self) else self.get_absolute_url()
        )


class EntryState(models.TextChoices):
    WAITING = "waiting", "待审"
    SHOWN = "shown", "已发布"
    REFUSED = "refused", "未采用"
    WITHDRAWN = "withdrawn", "已撤下"


class LiveEntryQuerySet(models.QuerySet):
    def to_read(self):
        """With all that readers see of an entry. Two queries, whatever their number."""
        return self.select_related("article__channel").prefetch_related("corrections")

    def shown(self):
        return self.filter(state=EntryState.SHOWN)

    def newest(self, count: int, before: int | None = None):
        """The `count` newest of those that readers saw, of numbers below `before`; those withdrawn since say so in their places."""
        found = self.filter(number__isnull=False) if before is None else self.filter(number__lt=before)
        return found.order_by("-number")[:count]

    def changed_last(self, count: int):
        """The `count` that changed last for readers, those withdrawn among them, the newest change first."""
        return self.filter(change__isnull=False).order_by("-change")[:count]

    def pinned(self):
        return self.shown().filter(is_pinned=True).order_by("-number")

    def waiting(self):
        return self.filter(state=EntryState.WAITING).order_by("pk")


class EntryBody(ArticleBody):
    """What an entry may be made of: all that an article may, but for polls, which are an article's."""

    poll = None  # type: ignore[assignment]


class LiveEntry(models.Model):
    """One entry of a coverage."""

    coverage = models.ForeignKey(
        Coverage, verbose_name="直播", on_delete=models.CASCADE, related_name="entries"
    )
    # Given by the sender: what is sent twice is one entry.
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField("小标题", max_length=LONGEST_TITLE, blank=True)
    body: Any = BodyField(EntryBody(required=False), verbose_name="内容", blank=True)
    state = models.CharField("状态", max_length=9, choices=EntryState.choices, default=EntryState.WAITING)
    # Its place in the coverage, 1 for the first; None until readers see it.
    number = models.PositiveIntegerField(null=True, editable=False)
    change = models.PositiveIntegerField(null=True, editable=False)
    # How often it was written anew: who changes it says which wording they had before them.
    version = models.PositiveIntegerField(default=1, editable=False)
    is_pinned = models.BooleanField("置顶", default=False)
    is_important = models.BooleanField("重要", default=False)
    signature = models.CharField("署名", max_length=60, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name="作者"
    )
    created_at = models.DateTimeField("写稿时间", default=timezone.now)
    shown_at = models.DateTimeField("发布时间", null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="签发人",
    )
    reason = models.CharField("原因", max_length=LONGEST_NOTE, blank=True)
    # The article that it became.
    article = models.ForeignKey(Article, null=True, on_delete=models.SET_NULL, related_name="+")

    public = Public(
        (
            *("title", "body", "state", "number", "is_pinned", "is_important", "signature", "shown_at"),
            *("reason", "article"),
        ),
        keys=lambda entry: [entry.coverage.content_key],
        shown_while=("state", EntryState.SHOWN.value),
        deeds=True,
    )

    objects = LiveEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "直播条目"
        verbose_name_plural = "直播条目"
        default_permissions = ("add",)
        permissions = [
            ("post_liveentry", "自己的直播条目即时发布"),
            ("release_liveentry", "签发他人的直播条目"),
        ]
        indexes = [
            models.Index(fields=["coverage", "state", "id"], name="entries_by_state"),
            models.Index(fields=["coverage", "-change"], name="entries_by_change"),
            # The few that wait anywhere, for the first screen of the admin.
            models.Index(fields=["id"], condition=Q(state=EntryState.WAITING.value), name="entries_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["coverage", "number"], name="entry_numbers"),
            models.CheckConstraint(
                condition=~Q(state=EntryState.SHOWN.value) | Q(number__isnull=False, change__isnull=False),
                name="entry_shown_has_number",
            ),
        ]

    def __str__(self):
        return self.title or self.words[:30] or f"第 {self.pk} 条"

    @property
    def words(self) -> str:
        """Its text without markup, one paragraph a line."""
        return "\n".join(paragraphs(self.body.raw_data))

    @property
    def anchor(self) -> str:
        return f"entry-{self.number}"

    def get_absolute_url(self) -> str:
        """The page of the entry by itself; empty until readers see it."""
        return reverse("live-entry", args=[self.coverage_id, self.number]) if self.number else ""


class EntryCorrection(models.Model):
    """What readers are told was wrong in an entry. The old wording is in the journal."""

    entry = models.ForeignKey(LiveEntry, on_delete=models.CASCADE, related_name="corrections")
    note = models.CharField("更正说明", max_length=LONGEST_NOTE)
    at = models.DateTimeField("时间", default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    public = NotPublic("a part of its entry, whose deeds tell of it")

    class Meta:
        verbose_name = "直播更正"
        verbose_name_plural = "直播更正"
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self):
        return self.note


def next_change(coverage: Coverage, **fields: Any) -> int:
    """Count a change that readers see, and store it with `fields`. Call it with the coverage's row locked."""
    Coverage.objects.filter(pk=coverage.pk).update(change=F("change") + 1, **fields)
    coverage.refresh_from_db(fields=["change", *fields])
    return coverage.change


def entries_to_read(
    coverage: Coverage, count: int, before: int | None = None
) -> tuple[Sequence[LiveEntry], bool]:
    """The `count` newest entries before number `before`, and whether there are older ones. Two queries."""
    found = list(coverage.entries.to_read().newest(count + 1, before))
    return with_bodies(found[:count]), len(found) > count


def with_bodies(entries: Sequence[LiveEntry]) -> Sequence[LiveEntry]:
    """The entries with what their blocks hold read at once: a query for each kind of thing, however many they are. Where a body is
    not as its blocks should be, each is read by itself."""
    if entries:
        streams = [list(entry.body.raw_data) for entry in entries]
        with suppress(AttributeError, KeyError, TypeError, ValueError):
            for entry, body in zip(
                entries, entries[0].body.stream_block.bulk_to_python(streams), strict=True
            ):
                entry.body = body
    return entries
