"""Taking a picture from readers wherever it stands, in one deed, and giving it back to them.

A withdrawn picture keeps its row and its original, under a name that nobody knows; its sizes are gone, so that every page is made
without it, with a line that says why.
"""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from meiri.changes.models import ChangeKind, asked_reason, record_change
from meiri.changes.withdrawal_receipts import write_receipt
from meiri.journal.content_keys import ContentKey
from meiri.journal.log import actor, append
from meiri.journal.recording import named
from meiri.media.events import PictureRestored, PictureWithdrawn
from meiri.media.files import remove_after_rollback
from meiri.media.models import Picture
from meiri.media.picture_changes import PICTURES_CHANGED, standing_of_picture
from meiri.media.removing import check_may, keys_of_users, when_a_picture_goes
from meiri.media.variants import Variants

# As `when_a_picture_goes`: called with a picture that was restored.
when_a_picture_returns: list[Callable[[Picture], list[ContentKey]]] = []


@transaction.atomic
def withdraw_picture(picture: Picture, reason: str, by=None) -> None:
    """Take a picture from readers wherever it stands (撤下); a line says so there. It is withdrawn once.

    Raises `ValidationError` without a reason, `PermissionDenied` where `by` may not change all that uses it.
    """
    check_may(by, "take_down", picture)
    reason = asked_reason(reason, "撤下")
    stored = Picture.objects.select_for_update().get(pk=picture.pk)
    if stored.withdrawn_at:
        return
    sizes, name = stored.stored_sizes(), PICTURES_CHANGED.name(stored)
    files = [*map(stored.file.storage.url, sizes.names()), stored.file.url]
    marks = [sizes.stem.rpartition("/")[2]] if sizes.stem else []
    write_receipt(name, stored.title, reason, standing_of_picture(stored), marks, by, also=files)
    keys = keys_of_users(stored) + [key for told in when_a_picture_goes for key in told(stored)]
    _hide_files(stored, sizes)
    changed = {
        "file": stored.file.name,
        "variants": Variants(file=stored.file.name).as_json(),
        "withdrawn_at": timezone.now(),
        "withdrawal_reason": reason,
    }
    # Not by `save`: this is its own deed, with an entry of its own.
    Picture.objects.filter(pk=stored.pk).update(**changed)
    append(PictureWithdrawn(keys=keys, **named(stored), reason=reason), actor(by))
    record_change(name, ChangeKind.WITHDRAWN, reason, by)


@transaction.atomic
def restore_picture(picture: Picture, reason: str, by=None) -> None:
    """Show a withdrawn picture again wherever it stood (恢复).

    Raises `ValidationError` without a reason, where it was not withdrawn or its licence has ended; `PermissionDenied`.
    """
    check_may(by, "take_down", picture)
    reason = asked_reason(reason, "恢复")
    stored = Picture.objects.select_for_update().get(pk=picture.pk)
    if not stored.withdrawn_at:
        raise ValidationError("图片没有撤下，不用恢复。")
    if stored.is_expired:
        raise ValidationError("图片的授权已经到期。请先更新授权截止日，再恢复。")
    Picture.objects.filter(pk=stored.pk).update(withdrawn_at=None, withdrawal_reason="")
    stored.withdrawn_at = None
    stored.make_sizes()
    keys = keys_of_users(stored) + [key for told in when_a_picture_returns for key in told(stored)]
    append(PictureRestored(keys=keys, **named(stored), reason=reason), actor(by))
    record_change(PICTURES_CHANGED.name(stored), ChangeKind.RESTORED, reason, by)


def _hide_files(picture: Picture, sizes: Variants) -> None:
    """Give the original another name, and remove all that was made of it once the transaction is committed."""
    before, storage = picture.file.name, picture.file.storage
    with picture.file.open("rb") as file:
        content = ContentFile(file.read())
    picture.file.name = storage.save(picture.get_upload_to(before), content)
    remove_after_rollback(storage, [picture.file.name])
    picture.forget_files(before, sizes)
