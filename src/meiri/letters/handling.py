"""What the newsroom does with letters. Each deed is atomic and ends with one journal entry.

The journal holds receipt numbers and stages, never what a letter says or who wrote it: its entries stay for good.
"""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from meiri.asked_words import asked_words
from meiri.journal.content_keys import LETTERS
from meiri.journal.log import actor, append
from meiri.letters.attachments import Accepted
from meiri.letters.events import (
    LetterAdded,
    LetterAnswered,
    LetterChecking,
    LetterClosed,
    LetterContactOpened,
    LetterEvent,
    LetterHandedOver,
    LetterNoted,
    LetterReceived,
    LetterReplied,
    LetterRouted,
    LetterTakenBack,
)
from meiri.letters.models import SEALED, Attachment, Letter, LetterSettings, Message, Stage, Step
from meiri.letters.permissions import desk_for, letters_of
from meiri.letters.sealing import seal
from meiri.letters.tally import count_answered, count_received, count_stage
from meiri.newsroom.models import Desk
from meiri.policy import may
from meiri.sections.models import Station
from meiri.security.log import note_event
from meiri.security.models import Event

# From which stages a deed may start.
_BEFORE = {
    Stage.CHECKING: {Stage.RECEIVED},
    Stage.ASKED: {Stage.RECEIVED, Stage.CHECKING, Stage.ASKED},
    Stage.ANSWERED: {Stage.RECEIVED, Stage.CHECKING, Stage.ASKED, Stage.ANSWERED},
    Stage.PUBLISHED: {Stage.ANSWERED, Stage.PUBLISHED},
    Stage.CLOSED: set(Stage),
}
PRINTED = (
    *("published_subject", "published_text", "published_answer"),
    *("published_name", "published_unit", "published_at"),
)
# All that may come with a letter, with what its writer adds later.
MOST_ATTACHMENTS = 12
MOST_ADDITIONS = 20
TAKEN_BACK = "来信人已撤回这封来信。"


@transaction.atomic
def receive_letter(letter: Letter, attachments: Sequence[Accepted] = ()) -> Letter:
    """Keep a letter that has just been written, and route it to the desk that looks after its station."""
    letter.desk = desk_for(letter.station)
    letter.due_on = LetterSettings.load().due_on(letter.stage)
    letter.save(force_insert=True)
    _attach(letter, attachments)
    count_received(letter)
    count_stage(letter.stage, 1)
    _step(letter, None)
    _tell(letter, None, LetterReceived)
    return letter


@transaction.atomic
def check_letter(letter: Letter, by) -> Letter:
    """Begin to check what a letter says (核实)."""
    letter = take_letter(letter, by, Stage.CHECKING)
    return move_letter(letter, Stage.CHECKING, by, LetterChecking)


@transaction.atomic
def route_letter(letter: Letter, unit: str, by) -> Letter:
    """Pass a letter on to the `unit` that can answer it (转交)."""
    letter = take_letter(letter, by, Stage.ASKED)
    letter.unit = asked_words(unit, 60, "请填写转交的单位。")
    return move_letter(letter, Stage.ASKED, by, LetterRouted, ["unit"])


@transaction.atomic
def hand_over_letter(letter: Letter, station: Station | None, desk: Desk | None, note: str, by) -> Letter:
    """Give a letter to another station or desk of the newsroom (改派), with a note that says why."""
    letter = take_letter(letter, by)
    note = asked_words(note, 500, "请写明改派的原因。")
    if (station, desk) == (letter.station, letter.desk):
        raise ValidationError("地区和承办都没有变。")
    _recount(letter, -1)
    letter.station, letter.desk = station, desk
    _recount(letter, 1)
    letter.save(update_fields=["station", "desk"])
    _say(letter, Message.Kind.NOTE, f"改派给{desk or '来信编辑'}（{letter.where}）：{note}", by)
    where = {"station": station.slug if station else "", "desk": str(desk or "")}
    _tell(letter, by, LetterHandedOver, **where)
    return letter


@transaction.atomic
def note_on_letter(letter: Letter, text: str, by) -> Message:
    """Leave a note for colleagues."""
    letter = take_letter(letter, by)
    said = _say(letter, Message.Kind.NOTE, asked_words(text, 2000, "请填写备注。"), by)
    _tell(letter, by, LetterNoted)
    return said


@transaction.atomic
def reply_to_writer(letter: Letter, text: str, by) -> Message:
    """Say something to the writer, who reads it beside the progress of the letter."""
    letter = take_letter(letter, by)
    if letter.taken_back_at:
        raise ValidationError("来信人已撤回这封来信，不能再回复。")
    said = _say(letter, Message.Kind.REPLY, asked_words(text, 2000, "请填写给来信人的回复。"), by)
    _seen(letter)
    _tell(letter, by, LetterReplied)
    return said


@transaction.atomic
def answer_letter(letter: Letter, text: str, by, unit: str = "") -> Letter:
    """Keep the answer that `unit` (or the one the letter was passed to) gave. Its writer can read it at once."""
    letter = take_letter(letter, by, Stage.ANSWERED)
    letter.answer = asked_words(text, 5000, "请填写答复内容。")
    letter.unit = unit.strip()[:60] or letter.unit
    if letter.answered_at:
        count_answered(letter, -1)
    letter.answered_at = timezone.now()
    count_answered(letter)
    return move_letter(letter, Stage.ANSWERED, by, LetterAnswered, ["answer", "unit", "answered_at"])


