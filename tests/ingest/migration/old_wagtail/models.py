"""Pages as sites that others build have them."""

from django.db import models
from modelcluster.fields import ParentalKey
from wagtail import blocks
from wagtail.api import APIField
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Orderable, Page


class Writer(models.Model):
    name = models.CharField(max_length=60)
    telephone = models.CharField(max_length=60, blank=True)

    api_fields = [APIField("name")]

    class Meta:
        app_label = "old_wagtail"

    def __str__(self):
        return self.name


class SectionPage(Page):
    intro = RichTextField(blank=True)

    api_fields = [APIField("intro")]

    class Meta:
        app_label = "old_wagtail"


class CaptionedImage(blocks.StructBlock):
    image = ImageChooserBlock()
    caption = blocks.CharBlock(required=False)
    alignment = blocks.CharBlock(required=False)


class Quotation(blocks.StructBlock):
    quote = blocks.TextBlock()
    attribution = blocks.CharBlock(required=False)


class Heading(blocks.StructBlock):
    heading_text = blocks.CharBlock()
    size = blocks.CharBlock()


class ReportPage(Page):
    date = models.DateField()
    intro = models.CharField(max_length=250, blank=True)
    header_image = models.ForeignKey(
        "wagtailimages.Image", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    body = StreamField(
        [
            ("heading_block", Heading()),
            ("paragraph", blocks.RichTextBlock()),
            ("image_block", CaptionedImage()),
            ("gallery", blocks.ListBlock(ImageChooserBlock())),
            ("block_quote", Quotation()),
            ("bullets", blocks.ListBlock(blocks.CharBlock())),
            ("table", TableBlock()),
            ("attachment", DocumentChooserBlock()),
            ("raw_html", blocks.RawHTMLBlock()),
            ("columns", blocks.StreamBlock([("text", blocks.RichTextBlock())])),
        ]
    )

    api_fields = [APIField(n) for n in ("date", "intro", "header_image", "body", "writers")]

    class Meta:
        app_label = "old_wagtail"


class ReportWriter(Orderable):
    page = ParentalKey(ReportPage, related_name="writers", on_delete=models.CASCADE)
    writer = models.ForeignKey(Writer, on_delete=models.CASCADE, related_name="+")

    api_fields = [APIField("writer")]

    class Meta:
        app_label = "old_wagtail"
