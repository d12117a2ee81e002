"""Advertisements of the house's own and of the public good (公益广告), and where they stand.

广告法, article 14, and 互联网广告管理办法 (in force 2023-05-01), article 9: an advertisement is told from the rest by the word 广告. Pages hold
none themselves: they ask for what stands at their slot (`web/advertisement_slots.py`), and the browser takes one by its weight.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Sum
from django.utils import timezone

from meiri.delivery.keys import EVERYWHERE, uses
from meiri.fronts.events import AdvertisementBegan, AdvertisementEnded
from meiri.fronts.notice_bars import Timed, note_by_the_clock
from meiri.journal.cache import InvalidatingCache
from meiri.journal.content_keys import ADVERTISEMENTS
from meiri.journal.public_models import NotPublic, Public
from meiri.journal.row_events import row_events_of
from meiri.media.models import Picture
from meiri.sections.models import Channel

# At one slot; with more, those that began last.
MOST_AT_SLOT = 30
# Those that begin within this time are told of before, so that a page that is open has them to the second.
AHEAD = timedelta(hours=1)


class Slot(models.TextChoices):
    HOME = "home", "首页通栏"
    CHANNEL = "channel", "频道页通栏"
    STATION = "station", "地方站页通栏"
    ARTICLE = "article", "稿件页热点榜下方"


class Advertisement(Timed):
    """One advertisement at one slot."""

    class Kind(models.TextChoices):
        ADVERTISEMENT = "advert", "广告"
        PUBLIC_GOOD = "public", "公益广告"

    name = models.CharField("名称", max_length=60, help_text="采编内部用，读者看不到。")
    kind = models.CharField("类别", max_length=8, choices=Kind.choices, default=Kind.ADVERTISEMENT)
    slot = models.CharField("位置", max_length=8, choices=Slot.choices)
    channels = models.ManyToManyField(
        Channel, verbose_name="频道", blank=True, related_name="+",
        help_text="频道页、稿件页的广告可以只在所选频道出现；不选则所有频道都有。",
    )  # fmt: skip
    text = models.CharField("文字", max_length=40, blank=True)
    picture = models.ForeignKey(
        Picture, verbose_name="图片", null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        help_text="横幅，按 6∶1 裁切（手机 3∶1），重要内容放在中间。图片和文字至少填一项。",
    )  # fmt: skip
    address = models.CharField(
        "地址",
        max_length=500,
        blank=True,
        validators=[
            RegexValidator(
                r"\A(/(?![/\\])[^\s\\]*|https?://[^\s\\/]+(/[^\s\\]*)?)\Z",
                "请填以“/”开头的站内地址，或者以 http:// 、https:// 开头的完整地址。",
            )
        ],
        help_text="点开到哪里；不填则不能点。",
    )
    weight = models.PositiveSmallIntegerField(
        "权重", default=1, validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="同一位置有几条时，权重 3 的出现次数是权重 1 的三倍。",
    )  # fmt: skip
    # When readers first could see it, so that fronts which keep room for it are made anew then.
    began_at = models.DateTimeField("开始于", null=True, editable=False)

    public = Public(
        (
            *("name", "kind", "slot", "text", "picture", "address", "weight", "since", "until"),
            *("began_at", "ended_at"),
        ),
        relations=("channels",),
        keys=lambda advertisement: [ADVERTISEMENTS],
        key_forms=(ADVERTISEMENTS,),
        change=lambda before, after: event_of_change(before, after),
    )

    class Meta(Timed.Meta):
        verbose_name = "广告"
        verbose_name_plural = "广告"
        indexes = [models.Index(fields=["ended_at", "until"], name="advertisements_in_force")]

    def __str__(self):
        return f"{self.get_kind_display()}：{self.name}"

    def clean(self):
        super().clean()
        if not self.text and not self.picture_id:
            raise ValidationError("图片和文字至少填一项。")

    @property
    def leads_away(self) -> bool:
        return not self.address.startswith("/")

    @property
    def shown(self) -> int:
        return self._sum("shown")

    @property
    def clicked(self) -> int:
        return self._sum("clicked")

    def _sum(self, name: str) -> int:
        """As the desk's list reads it at once, or one query."""
        if (annotated := getattr(self, f"{name}_sum", None)) is not None:
            return annotated
        return self.days.aggregate(sum=Sum(name))["sum"] or 0


def event_of_change(before: Advertisement, after: Advertisement):
    if after.ended_at and not before.ended_at:
        return AdvertisementEnded
    return (
        AdvertisementBegan if after.began_at and not before.began_at else row_events_of(Advertisement).changed
    )


class AdvertisementDay(models.Model):
    """How often an advertisement was seen and followed on a day (Beijing), each reader once in half an hour."""

    advertisement = models.ForeignKey(Advertisement, on_delete=models.CASCADE, related_name="days")
    day = models.DateField("日期")
    shown = models.PositiveIntegerField("展示", default=0)
    clicked = models.PositiveIntegerField("点击", default=0)

    public = NotPublic("counted for the desk")

    class Meta:
        verbose_name = "广告日计数"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["advertisement", "day"], name="one_count_an_advertisement_and_day"
            )
        ]

    def __str__(self):
        return f"{self.advertisement_id} {self.day}"


def add_to_day(advertisement: int, day, shown: int = 0, clicked: int = 0) -> None:
    """Count for a day. In a transaction whose rows of days are locked in one order. Nothing where the advertisement is gone."""
    if not Advertisement.objects.filter(pk=advertisement).exists():
        return
    AdvertisementDay.objects.bulk_create(
        [AdvertisementDay(advertisement_id=advertisement, day=day)], ignore_conflicts=True
    )
    AdvertisementDay.objects.filter(advertisement=advertisement, day=day).update(
        shown=F("shown") + shown, clicked=F("clicked") + clicked
    )


def advertisements_at(slot: str) -> Sequence[Advertisement]:
    """What stands at a slot now or within the hour. Two queries."""
    uses(ADVERTISEMENTS)
    now = timezone.now()
    found = Advertisement.objects.filter(slot=slot, ended_at=None, until__gt=now, since__lte=now + AHEAD)
    shown = list(found.select_related("picture").prefetch_related("channels")[:MOST_AT_SLOT])
    uses(*(one.picture.content_key for one in shown if one.picture))
    return shown


_filled: InvalidatingCache[str, dict[str, frozenset[str]]] = InvalidatingCache(
    1, EVERYWHERE | {ADVERTISEMENTS}
)


def has_advertisement(slot: str, channel: str = "") -> bool:
    """Whether a front keeps room for an advertisement at `slot`. One query, none where it is at hand."""
    uses(ADVERTISEMENTS)
    channels = _filled.one("slots", _read_slots).get(slot)
    return channels is not None and ("" in channels or not channel or channel in channels)


def _read_slots():
    """For each slot at which anything stands the address words of its channels; "" for all."""
    slots: dict[str, set[str]] = {}
    began = Advertisement.objects.in_force().order_by()
    for slot, channel in began.values_list("slot", "channels__slug").distinct():
        slots.setdefault(slot, set()).add(channel or "")
    return {slot: frozenset(channels) for slot, channels in slots.items()}, ()


def begin_advertisements() -> None:
    """Note what began by the clock. Run by it."""
    note_by_the_clock(Advertisement.objects.in_force().filter(began_at=None), _note_beginning)


def _note_beginning(begun: Advertisement) -> None:
    begun.began_at = begun.since
