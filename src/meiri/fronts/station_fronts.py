"""What the desk of a station says of its front (地方站首页): the lead, where to send manuscripts, the services that it offers."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from wagtail import blocks
from wagtail.fields import StreamField

from meiri.delivery.keys import uses
from meiri.journal.content_keys import ARTICLE, STATION
from meiri.journal.public_models import Public
from meiri.newsroom.models import Article
from meiri.newsroom.river import Listing, Place
from meiri.sections.models import Station

MOST_SERVICES = 12


class ServiceBlock(blocks.StructBlock):
    """A service for the people of the province: where it is found, or whom to call."""

    name = blocks.CharBlock(label="名称", max_length=30)
    url = blocks.CharBlock(
        label="网址",
        max_length=200,
        required=False,
        validators=[RegexValidator(r"\A(https?://|/(?!/))[^\s\\]+\Z", "请填 http(s):// 或以“/”开头的地址。")],
    )
    telephone = blocks.CharBlock(label="电话", max_length=40, required=False)

    class Meta:
        icon = "info-circle"
        label = "服务"

    def clean(self, value):
        cleaned = super().clean(value)
        if not (cleaned["url"] or cleaned["telephone"]):
            raise blocks.StructBlockValidationError({"url": ValidationError("网址和电话至少填一项。")})
        return cleaned


class StationFront(models.Model):
    station = models.OneToOneField(
        Station, verbose_name="地方站", on_delete=models.CASCADE, related_name="front"
    )
    lead = models.ForeignKey(
        Article,
        verbose_name="头条",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="不选则取最新的有图稿件。撤稿后自动让位。",
    )
    submission_email = models.EmailField("投稿邮箱", blank=True)
    submission_note = models.CharField(
        "投稿说明", max_length=200, blank=True, help_text="如字数、图片和联系方式的要求。"
    )
    services = StreamField(
        [("service", ServiceBlock())], verbose_name="便民服务", blank=True, max_num=MOST_SERVICES
    )

    public = Public(
        ("station", "lead", "submission_email", "submission_note", "services"),
        keys=lambda front: [front.station.content_key],
        key_forms=(STATION,),
    )

    class Meta:
        verbose_name = "地方站首页"
        verbose_name_plural = "地方站首页"
        ordering = ["station__order", "station_id"]

    def __str__(self):
        return str(self.station)

    def clean(self):
        super().clean()
        if not (self.lead_id and self.station_id):
            return
        if not Listing.objects.at(Place.station(self.station)).filter(article=self.lead_id).exists():
            raise ValidationError({"lead": f"头条要选{self.station}站上已发布的稿件。"})


def lead_of(front: StationFront):
    """The card of the lead that was chosen; None for none, or where it does not stand there now. At most two queries."""
    if front.lead_id is None:
        return None
    uses(ARTICLE.key(front.lead_id))
    if not Listing.objects.at(Place.station(front.station)).filter(article=front.lead_id).exists():
        return None
    return next(iter(Article.objects.in_order([front.lead_id])), None)