@transaction.atomic
def close_letter(letter: Letter, reason: str, by) -> Letter:
    """End the handling of a letter with a word to its writer (办结). What was published stays."""
    letter = take_letter(letter, by, Stage.CLOSED)
    if letter.stage == Stage.CLOSED:
        raise ValidationError("来信已经办结。")
    letter.closing_words = asked_words(reason, 300, "请填写办结说明。")
    return move_letter(letter, Stage.CLOSED, by, LetterClosed, ["closing_words"])


@transaction.atomic
def open_contact(letter: Letter, reason: str, by) -> dict[str, str]:
    """Show who wrote a letter to somebody of the newsroom. The journal keeps who looked and why."""
    letter = take_letter(letter, by)
    if not may(by, "open_contact", letter):
        raise PermissionDenied("open_contact is needed to see who wrote a letter.")
    reason = asked_words(reason, 200, "请写明查看联系方式的原因。")
    if letter.taken_back_at:
        raise ValidationError("来信人已撤回这封来信，联系方式已经删除。")
    _tell(letter, by, LetterContactOpened, reason=reason)
    note_event(Event.CONTACT_OPENED, by=by, about=f"来信 {letter.receipt}", reason=reason)
    return letter.contact()


@transaction.atomic
def add_to_letter(letter: Letter, text: str, attachments: Sequence[Accepted], token_digest: str) -> None:
    """Keep what the writer of a letter adds to it. The same form sent again adds nothing."""
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    if Message.objects.filter(token_digest=token_digest).exists():
        return
    if letter.stage == Stage.CLOSED:
        raise ValidationError("这封来信已经办结，不能再补充。有新情况请另写一封。")
    if letter.messages.filter(kind=Message.Kind.ADDITION).count() >= MOST_ADDITIONS:
        raise ValidationError(f"一封来信最多补充 {MOST_ADDITIONS} 次，有新情况请另写一封。")
    if letter.attachments.count() + len(attachments) > MOST_ATTACHMENTS:
        raise ValidationError(f"一封来信最多附 {MOST_ATTACHMENTS} 个文件。")
    _say(letter, Message.Kind.ADDITION, text, None, token_digest)
    _attach(letter, attachments)
    letter.has_news = True
    letter.save(update_fields=["has_news"])
    _tell(letter, None, LetterAdded)


@transaction.atomic
def take_back_letter(letter: Letter) -> Letter:
    """The writer takes a letter back: readers see it no more, and what it said and who wrote it is deleted."""
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    if letter.taken_back_at:
        return letter
    letter.messages.all().delete()
    letter.attachments.all().delete()
    letter.taken_back_at = timezone.now()
    letter.closing_words = TAKEN_BACK
    letter.masked_name, letter.place, letter.subject = "某某", "", "（来信人已撤回）"
    letter.text = letter.answer = letter.unit = letter.sealed_print = ""
    letter.sealed_contact = b""
    unprint(letter)
    changed = ["taken_back_at", "sealed_contact", *SEALED, *PRINTED]
    return move_letter(letter, Stage.CLOSED, None, LetterTakenBack, changed)


def take_letter(letter: Letter, by, stage: Stage | None = None) -> Letter:
    """The letter, locked, if `by` may handle it and it can go to `stage` from where it is."""
    if by is None or not letters_of(by).filter(pk=letter.pk).exists():
        raise PermissionDenied("handle_letter is needed to handle this letter.")
    letter = (
        Letter.objects.select_for_update(of=("self",))
        .select_related("station", "desk__group")
        .get(pk=letter.pk)
    )
    if stage and Stage(letter.stage) not in _BEFORE[stage]:
        raise ValidationError(f"来信目前是“{letter.get_stage_display()}”，不能再转为“{stage.label}”。")
    return letter


def move_letter(
    letter: Letter, stage: Stage, by, event: type[LetterEvent], changed: Sequence[str] = (), **payload
) -> Letter:
    count_stage(letter.stage, -1)
    letter.stage = stage
    letter.due_on = LetterSettings.load().due_on(stage)
    letter.has_news = False
    letter.save(update_fields=["stage", "due_on", "has_news", *changed])
    count_stage(letter.stage, 1)
    _step(letter, by)
    _tell(letter, by, event, **payload)
    return letter


def unprint(letter: Letter) -> None:
    """What was printed of a letter stands in clear: it goes when readers see it no more."""
    letter.published_text = letter.published_answer = letter.published_subject = ""
    letter.published_name = letter.published_unit = ""
    letter.published_at = None


def _step(letter: Letter, by) -> None:
    Step.objects.create(letter=letter, stage=letter.stage, by=by)


def _say(letter: Letter, kind: Message.Kind, text: str, by, token_digest: str | None = None) -> Message:
    return Message.objects.create(letter=letter, kind=kind, text=text, by=by, token_digest=token_digest)


def _seen(letter: Letter) -> None:
    letter.has_news = False
    letter.save(update_fields=["has_news"])


def _attach(letter: Letter, attachments: Sequence[Accepted]) -> None:
    for one in attachments:
        Attachment.objects.create(
            letter=letter, type=one.type, size=len(one.content), sealed=seal(one.content)
        )


def _recount(letter: Letter, by: int) -> None:
    count_received(letter, by)
    if letter.answered_at:
        count_answered(letter, by)


def _tell(letter: Letter, by, event: type[LetterEvent], **payload) -> None:
    # Not all of it changes what readers see: the numbers by stage and month, what is printed.
    keys = [key for key in (LETTERS, letter.content_key) if key != LETTERS or LETTERS in event.key_forms]
    append(event(keys=keys, receipt=letter.receipt, stage=str(letter.stage), **payload), actor(by))
