"""What editors lay out fronts from."""

from django.core.exceptions import ValidationError
from django.db import models
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from meiri.newsroom.models import Kind
from meiri.sections.models import Design


class Shape(models.TextChoices):
    LEAD = "lead", "一条头题加五条标题"
    COLUMNS = "columns", "两栏标题"
    CARDS = "cards", "图片卡片"
    LINES = "lines", "标题加摘要"


def article_chooser(**options):
    return SnippetChooserBlock("newsroom.Article", **options)


class TopNewsBlock(blocks.StructBlock):
    lead = article_chooser(label="头条", required=False, help_text="不选则自动取最新的有图要闻。")
    channel = SnippetChooserBlock("sections.Channel", label="要闻频道")
    flashes = SnippetChooserBlock("sections.Channel", label="快讯频道", required=False)

    class Meta:
        icon = "pick"
        label = "头条、要闻与快讯"


class CarouselBlock(blocks.StructBlock):
    title = blocks.CharBlock(label="标题", max_length=20, default="焦点图片")
    pinned = blocks.ListBlock(
        article_chooser(), label="指定稿件", default=[], help_text="其余位置自动取最新的有图稿件。"
    )
    count = blocks.IntegerBlock(label="幅数", default=5, min_value=3, max_value=8)

    class Meta:
        icon = "image"
        label = "焦点图"


class ChannelBlock(blocks.StructBlock):
    channel = SnippetChooserBlock("sections.Channel", label="频道")
    shape = blocks.ChoiceBlock(Shape.choices, label="样式", default=Shape.LEAD)
    pinned = blocks.ListBlock(
        article_chooser(), label="指定稿件", default=[], help_text="排在最前；其余自动取最新。"
    )

    class Meta:
        icon = "list-ul"
        label = "频道"


class PicturesBlock(blocks.StructBlock):
    title = blocks.CharBlock(label="标题", max_length=20, default="图片新闻")
    count = blocks.IntegerBlock(label="幅数", default=4, min_value=3, max_value=12)

    class Meta:
        icon = "image"
        label = "图片"


class StationsBlock(blocks.StructBlock):
    title = blocks.CharBlock(label="标题", max_length=20, default="每日地方")
    count = blocks.IntegerBlock(label="显示有新稿的站点数", default=6, min_value=2, max_value=8)

    class Meta:
        icon = "site"
        label = "地方站"


class TitledBlock(blocks.StructBlock):
    title = blocks.CharBlock(label="标题", max_length=20)


class HomeBody(blocks.StreamBlock):
    top = TopNewsBlock()
    carousel = CarouselBlock()
    channel = ChannelBlock()
    pictures = PicturesBlock()
    stations = StationsBlock()
    topics = TitledBlock(label="专题", icon="folder-open-inverse")
    hot = TitledBlock(label="今日热点", icon="order-up")
    magazine = TitledBlock(label="杂志", icon="doc-full-inverse")
    friend_links = TitledBlock(label="友情链接", icon="link")


class ChosenArticlesBlock(blocks.StructBlock):
    """A part of a topic (分栏): what editors chose, then what comes by itself."""

    heading = blocks.CharBlock(label="小标题", max_length=40)
    intro = blocks.CharBlock(label="说明", max_length=120, required=False)
    articles = blocks.ListBlock(article_chooser(), label="稿件", default=[])
    fills_with = blocks.ChoiceBlock(
        Kind.choices,
        label="自动收入",
        required=False,
        help_text="选一种体裁，本专题的这类稿件自动排在选编的后面。",
    )
    design = blocks.ChoiceBlock(Design.choices, label="版式", default=Design.STANDARD)

    class Meta:
        icon = "list-ul"
        label = "分栏"


class TimelineBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label="小标题", max_length=40, default="时间线")
    events = blocks.ListBlock(
        blocks.StructBlock(
            [("date", blocks.DateBlock(label="日期")), ("text", blocks.CharBlock(label="事件"))]
        ),
        label="事件",
    )

    class Meta:
        icon = "history"
        label = "时间线"


