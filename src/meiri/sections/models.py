"""Channels, stations, topics and the navigation that leads to them."""

from collections.abc import Container, Iterable
from typing import Any, ClassVar, cast

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from wagtail.models import Page, Site

from meiri.delivery.public_addresses import RESERVED_ADDRESSES
from meiri.journal.content_keys import (
    CHANNEL,
    FRONTS,
    NAV,
    STATION,
    SUBSECTION,
    TOPIC,
    ContentKey,
    NamedForm,
)
from meiri.journal.public_models import Public

address_word = RegexValidator(r"\A[a-z][a-z0-9-]*\Z", "地址只用小写字母、数字和连字符，以字母开头。")

# The first part of a channel's address as a pattern: a word that no other part of the site has taken.
CHANNEL_ADDRESS = rf"(?!(?:{'|'.join(sorted(RESERVED_ADDRESSES))})/)[a-z][a-z0-9-]*"


def channel_address(slug: str) -> str:
    return f"/{slug}/"


class CommentPolicy(models.TextChoices):
    REVIEW = "review", "先审后发"
    OPEN = "open", "先发后审"
    CLOSED = "closed", "关闭评论"


class Design(models.TextChoices):
    """What the front of a section looks like; its name is that of a template in `web/designs/`."""

    STANDARD = "standard", "头条与列表"
    TIMELINE = "timeline", "时间线"
    WALL = "wall", "图片墙"
    VIDEO = "video", "视频"
    OPINION = "opinion", "观点"
    QUESTIONS = "questions", "问答"
    INTERVIEWS = "interviews", "访谈"


class SectionQuerySet(models.QuerySet):
    def visible(self):
        return self.filter(visible=True)


class Section(models.Model):
    """What channels, stations and topics have in common: a name, an address, a place in an order."""

    name = models.CharField("名称", max_length=40, unique=True)
    slug = models.CharField("地址", max_length=40, unique=True, validators=[address_word])
    description = models.CharField("简介", max_length=200, blank=True, help_text="用于栏目页和搜索引擎摘要。")
    order = models.PositiveIntegerField("排序", default=0, db_index=True, help_text="数字小的在前。")
    visible = models.BooleanField("显示", default=True)
    design = models.CharField(
        "版式",
        max_length=10,
        choices=Design.choices,
        default=Design.STANDARD,
        help_text="读者打开它的首页时看到的样子。",
    )

    key_form: ClassVar[NamedForm]
    # What readers see of each of them.
    SHOWN = ("name", "slug", "description", "order", "visible", "design")

    objects: ClassVar[Any] = SectionQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["order", "id"]

    def __str__(self):
        return self.name

    def get_absolute_url(self) -> str:
        raise NotImplementedError

    @property
    def word(self) -> str:
        """What addresses of searches and of the public API call it."""
        return self.slug

    @property
    def content_key(self) -> ContentKey:
        """`channel:keji`, `station:zhejiang`, `topic:dawan`: what page files that show it depend on."""
        return self.key_form.key(self.slug)


def keys_of_section(section: Section) -> list[ContentKey]:
    """Channels, stations and topics stand in the frame of every page."""
    return [NAV, section.content_key]


class Channel(Section):
    key_form = CHANNEL

    comment_policy = models.CharField(
        "评论", max_length=8, choices=CommentPolicy.choices, default=CommentPolicy.REVIEW
    )
    comment_days = models.PositiveSmallIntegerField(
        "关闭评论的期限（天）",
        null=True,
        blank=True,
        help_text="稿件发布满多少天后不再接受新评论；0 为不关闭，不填则按站点的评论设置。"
        "稿件自己写明评论方式的不受此限。",
    )

    public = Public(
        (*Section.SHOWN, "comment_policy", "comment_days"), keys=keys_of_section, key_forms=(NAV, CHANNEL)
    )

    class Meta(Section.Meta):
        verbose_name = "频道"
        verbose_name_plural = "频道"

    def clean(self):
        if self.slug in RESERVED_ADDRESSES:
            raise ValidationError({"slug": f"“{self.slug}”已用作其他页面的地址，请换一个。"})
        for root in Site.get_site_root_paths():
            page = Page.objects.filter(url_path=f"{root.root_path}{self.slug}/").only("title").first()
            if page:
                raise ValidationError({"slug": f"“{self.slug}”是页面《{page.title}》的地址，请换一个。"})

    def get_absolute_url(self):
        return channel_address(self.slug)


