"""Correct words of a published thing place by place: each place where they stand is shown, and those that an editor ticks are put right."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from meiri.changes.exchanging_words import (
    NO_SPOTS,
    Amendment,
    Spots,
    WordExchange,
    check_spots,
    check_ticked,
)
from meiri.changes.things import KindOfThing, PlaceCorrection
from meiri.policy import check

# The sentence that readers are told holds all three and fits into each place where it is kept.
LONGEST_WORDS, LONGEST_NOTE = 60, 60


@transaction.atomic
def spots_of_thing(kind: KindOfThing, row: Any, wrong: str, by=None) -> Spots:
    """Where `wrong` stands in what readers see of a row. Raises as `correct_places`, and where it stands nowhere or too often."""
    correction = _correction(kind, row, by)
    return _spots(correction, correction.read(row, by), wrong.strip())


@transaction.atomic
def correct_places(
    kind: KindOfThing, row: Any, wrong: str, right: str, amendment: Amendment, note: str = "", by=None
) -> None:
    """Put `right` in the place of `wrong` where the editor `by` ticked it (None: the system), as a correction that readers are told of.

    Atomic; ends as any correction of the kind does, with its entry of the journal. Raises `ValidationError` in words for the editor,
    `PermissionDenied`.
    """
    correction = _correction(kind, row, by)
    wrong, right, note = _asked(wrong, right, note)
    stored = correction.read(row, by)
    check_ticked(_spots(correction, stored, wrong), amendment, "请勾选要改的地方。")
    correction.walk(stored, WordExchange(wrong, right, amendment.places))
    correction.publish(stored, f"“{wrong}”应为“{right}”。{note}", by)


def exchange_fields(row: Any, names: Iterable[str], exchange: WordExchange) -> None:
    """Exchange words in plain texts of a row. Raises `ValidationError` where one can't hold what it becomes."""
    for name in names:
        field, written = row._meta.get_field(name), getattr(row, name)
        text = exchange.exchanged_text(str(field.verbose_name), written)
        if text == written:
            continue
        try:
            setattr(row, name, field.clean(text, row))
        except ValidationError as error:
            raise ValidationError(f"{field.verbose_name}：{error.messages[0]}") from None


def _correction(kind: KindOfThing, row: Any, by) -> PlaceCorrection:
    if kind.correction is None:
        raise ValidationError(f"{kind.label}不能逐处更正。")
    if by is not None:
        check(by, kind.correction.deed, row)
    return kind.correction


def _spots(correction: PlaceCorrection, stored: Any, wrong: str) -> Spots:
    looking = WordExchange(wrong, wrong, ())
    if wrong:
        correction.walk(stored, looking)
    return check_spots(looking.found if wrong else NO_SPOTS, "没有找到“原文”中的文字，请逐字照抄。")


def _asked(wrong: str, right: str, note: str) -> tuple[str, str, str]:
    wrong, right, note = wrong.strip(), right.strip(), note.strip()
    if not wrong or not right:
        raise ValidationError("请写明原文和更正后的文字。")
    if wrong == right:
        raise ValidationError("原文和更正后的文字相同。")
    if max(len(wrong), len(right)) > LONGEST_WORDS:
        raise ValidationError(
            f"原文和更正后的文字请各控制在 {LONGEST_WORDS} 字以内；改得多的，请在编辑页修改。"
        )
    if len(note) > LONGEST_NOTE:
        raise ValidationError(f"说明请控制在 {LONGEST_NOTE} 字以内。")
    return wrong, right, note