class TopicBody(blocks.StreamBlock):
    articles = ChosenArticlesBlock()
    text = blocks.RichTextBlock(label="文字", features=["h2", "h3", "bold", "link", "ol", "ul"])
    timeline = TimelineBlock()
    picture = blocks.StructBlock(
        [
            ("image", ImageChooserBlock(label="图片")),
            ("caption", blocks.CharBlock(label="说明", required=False)),
        ],
        label="图片",
        icon="image",
    )


class MagazineEntry(blocks.StructBlock):
    section = blocks.CharBlock(label="栏目", max_length=20)
    title = blocks.CharBlock(label="标题", max_length=80)
    page = blocks.IntegerBlock(label="页码", min_value=1)
    author = blocks.CharBlock(label="作者", max_length=40, required=False)
    summary = blocks.TextBlock(label="提要", required=False)
    picture = ImageChooserBlock(label="题图", required=False)
    body = blocks.RichTextBlock(
        label="正文", features=["h2", "h3", "bold", "italic", "link", "blockquote", "image"]
    )

    class Meta:
        icon = "doc-full"
        label = "文章"


def percent(label: str, **options) -> blocks.FloatBlock:
    return blocks.FloatBlock(label=label, min_value=0, max_value=100, **options)


class SheetArea(blocks.StructBlock):
    """A part of a page image that leads to a piece. Its place and size are parts of the whole in per cent, from its upper left
    corner."""

    piece = blocks.IntegerBlock(label="第几篇", min_value=1, help_text="在“内容”里的次序。")
    left = percent("左 %")
    top = percent("上 %")
    width = percent("宽 %")
    height = percent("高 %")

    class Meta:
        icon = "crosshairs"
        label = "区域"

    def clean(self, value):
        cleaned = super().clean(value)
        wrong = {}
        for start, size, words in (("left", "width", "右"), ("top", "height", "下")):
            if not cleaned[size]:
                wrong[size] = ValidationError("不能是 0。")
            elif cleaned[start] + cleaned[size] > 100:
                wrong[size] = ValidationError(f"超出了版面{words}边。")
        if wrong:
            raise blocks.StructBlockValidationError(wrong)
        return cleaned


class SheetBlock(blocks.StructBlock):
    """One page of paper (版面): its image, with areas that lead to pieces."""

    name = blocks.CharBlock(label="版名", max_length=30, help_text="如“01版 要闻”。")
    image = ImageChooserBlock(label="版面图")
    areas = blocks.ListBlock(SheetArea(), label="区域", default=[], max_num=40)

    class Meta:
        icon = "doc-full-inverse"
        label = "版面"


class LicenceBlock(blocks.StructBlock):
    name = blocks.CharBlock(label="许可", max_length=60)
    number = blocks.CharBlock(label="编号", max_length=60, required=False)
    url = blocks.URLBlock(label="核验地址", required=False)

    class Meta:
        icon = "doc-full-inverse"
        label = "许可证"


class TelephoneBlock(blocks.StructBlock):
    label = blocks.CharBlock(label="用途", max_length=20)
    number = blocks.CharBlock(label="号码", max_length=40)

    class Meta:
        icon = "mobile-alt"
        label = "电话"


class DepartmentBlock(blocks.StructBlock):
    """Whom to turn to for what."""

    name = blocks.CharBlock(label="部门", max_length=40)
    work = blocks.CharBlock(label="负责", max_length=100, required=False, help_text="如“投稿、供图”。")
    telephone = blocks.CharBlock(label="电话", max_length=40, required=False)
    email = blocks.EmailBlock(label="电子邮箱", required=False)
    address = blocks.CharBlock(label="地址", max_length=120, required=False)
    hours = blocks.CharBlock(label="接待时间", max_length=60, required=False)

    class Meta:
        icon = "group"
        label = "部门"
