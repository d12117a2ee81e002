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
    """How far an article, or a block of it, was made with AI."""

    NONE = "none", "没有使用"
    ASSISTED = "assisted", "人工智能辅助"
    GENERATED = "generated", "人工智能生成或合成"


class AiKind(models.TextChoices):
    """What AI made of an article, or helped with."""

    TEXT = "text", "正文"
    TRANSLATION = "translation", "翻译"
    SUMMARY = "summary", "摘要"
    HEADLINE = "headline", "标题"
    PICTURE = "picture", "配图"
    VIDEO = "video", "视频"
    VOICE = "voice", "配音"
    EDITING = "editing", "润色校对"
    RESEARCH = "research", "查资料"


class MinorsChecked(models.TextChoices):
    """What was found of minors in an article."""

    NONE = "none", "不涉及"
    CHECKED = "checked", "涉及，已核对姓名、影像和隐私"
