"""Who carries a press card of this organisation."""

from django.db import models
from django.utils import timezone
from wagtail.contrib.settings.models import register_setting

from meiri.journal.content_keys import AUTHOR, PRESS_CARD
from meiri.journal.public_models import Public
from meiri.media.models import Picture
from meiri.newsroom.models import Author
from meiri.sections.models import Station
from meiri.stored_settings import StoredSettings


@register_setting(icon="user")
class StaffSettings(StoredSettings):
    """Where the state keeps its own register of press cards."""

    register_url = models.URLField(
        "记者证查询地址",
        default="https://press.nppa.gov.cn/",
        help_text="国家新闻出版主管部门的新闻记者证查询网站，显示在人员查询和核验页上。",
    )

    public = Public(("register_url",), keys=lambda settings: [], appears=False)

    class Meta:
        verbose_name = "人员查询"

    def __str__(self):
        return "人员查询"


class CardState(models.TextChoices):
    VALID = "valid", "有效"
    SUSPENDED = "suspended", "暂停使用"
    LEFT = "left", "已离职注销"


class PressCard(models.Model):
    number = models.CharField("证件编号", max_length=30, unique=True, help_text="如“B31000020260001”。")
    name = models.CharField("姓名", max_length=40, db_index=True)
    photograph = models.ForeignKey(
        Picture, verbose_name="照片", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    unit = models.CharField("所属部门", max_length=60)
    station = models.ForeignKey(
        Station, verbose_name="地方站", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField("职务", max_length=40)
    author = models.OneToOneField(
        Author, verbose_name="署名", null=True, blank=True, on_delete=models.SET_NULL, related_name="press_card",
        help_text="持证人发稿的署名。作者页会链接到人员查询，查询结果会链接到作者页。",
    )  # fmt: skip
    valid_until = models.DateField("有效期至")
    state = models.CharField("状态", max_length=9, choices=CardState.choices, default=CardState.VALID)

    public = Public(
        ("number", "name", "photograph", "unit", "station", "role", "author", "valid_until", "state"),
        keys=lambda card: card.journal_keys,
        key_forms=(PRESS_CARD, AUTHOR),
    )

    class Meta:
        verbose_name = "人员证件"
        verbose_name_plural = "人员证件"
        ordering = ["number"]

    def __str__(self):
        return f"{self.number} {self.name}"

    def clean(self):
        self.number = tidy(self.number).upper()
        self.name = tidy(self.name)

    @property
    def content_key(self):
        return PRESS_CARD.key(self.pk)

    @property
    def journal_keys(self):
        """What pages show of the card: the author's page leads here."""
        return [self.content_key, *([AUTHOR.key(self.author_id)] if self.author_id else [])]

    @property
    def is_valid(self):
        return self.state == CardState.VALID and self.valid_until >= timezone.localdate()

    @property
    def state_in_words(self):
        """What the state means for somebody who is shown the card."""
        if self.state == CardState.SUSPENDED:
            return "该证件已暂停使用，持证人目前不能以本网名义从事采访活动。"
        if self.state == CardState.LEFT:
            return "持证人已离职，该证件已注销，不能再以本网名义从事任何活动。"
        if not self.is_valid:
            return "该证件已过有效期，不能作为身份凭证。"
        return "该证件有效，持证人是本网工作人员。"

    @property
    def state_word(self):
        if self.state == CardState.VALID and not self.is_valid:
            return "已过期"
        return self.get_state_display()


def tidy(text: str) -> str:
    """Without spaces of any width, with the dots that join parts of a name made one."""
    return "".join(text.split()).replace("•", "·").replace("・", "·")
