"""What stands above every page for a while, set by editors: breaking news (突发), a notice (公告), and all of it in grey (变灰).

Pages are not made anew for it: they all ask for one small style sheet (`web/notice_style.py`).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from meiri.fronts.events import GreyingEnded, NoticeBarEnded
from meiri.journal.content_keys import NOTICES
from meiri.journal.public_models import Public
from meiri.journal.row_events import row_events_of
from meiri.live.models import Coverage
from meiri.newsroom.models import Article
from meiri.policy import check
from meiri.sections.minors import is_set_apart, not_set_apart
from meiri.sections.models import Channel, Station, validate_site_address

LONGEST_TEXT = 60
# For how long news is breaking where nobody says otherwise.
USUAL_TIME = timedelta(hours=2)
# Read at once: greyings in force, and what begins or ends by one run of the clock.
MOST_READ = 50
# Bars that are read at once, the stations' among them.
MOST_BARS = 400


def usual_end() -> datetime:
    return timezone.now() + USUAL_TIME


class TimedQuerySet(models.QuerySet):
    def in_force(self):
        now = timezone.now()
        return self.filter(ended_at=None, since__lte=now, until__gt=now)

    def to_come_or_in_force(self):
        return self.filter(ended_at=None, until__gt=timezone.now())

    def overdue(self):
        return self.filter(ended_at=None, until__lte=timezone.now())


class Timed(models.Model):
    """What holds from a moment until another one, to the minute, unless somebody ends it before."""

    since = models.DateTimeField("开始", default=timezone.now)
    until = models.DateTimeField("结束", default=usual_end, help_text="到时自动结束，也可以提前结束。")
    ended_at = models.DateTimeField("结束于", null=True, editable=False)

    objects = TimedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-since", "-id"]

    def clean(self):
        if self.since and self.until and self.until <= self.since:
            raise ValidationError({"until": "结束时间应在开始时间之后。"})

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None or self.until <= timezone.now()

    @property
    def state(self) -> str:
        if self.is_over:
            return "已结束"
        return "显示中" if self.since <= timezone.now() else "未开始"


def own_end(event):
    """The event of a change: that something ended is said as such."""

    def event_of(before, after):
        return event if after.ended_at and not before.ended_at else row_events_of(type(after)).changed

    return event_of


class NoticeBar(Timed):
    class Kind(models.TextChoices):
        BREAKING = "breaking", "突发"
        NOTICE = "notice", "公告"

    kind = models.CharField("类别", max_length=8, choices=Kind.choices, default=Kind.BREAKING)
    text = models.CharField("文字", max_length=LONGEST_TEXT, help_text="一句话，显示在页面顶部。")
    article = models.ForeignKey(
        Article, verbose_name="稿件", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    coverage = models.ForeignKey(
        Coverage, verbose_name="直播", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    address = models.CharField(
        "站内地址",
        max_length=200,
        blank=True,
        validators=[validate_site_address],
        help_text="稿件、直播、站内地址最多选填一项；都不填时，读者点开看到这句话和时间。",
    )

    station = models.ForeignKey(
        Station,
        verbose_name="只在地方站",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="选了就只在这个站的首页、子栏目和往期页上显示；全站有同类的，以全站的为准。",
    )

    public = Public(
        ("kind", "text", "article", "coverage", "address", "station", "since", "until", "ended_at"),
        keys=lambda bar: [NOTICES],
        key_forms=(NOTICES,),
        change=own_end(NoticeBarEnded),
    )

    class Meta(Timed.Meta):
        verbose_name = "突发与公告"
        verbose_name_plural = "突发与公告"
        indexes = [models.Index(fields=["ended_at", "until"], name="notice_bars_in_force")]

    def __str__(self):
        return f"{self.get_kind_display()}：{self.text}"

    def clean(self):
        super().clean()
        if len([1 for place in (self.article_id, self.coverage_id, self.address) if place]) > 1:
            raise ValidationError("稿件、直播、站内地址只能选填一项。")
        if self.article and not self.article.live:
            raise ValidationError({"article": "稿件还没有发布，读者打不开。"})
        for name in ("article", "coverage"):
            thing = getattr(self, name)
            if thing and is_set_apart(thing):
                raise ValidationError({name: "可能影响未成年人身心健康的内容不能上突发与公告。"})

    @property
    def target(self) -> str:
        """The address that it leads to; empty where there is none."""
        if self.article:
            return self.article.get_absolute_url()
        return self.coverage.get_absolute_url() if self.coverage else self.address


class Greying(Timed):
    """Pages without colour, on days of mourning."""

    class Reach(models.TextChoices):
        SITE = "site", "全站"
        HOME = "home", "首页"
        CHANNEL = "channel", "频道"

    reach = models.CharField("范围", max_length=7, choices=Reach.choices, default=Reach.SITE)
    channel = models.ForeignKey(
        Channel,
        verbose_name="频道",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="范围是频道时必填：频道页和它的稿件变灰。",
    )
    reason = models.CharField("事由", max_length=100, help_text="记入日志，读者看不到。")

    public = Public(
        ("reach", "channel", "reason", "since", "until", "ended_at"),
        keys=lambda greying: [NOTICES],
        key_forms=(NOTICES,),
        change=own_end(GreyingEnded),
    )

    class Meta(Timed.Meta):
        verbose_name = "变灰"
        verbose_name_plural = "变灰"
        indexes = [models.Index(fields=["ended_at", "until"], name="greyings_in_force")]

    def __str__(self):
        where = self.channel.name if self.channel else self.get_reach_display()
        return f"{where}变灰：{self.reason}"

    def clean(self):
        super().clean()
        if (self.reach == self.Reach.CHANNEL) != bool(self.channel_id):
            raise ValidationError({"channel": "范围是频道时选一个频道，否则不选。"})


def bars_in_force() -> list[NoticeBar]:
    """The newest bar of each kind that readers see now, breaking news first: of the whole site, then of each station, where the
    site has none of the kind. One query."""
    bars = NoticeBar.objects.in_force().filter(
        Q(article=None) | Q(not_set_apart("article__"), article__live=True),
        Q(coverage=None) | not_set_apart("coverage__"),
    )
    bars = bars.select_related("article__channel", "coverage", "station")
    newest: dict[tuple[str, int | None], NoticeBar] = {}
    for bar in bars.order_by(F("station").asc(nulls_first=True), "-since", "-id")[:MOST_BARS]:
        if (bar.kind, None) not in newest:
            newest.setdefault((bar.kind, bar.station_id), bar)
    kinds = NoticeBar.Kind.values
    return sorted(newest.values(), key=lambda bar: (bar.station_id is not None, kinds.index(bar.kind)))


def greyings_in_force() -> list[Greying]:
    """What is grey now, with its channel. One query."""
    return list(Greying.objects.in_force().select_related("channel")[:MOST_READ])


def has_any_to_come() -> bool:
    """Whether the clock changes what stands above pages: something begins or ends by itself. Two queries at most."""
    return NoticeBar.objects.to_come_or_in_force().exists() or Greying.objects.to_come_or_in_force().exists()


def set_for_coverage(coverage: Coverage, by) -> NoticeBar:
    """Make a coverage the breaking news. Raises `PermissionDenied`, `ValidationError`."""
    bar = NoticeBar(text=coverage.title[:LONGEST_TEXT], coverage=coverage)
    check(by, "add", bar)
    bar.full_clean()
    bar.save()
    return bar


def end_now(thing: Timed, by) -> bool:
    """End a bar or a greying before its time; whether it was not over yet. Raises `PermissionDenied`."""
    check(by, "change", thing)
    with transaction.atomic():
        found = type(thing).objects.select_for_update(of=("self",)).get(pk=thing.pk)
        if found.is_over:
            return False
        found.ended_at = timezone.now()
        found.save()
    return True


def end_overdue_notices() -> None:
    """Note the end of what ended by the clock; readers did not see it any more from its minute on."""
    for model in Timed.__subclasses__():
        note_by_the_clock(model.objects.overdue(), _note_end)


def _note_end(overdue: Timed) -> None:
    overdue.ended_at = overdue.until


def note_by_the_clock(due: TimedQuerySet, note: Callable[[Any], None]) -> None:
    """Let `note` change each of those that are due, at most `MOST_READ`, and save it. Each is read again under a lock: what somebody
    ends meanwhile stays ended."""
    for key in due.values_list("pk", flat=True)[:MOST_READ]:
        with transaction.atomic():
            if found := due.select_for_update(of=("self",)).filter(pk=key).first():
                note(found)
                found.save()
