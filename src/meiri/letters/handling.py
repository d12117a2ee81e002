"""What the newsroom does with letters. Each deed is atomic and ends with one journal entry.

The journal holds receipt numbers and stages, never what a letter says or who wrote it: its entries stay for good.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone

from meiri.journal.log import actor, append
from meiri.letters.models import Letter, Stage, Step

HANDLE = "letters.handle_letter"
OPEN_CONTACT = "letters.open_contact"

# From which stages a deed may start.
_BEFORE = {
    Stage.CHECKING: {Stage.RECEIVED},
    Stage.ASKED: {Stage.RECEIVED, Stage.CHECKING, Stage.ASKED},
    Stage.ANSWERED: {Stage.RECEIVED, Stage.CHECKING, Stage.ASKED, Stage.ANSWERED},
    Stage.PUBLISHED: {Stage.ANSWERED},
    Stage.CLOSED: set(Stage),
}


@transaction.atomic
def received(letter: Letter) -> Letter:
    """Keep a letter that has just been written."""
    letter.save(force_insert=True)
    _note(letter, None, "letter.received")
    return letter


@transaction.atomic
def check(letter: Letter, by) -> Letter:
    """Begin to check what a letter says (核实)."""
    letter = _take(letter, Stage.CHECKING, by)
    return _move(letter, Stage.CHECKING, by, "letter.checking")


@transaction.atomic
def route(letter: Letter, unit: str, by) -> Letter:
    """Pass a letter on to the `unit` that can answer it (转交)."""
    letter = _take(letter, Stage.ASKED, by)
    letter.unit = _words(unit, 60, "请填写转交的单位。")
    return _move(letter, Stage.ASKED, by, "letter.routed", unit=letter.unit)


@transaction.atomic
def answer(letter: Letter, text: str, by, unit: str = "") -> Letter:
    """Keep the answer that `unit` (or the one the letter was passed to) gave. Its writer can read it at once."""
    letter = _take(letter, Stage.ANSWERED, by)
    letter.answer = _words(text, 5000, "请填写答复内容。")
    letter.unit = unit.strip()[:60] or letter.unit
    letter.answered_at = timezone.now()
    return _move(letter, Stage.ANSWERED, by, "letter.answered")


@transaction.atomic
def publish(letter: Letter, by, text: str = "") -> Letter:
    """Show a letter and its answer to everybody, with the writer's name masked.

    `text` is the letter as it may be printed, without what tells who wrote it; without it, the letter as it is.
    """
    letter = _take(letter, Stage.PUBLISHED, by)
    if not letter.may_publish:
        raise ValidationError("来信人不同意公开，不能刊登。")
    letter.published_text = _words(text or letter.text, 5000, "请填写刊登的来信内容。")
    letter.published_at = timezone.now()
    return _move(letter, Stage.PUBLISHED, by, "letter.published")


@transaction.atomic
def close(letter: Letter, reason: str, by) -> Letter:
    """End the handling of a letter with a word to its writer (办结). What was published stays."""
    letter = _take(letter, Stage.CLOSED, by)
    if letter.stage == Stage.CLOSED:
        raise ValidationError("来信已经办结。")
    letter.closing_words = _words(reason, 300, "请填写办结说明。")
    return _move(letter, Stage.CLOSED, by, "letter.closed")


@transaction.atomic
def withdraw(letter: Letter, reason: str, by) -> Letter:
    """Take a published letter from readers and close it."""
    letter = _take(letter, Stage.CLOSED, by)
    if not letter.published_at:
        raise ValidationError("这封来信没有公开刊登。")
    letter.published_at = None
    letter.closing_words = _words(reason, 300, "请填写撤下的原因。")
    return _move(letter, Stage.CLOSED, by, "letter.withdrawn")


@transaction.atomic
def open_contact(letter: Letter, reason: str, by) -> dict[str, str]:
    """Show who wrote a letter to somebody of the newsroom. The journal keeps who looked and why."""
    if by is None or not by.has_perm(OPEN_CONTACT):
        raise PermissionDenied("open_contact is needed to see who wrote a letter.")
    reason = _words(reason, 200, "请写明查看联系方式的原因。")
    append(
        "letter.contact_opened",
        [letter.content_key],
        {"receipt": letter.receipt, "reason": reason},
        actor(by),
    )
    return letter.contact()


def _take(letter: Letter, stage: Stage, by) -> Letter:
    """The letter, locked, if `by` may handle it and it can go to `stage` from where it is."""
    if by is None or not by.has_perm(HANDLE):
        raise PermissionDenied("handle_letter is needed to handle letters.")
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    if Stage(letter.stage) not in _BEFORE[stage]:
        raise ValidationError(f"来信目前是“{letter.get_stage_display()}”，不能再转为“{stage.label}”。")
    return letter


def _move(letter: Letter, stage: Stage, by, kind: str, **payload) -> Letter:
    _count(letter.stage, -1)
    letter.stage = stage
    letter.save()
    _note(letter, by, kind, **payload)
    return letter


def _note(letter: Letter, by, kind: str, **payload) -> None:
    _count(letter.stage, 1)
    Step.objects.create(letter=letter, stage=letter.stage, by=by)
    keys = ["letters", letter.content_key]
    append(kind, keys, {"receipt": letter.receipt, "stage": str(letter.stage), **payload}, actor(by))


def _count(stage: str, by: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO letters_stagecount (stage, letters) VALUES (%s, %s)"
            " ON CONFLICT (stage) DO UPDATE SET letters = letters_stagecount.letters + %s",
            [str(stage), max(by, 0), by],
        )


def _words(text: str, most: int, empty: str) -> str:
    text = text.strip()
    if not text:
        raise ValidationError(empty)
    if len(text) > most:
        raise ValidationError(f"请控制在 {most} 字以内。")
    return text
