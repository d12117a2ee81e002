"""Pictures. Each is stored with the sizes and formats that reader pages use, named so that a page needs no query for them."""

from django.db import models
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.images.models import Image as WagtailImage

from meiri.delivery.keys import uses
from meiri.journal.public_models import NotPublic, Public
from meiri.journal.recording import recording
from meiri.media import documents as documents  # what readers see of documents is declared there
from meiri.media.variants import Variants, make_variants

# What readers see of a picture.
SHOWN = (
    "file", "title", "description", "caption", "credit",
    "focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height",
)  # fmt: skip


class Picture(AbstractImage):
    credit = models.CharField("供图", max_length=60, blank=True, help_text="作者或机构，如“林晚舟 摄”。")
    caption = models.CharField("图片说明", max_length=200, blank=True)
    variants = models.JSONField(default=dict, editable=False)

    admin_form_fields = (*WagtailImage.admin_form_fields, "caption", "credit")

    public = Public(SHOWN, keys=lambda picture: [picture.content_key], appears=False)

    class Meta(AbstractImage.Meta):
        verbose_name = "图片"
        verbose_name_plural = "图片"
        permissions = [("choose_image", "可以选用图片")]

    def save(self, *args, **kwargs):
        made_of = self.variants.get("file")
        with recording():
            super().save(*args, **kwargs)
            if self.file.name != made_of:
                self.variants = make_variants(self).as_json()
                type(self).objects.filter(pk=self.pk).update(variants=self.variants)

    @property
    def content_key(self) -> str:
        return f"picture:{self.pk}"

    @property
    def sizes(self) -> Variants:
        """The variants; whoever asks for them shows the picture."""
        uses(self.content_key)
        return Variants.from_json(self.variants)

    @property
    def alt(self):
        return self.description or self.caption or self.title

    @property
    def focus(self):
        """The focal point as a CSS `object-position`, the centre where none is set."""
        return focus_of(self.focal_point_x, self.focal_point_y, self.width, self.height)


def focus_of(x: int | None, y: int | None, width: int, height: int) -> str:
    """The point `x`, `y` of a picture as a CSS `object-position`."""
    if x is None or y is None or not width or not height:
        return "50% 50%"
    return f"{x * 100 // width}% {y * 100 // height}%"


class Rendition(AbstractRendition):
    """What Wagtail's admin makes for its own screens."""

    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    public = NotPublic("for the admin's own screens")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="one_rendition_a_filter_and_focus"
            )
        ]