class Region(models.TextChoices):
    NORTH = "north", "华北"
    NORTHEAST = "northeast", "东北"
    EAST = "east", "华东"
    CENTRAL = "central", "华中"
    SOUTH = "south", "华南"
    SOUTHWEST = "southwest", "西南"
    NORTHWEST = "northwest", "西北"


class Station(Section):
    """A provincial station (地方站). The contact lines override the site's own in the footer of its pages."""

    key_form = STATION

    region = models.CharField("区域", max_length=12, choices=Region.choices)
    address = models.CharField("联系地址", max_length=120, blank=True)
    telephone = models.CharField("联系电话", max_length=60, blank=True)
    email = models.EmailField("电子邮箱", blank=True)

    public = Public(
        (*Section.SHOWN, "region", "address", "telephone", "email"),
        keys=keys_of_section,
        key_forms=(NAV, STATION),
    )

    class Meta(Section.Meta):
        verbose_name = "地方站"
        verbose_name_plural = "地方站"

    def get_absolute_url(self):
        return f"/difang/{self.slug}/"


SHOWN_OF_TOPIC = tuple(name for name in Section.SHOWN if name != "design")


class Topic(Section):
    """A special topic (专题) as something articles belong to; its page is laid out in `fronts`."""

    key_form = TOPIC
    # That of its page.
    design = None  # type: ignore[assignment]

    public = Public(SHOWN_OF_TOPIC, keys=keys_of_section, key_forms=(NAV, TOPIC), attested=True)

    class Meta(Section.Meta):
        verbose_name = "专题"
        verbose_name_plural = "专题"

    def clean(self):
        stored = Topic.objects.filter(pk=self.pk).first()
        page = getattr(stored, "page", None)
        if stored and page and stored.slug != self.slug:
            raise ValidationError({"slug": f"专题有页面《{page.title}》：请改页面的地址，专题会跟着改。"})

    def get_absolute_url(self):
        return f"/zhuanti/{self.slug}/"


validate_site_address = RegexValidator(r"\A/(?!/)[^\s\\]*\Z", "请填以“/”开头的站内地址。")


class SubsectionQuerySet(SectionQuerySet):
    def of(self, section: Channel | Station):
        """Those of a channel or of a station."""
        return self.filter(channel=section) if isinstance(section, Channel) else self.filter(station=section)

    def with_parents(self):
        """Those whose channel or station is there, with it at hand: a damaged database may have others."""
        there = models.Q(channel__slug__isnull=False) | models.Q(station__slug__isnull=False)
        return self.filter(there).select_related("channel", "station")

    def at_paths(self, paths: Iterable[str]) -> list["Subsection"]:
        """Those with these paths (`keji/hangtian`, `difang/zhejiang/shehui`), in their order. One query, none for no paths."""
        wanted = [path for path in dict.fromkeys(paths) if path.count("/") in (1, 2)]
        if not wanted:
            return []
        slugs = {path.rsplit("/", 1)[1] for path in wanted}
        rows: Any = self.with_parents().filter(slug__in=slugs)
        found = {one.path: one for one in rows}
        return [found[path] for path in wanted if path in found]


def keys_of_subsection(subsection: "Subsection") -> list[ContentKey]:
    """Its own front and what names it, the front that it stands below, the map of all fronts."""
    return [subsection.content_key, subsection.parent.content_key, FRONTS]


