"""Who carries a press card of this organisation."""

from django.db import models
from django.utils import timezone

from meiri.media.models import Picture
from meiri.sections.models import Station


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
    valid_until = models.DateField("有效期至")
    state = models.CharField("状态", max_length=9, choices=CardState.choices, default=CardState.VALID)

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
        return f"press-card:{self.pk}"

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
