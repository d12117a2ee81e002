"""What is chosen of an article: where it comes from, its kind, what was found of AI and of minors in it."""

from django.db import models


class Origin(models.TextChoices):
    ORIGINAL = "original", "原创"
    REPRINT = "reprint", "转载"
    WIRE = "wire", "通稿"
    LETTER = "letter", "来信"


class Kind(models.TextChoices):
    REPORT = "report", "报道"
    FLASH = "flash", "快讯"
    GALLERY = "gallery", "组图"
    VIDEO = "video", "视频"
    INTERVIEW = "interview", "访谈"
    OPINION = "opinion", "评论"

    @property
    def number(self) -> int:
        """Its fixed number in the river. Add new kinds at the end."""
        return list(Kind).index(self) + 1


class AiUse(models.TextChoices):
    """What the newsroom records of AI in an article; what readers are told is its `aigc_label`."""

    NONE = "none", "没有使用"
    ASSISTED = "assisted", "辅助（查资料、校对、翻译等）"
    GENERATED = "generated", "生成或合成了内容"


class MinorsChecked(models.TextChoices):
    """What was found of minors in an article."""

    NONE = "none", "不涉及"
    CHECKED = "checked", "涉及，已核对姓名、影像和隐私"
