"""What becomes of pictures that readers see: changes of their words and files, by whatever door, and where each stands."""

from collections import Counter

from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.log_actions import LogContext

from meiri.changes.correcting_places import exchange_fields
from meiri.changes.exchanging_words import WordExchange
from meiri.changes.models import ChangeKind, PublishedChange, record_change
from meiri.changes.published_reach import PublishedReach, pages_showing
from meiri.changes.things import KindOfThing, PlaceCorrection, PublishedThing, register_kind
from meiri.journal.content_keys import PICTURE
from meiri.journal.recording import acting_user
from meiri.media.use import rows_using

# What readers are told of as changed.
TOLD = ("caption", "credit", "description", "ai_label")
# Of these, what editors write.
WORDS = ("caption", "credit", "description")
# Places that are named one by one, and rows that are looked at.
MOST_NAMED, MOST_ROWS = 20, 2_000


def _described(picture) -> PublishedThing | None:
    if not PublishedChange.objects.filter(thing=PICTURES_CHANGED.name(picture)).exists():
        return None
    # What a picture shows may be known while what it stands in is not.
    return PublishedThing(
        "图片", "", picture.created_at, (PICTURE.key(picture.pk),), is_withdrawn=bool(picture.withdrawn_at)
    )


def _for_correction(picture, by):
    stored = type(picture)._base_manager.select_for_update().get(pk=picture.pk)
    if stored.withdrawn_at:
        raise ValidationError("图片已经撤下，不能更正。")
    if not stands_for_readers(stored):
        raise ValidationError("图片没有用在读者看得到的地方，请直接在图片页修改。")
    return stored


def _exchange(picture, exchange: WordExchange) -> None:
    exchange_fields(picture, WORDS, exchange)


def _publish_correction(picture, reason: str, by) -> None:
    picture.change_kind, picture.change_reason = ChangeKind.CORRECTION, reason
    with LogContext(user=by):
        picture.save()


PICTURES_CHANGED = register_kind(
    KindOfThing(
        "picture",
        "图片",
        "media.Picture",
        _described,
        correction=PlaceCorrection("change", _for_correction, _exchange, _publish_correction),
    )
)


def record_picture_change(before, after, kind: str, reason: str) -> PublishedChange | None:
    """Note that a picture which readers see as `before` is saved as `after`; None where they see the same, or nothing of it.
    Inside the transaction that saves it, which tells the journal."""
    fields = [before._meta.get_field(name) for name in TOLD]
    changed = [field for field in fields if getattr(before, field.name) != getattr(after, field.name)]
    parts = [str(field.verbose_name) for field in changed]
    if before.file.name != after.file.name:
        parts.append("图片文件")
    if not parts or not stands_for_readers(before):
        return None
    if kind == ChangeKind.CORRECTION:
        after.corrected_at = timezone.now()
    old = {str(field.verbose_name): _in_words(before, field) for field in changed}
    name = PICTURES_CHANGED.name(after)
    return record_change(name, kind or ChangeKind.UPDATE, reason.strip(), acting_user(), parts, old)


def _in_words(picture, field) -> str:
    return str(getattr(picture, f"get_{field.name}_display", lambda: getattr(picture, field.name))())


def stands_for_readers(picture) -> bool:
    """Whether something that readers see uses the picture."""
    return any(getattr(row, "live", True) for row in rows_using(picture, MOST_ROWS))


def standing_of_picture(picture) -> PublishedReach:
    """Where readers meet a picture: the pages that show it, and what uses it, by kind, drafts too."""
    rows = list(rows_using(picture, MOST_ROWS))
    more = []
    if rows:
        counted = Counter(str(row._meta.verbose_name) for row in rows).most_common()
        named = "、".join(f"“{str(row)[:40]}”" for row in rows[:MOST_NAMED])
        more = [
            f"用在{'、'.join(f'{kind} {count} 处' for kind, count in counted)}。",
            f"{named}{'等' if len(rows) > MOST_NAMED else ''}。",
        ]
    return PublishedReach(pages_showing([PICTURE.key(picture.pk)]), more)
