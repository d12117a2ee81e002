"""Pictures. Each is stored with the sizes and formats that reader pages use, named so that a page needs no query for them."""

from django.db import models, transaction
from django.utils import timezone
from wagtail.images.models import AbstractImage, AbstractRendition, SourceImageIOError
from wagtail.images.models import Image as WagtailImage

from meiri.changes.models import LONGEST_REASON
from meiri.delivery.keys import uses
from meiri.delivery.page_store import purge
from meiri.journal.content_keys import PICTURE, ContentKey
from meiri.journal.public_models import NotPublic, Public
from meiri.journal.recording import recording
from meiri.media import documents as documents  # what readers see of documents is declared there
from meiri.media.bucket_files import BucketFile as BucketFile
from meiri.media.bucket_files import RemovedObject as RemovedObject
from meiri.media.expired_licences import ExpiredLicence as ExpiredLicence
from meiri.media.files import remove_after_commit, remove_after_rollback
from meiri.media.labelled_pictures import LabelledPicture
from meiri.media.picture_changes import record_picture_change
from meiri.media.recording_origins import RecordingOrigin as RecordingOrigin
from meiri.media.storage_names import unguessable
from meiri.media.variants import Variants, make_variants

# What readers see of a picture.
SHOWN = (
    "file", "title", "description", "caption", "credit",
    "focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height",
    "provenance", "ai_label", "ai_label_reason",
)  # fmt: skip
# Of these, what stands in the files of its sizes.
WRITTEN = ("credit", "provenance", "ai_label")


class PictureOrigin(models.TextChoices):
    """How the newsroom got a picture."""

    OWN = "own", "本网拍摄、制作"
    CONTRIBUTED = "contributed", "作者、通讯员供稿"
    AGENCY = "agency", "图片社、通稿"
    REPRINT = "reprint", "随转载稿件"
    OPEN = "open", "公有领域或开放授权"


