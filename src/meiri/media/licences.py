"""Pictures whose licence runs out: editors are warned, then the picture is taken down everywhere, or another takes its place."""

import logging
from datetime import timedelta
from itertools import chain, islice
from pathlib import Path

from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from meiri.journal.recording import recording
from meiri.media.expired_licences import ExpiredLicence
from meiri.media.models import Picture
from meiri.media.use import queries_of, users_of
from meiri.media.withdrawing_pictures import withdraw_picture
from meiri.personal.notices import tell

logger = logging.getLogger(__name__)

WARNED = timedelta(days=14)
# Pictures of one run; the next follows within minutes.
BATCH = 20
# What a picture takes over from the one that replaces it.
TAKEN_OVER = (
    "title", "description", "caption", "credit", "origin", "licence", "valid_until",
    "focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height",
    "provenance", "ai_label", "ai_label_reason",
)  # fmt: skip


def expiring():
    """The pictures whose licence runs out within `WARNED`, the next first."""
    last = timezone.localdate() + WARNED
    return Picture.objects.filter(valid_until__lte=last, withdrawn_at=None).order_by("valid_until", "pk")


def expire_pictures() -> int:
    """Take down or replace the pictures whose licence ran out, each in a transaction of its own. How many."""
    due = Picture.objects.filter(valid_until__lt=timezone.localdate(), withdrawn_at=None)
    due = due.order_by("valid_until", "pk")
    done = 0
    for key in list(due.values_list("pk", flat=True)[:BATCH]):
        with recording():
            picture = Picture.objects.select_for_update().filter(pk=key).first()
            if picture is not None and picture.is_expired and picture.withdrawn_at is None:
                expire(picture)
                done += 1
    return done


def expire(picture: Picture) -> ExpiredLicence:
    """End the use of a picture. Runs inside the transaction of the caller."""
    used = users_of(picture)
    users = list(islice(chain.from_iterable(queries_of(used)), ExpiredLicence.MOST_PLACES))
    replacement = picture.replacement
    if replacement is not None and (
        replacement.is_expired or replacement.withdrawn_at or replacement.pk == picture.pk
    ):
        replacement = None
    kept = ExpiredLicence.objects.create(
        title=picture.title,
        licence=picture.licence,
        valid_until=picture.valid_until or timezone.localdate(),
        replaced_by=replacement.title if replacement else "",
        places=[
            {"model": row._meta.label_lower, "pk": str(row.pk), "title": str(row)[:120]} for row in users
        ],
        used=len(used),
    )
    became = f"换成了“{replacement.title}”，请核对图片说明" if replacement else "已从所有页面撤下"
    for person in {row.created_by for row in users if getattr(row, "created_by_id", None)}:
        tell(person, f"图片“{picture.title[:60]}”的授权到期，{became}。", reverse("media_licences"))
    if replacement:
        replace(picture, replacement)
    else:
        withdraw_picture(picture, f"授权于{picture.valid_until:%Y年%-m月%-d日}到期")
    return kept


@transaction.atomic
def replace(picture: Picture, by: Picture) -> None:
    """Show the file and the words of the picture `by` wherever `picture` stands, in drafts too."""
    with by.file.open("rb") as file:
        content = file.read()
    for name in TAKEN_OVER:
        setattr(picture, name, getattr(by, name))
    picture.replacement = None
    picture.change_reason = "授权到期，换用另一张图片。"
    picture.file_size, picture.file_hash = None, ""
    picture.file = ContentFile(content, name=Path(by.file.name).name)
    picture.save()