class Subsection(Section):
    """A sub-column (子栏目) of a channel or of a station, one level below it. Articles of that place are filed under it as well."""

    name = models.CharField("名称", max_length=20)
    slug = models.CharField(
        "地址", max_length=40, validators=[address_word], help_text="接在所属频道或地方站的地址后面。"
    )
    channel = models.ForeignKey(
        Channel, verbose_name="频道", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    station = models.ForeignKey(
        Station,
        verbose_name="地方站",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="频道和地方站选填一项。",
    )

    public = Public(
        (*Section.SHOWN, "channel", "station"),
        keys=keys_of_subsection,
        key_forms=(SUBSECTION, CHANNEL, STATION, FRONTS),
    )

    objects: ClassVar[Any] = SubsectionQuerySet.as_manager()

    class Meta(Section.Meta):
        verbose_name = "子栏目"
        verbose_name_plural = "子栏目"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(channel=None, station__isnull=False)
                | models.Q(channel__isnull=False, station=None),
                name="subsection_of_one_place",
            ),
            models.UniqueConstraint(fields=["channel", "slug"], name="subsection_address_in_channel"),
            models.UniqueConstraint(fields=["station", "slug"], name="subsection_address_in_station"),
        ]

    @property
    def parent(self) -> Channel | Station:
        return cast(Channel | Station, self.channel or self.station)

    @property
    def content_key(self):
        return SUBSECTION.key(self.pk)

    @property
    def path(self) -> str:
        """`keji/hangtian`, `difang/zhejiang/shehui`: what records and the public API call it."""
        return self.get_absolute_url().strip("/")

    @property
    def word(self):
        return self.path

    @property
    def full_name(self) -> str:
        return f"{self.parent}·{self.name}"

    def get_absolute_url(self):
        return f"{self.parent.get_absolute_url()}{self.slug}/"

    def is_of(self, channel_id: int | None, stations: Container[int]) -> bool:
        """Whether it belongs to this channel or to one of these stations (keys)."""
        return self.channel_id == channel_id if self.channel_id else self.station_id in stations

    def clean(self):
        if bool(self.channel_id) == bool(self.station_id):
            raise ValidationError("请在“频道”和“地方站”中选填一项。")
        place = {"channel": self.channel} if self.channel_id else {"station": self.station}
        others = Subsection.objects.filter(**place).exclude(pk=self.pk)
        if others.filter(slug=self.slug).exists():
            raise ValidationError({"slug": f"{self.parent}已有子栏目用这个地址，请换一个。"})
        if others.filter(name=self.name).exists():
            raise ValidationError({"name": f"{self.parent}已有叫这个名称的子栏目，请换一个。"})


def subsections_of(section: Channel | Station) -> list[Subsection]:
    """Those that readers see of a channel or of a station, each with its parent at hand. One query."""
    found = list(Subsection.objects.of(section).visible())
    for one in found:
        if isinstance(section, Channel):
            one.channel = section
        else:
            one.station = section
    return found


class NavigationRow(models.IntegerChoices):
    FIRST = 1, "第一行"
    SECOND = 2, "第二行"


class NavigationItem(models.Model):
    """One entry of the navigation: a channel, or any address of the site under a label of its own."""

    row = models.PositiveSmallIntegerField(
        "导航行", choices=NavigationRow.choices, default=NavigationRow.FIRST
    )
    order = models.PositiveIntegerField("排序", default=0)
    label = models.CharField("文字", max_length=20, blank=True, help_text="留空则用频道名称。")
    channel = models.ForeignKey(
        Channel, verbose_name="频道", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    address = models.CharField(
        "站内地址",
        max_length=200,
        blank=True,
        validators=[validate_site_address],
    )
    visible = models.BooleanField("显示", default=True)

    public = Public(
        ("row", "order", "label", "channel", "address", "visible"), keys=lambda item: [NAV], key_forms=(NAV,)
    )

    objects = SectionQuerySet.as_manager()

    class Meta:
        verbose_name = "导航条目"
        verbose_name_plural = "导航"
        ordering = ["row", "order", "id"]

    def __str__(self):
        return self.text

    def clean(self):
        if bool(self.channel_id) == bool(self.address):
            raise ValidationError("请在“频道”和“站内地址”中选填一项。")
        if self.address and not self.label:
            raise ValidationError({"label": "站内地址需要写明导航文字。"})

    @property
    def text(self):
        return self.label or (self.channel.name if self.channel else self.address)

    @property
    def url(self):
        return self.channel.get_absolute_url() if self.channel else self.address