class Picture(LabelledPicture, AbstractImage):
    credit = models.CharField("供图", max_length=60, blank=True, help_text="作者或机构，如“林晚舟 摄”。")
    caption = models.CharField("图片说明", max_length=200, blank=True)
    origin = models.CharField("图片来源", max_length=11, choices=PictureOrigin.choices, blank=True)
    licence = models.CharField(
        "授权说明", max_length=200, blank=True, help_text="如“某图片社，合同2025-18，限网站使用”。"
    )
    valid_until = models.DateField(
        "授权截止日", null=True, blank=True, db_index=True,
        help_text="到期次日自动从所有页面撤下，提前 14 天提醒；长期有效则不填。",
    )  # fmt: skip
    replacement = models.ForeignKey(
        "self", verbose_name="到期后换用", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    variants = models.JSONField(default=dict, editable=False)
    # Taken from readers everywhere until it is restored: it has no sizes then, and its file a name that nobody knows.
    withdrawn_at = models.DateTimeField("撤下时间", null=True, editable=False)
    withdrawal_reason = models.CharField("撤下原因", max_length=LONGEST_REASON, blank=True, editable=False)
    # When readers were told last that its words or its file had been wrong.
    corrected_at = models.DateTimeField("更正时间", null=True, editable=False)
    # Of the change that is saved next; readers see both among the changes.
    change_kind = change_reason = ""

    admin_form_fields = (
        *WagtailImage.admin_form_fields,
        *("caption", "credit", "origin", "licence", "valid_until", "ai_label", "ai_label_reason"),
    )

    public = Public(SHOWN, keys=lambda picture: [picture.content_key], key_forms=(PICTURE,), appears=False)

    class Meta(AbstractImage.Meta):
        verbose_name = "图片"
        verbose_name_plural = "图片"
        permissions = [("choose_image", "可以选用图片")]

    def get_upload_to(self, filename):
        folder, _, name = super().get_upload_to(filename).rpartition("/")
        return f"{folder}/{unguessable(name)}"

    def save(self, *args, **kwargs):
        with recording():
            before = type(self)._base_manager.select_for_update().filter(pk=self.pk).first()
            kind, reason, self.change_kind, self.change_reason = self.change_kind, self.change_reason, "", ""
            if before:
                self._keep_withdrawal(before)
                record_picture_change(before, self, kind, reason)
                self.record_label(before)
            self.check_label(before)
            written = before and any(getattr(before, name) != getattr(self, name) for name in WRITTEN)
            self.save_with_sizes(*args, is_written_anew=bool(written), **kwargs)
            if before and before.file.name != self.file.name:
                self.forget_files(before.file.name, before.stored_sizes())
            elif before and before.stored_sizes().stem != self.stored_sizes().stem:
                self.forget_sizes(before.stored_sizes())

    def clean(self):
        super().clean()
        self.check_label(type(self)._base_manager.filter(pk=self.pk).first() if self.pk else None)

    def _keep_withdrawal(self, stored: "Picture") -> None:
        """Whoever read the picture before it was withdrawn or restored does not undo that by saving it."""
        if self.withdrawn_at == stored.withdrawn_at:
            return
        self.withdrawn_at, self.withdrawal_reason = stored.withdrawn_at, stored.withdrawal_reason
        if self.file._committed:
            self.file.name, self.variants = stored.file.name, stored.variants

    def save_with_sizes(self, *args, is_written_anew: bool = False, **kwargs) -> None:
        """`is_written_anew`: what is said in the files of its sizes has changed."""
        written = not self.file._committed
        if written and (self.file_size is None or not self.file_hash):
            # Wagtail's form would write them when somebody looks at it.
            self._set_image_file_metadata()
        try:
            super().save(*args, **kwargs)
        finally:
            if written and self.file._committed:
                remove_after_rollback(self.file.storage, [self.file.name])
        if self.file.name != self.variants.get("file") or (is_written_anew and not self.withdrawn_at):
            self.make_sizes()

    def get_rendition(self, filter):
        self._refuse_while_withdrawn()
        return super().get_rendition(filter)

    def get_renditions(self, *filters):
        self._refuse_while_withdrawn()
        return super().get_renditions(*filters)

    def _refuse_while_withdrawn(self) -> None:
        """A rendition is a file that anybody may fetch; texts show a picture by one."""
        if self.withdrawn_at:
            raise SourceImageIOError(f"Picture {self.pk} was withdrawn.")

    def make_sizes(self) -> None:
        """Write the sizes of the file. Raises what Pillow raises for a broken picture, and leaves none of them then."""
        sizes = Variants(file=self.file.name) if self.withdrawn_at else make_variants(self)
        self.variants = sizes.as_json()
        type(self).objects.filter(pk=self.pk).update(variants=self.variants)

    def forget_files(self, original: str, sizes: Variants) -> None:
        """Another file has taken the place of `original`: it goes, with all that was made of it."""
        remove_after_commit(self.file.storage, [original])
        self.renditions.all().delete()
        self.forget_sizes(sizes)

    def forget_sizes(self, sizes: Variants) -> None:
        """Sizes that were made before are of another file, or say something else: they go."""
        storage, names = self.file.storage, [*sizes.names(), *sizes.manifests()]
        remove_after_commit(storage, names)
        transaction.on_commit(lambda: purge([storage.url(name) for name in names]), robust=True)

    @property
    def content_key(self) -> ContentKey:
        return PICTURE.key(self.pk)

    @property
    def sizes(self) -> Variants:
        """The variants; whoever asks for them shows the picture."""
        uses(self.content_key)
        return self.stored_sizes()

    def stored_sizes(self) -> Variants:
        return Variants.from_json(self.variants)

    @property
    def is_expired(self) -> bool:
        """Whether its licence ran out: it holds to the end of its last day, Beijing time."""
        return self.valid_until is not None and self.valid_until < timezone.localdate()

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
