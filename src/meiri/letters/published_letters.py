"""What readers see of a letter and its answer: published, mended, withdrawn and restored. Each deed is atomic and ends with one
journal entry; each after the first publication has a reason that readers are told.
"""

import json
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from meiri.asked_words import asked_words
from meiri.changes.models import ChangeKind, asked_kind, asked_reason, record_change
from meiri.changes.published_reach import PublishedReach, pages_showing
from meiri.changes.things import KindOfThing, PublishedThing, register_kind
from meiri.changes.withdrawal_receipts import write_receipt
from meiri.journal.content_keys import LETTERS
from meiri.journal.encoding import content_digest
from meiri.letters.events import LetterPublished, LetterRestored, LetterWithdrawn
from meiri.letters.handling import PRINTED, move_letter, take_letter, unprint
from meiri.letters.masking import left_in
from meiri.letters.models import Letter, Stage
from meiri.letters.sealing import UNREADABLE
from meiri.newsroom.change_checks import check_small

# What readers are told of as changed.
TOLD = {
    "published_subject": "标题",
    "published_text": "来信",
    "published_answer": "答复",
    "published_name": "来信人",
    "published_unit": "答复单位",
}
# What a letter holds while it is withdrawn.
_WITHDRAWAL = ("sealed_print", "withdrawn_at", "withdrawal_reason", "closing_words")


def _described(letter: Letter) -> PublishedThing | None:
    if letter.first_published_at is None or letter.taken_back_at:
        return None
    return PublishedThing(
        letter.published_subject,
        reverse("letter-published", args=[letter.pk]),
        letter.first_published_at,
        (letter.content_key,),
        is_withdrawn=letter.published_at is None,
    )


LETTERS_CHANGED = register_kind(KindOfThing("letter", "来信", "letters.Letter", _described))


def reach_of_letter(letter: Letter) -> PublishedReach:
    return PublishedReach(pages_showing([letter.content_key, LETTERS]))


@transaction.atomic
def publish_letter(
    letter: Letter, by, text: str, answer: str = "", subject: str = "", kind: str = "", reason: str = ""
) -> Letter:
    """Show a letter and its answer to everybody, as `by` has confirmed them for print; again, to mend what is printed, with the
    `kind` and the `reason` of the change.

    `text`, `answer` and `subject` are without what tells who wrote; the last two may be left as they are. Raises
    `ValidationError` where the writer did not agree, or is named in any of them, and for a change without a reason.
    """
    letter = take_letter(letter, by, Stage.PUBLISHED)
    if not letter.may_publish:
        raise ValidationError("来信人不同意公开，不能刊登。")
    before = {name: getattr(letter, name) for name in TOLD}
    letter.published_text = asked_words(text, 5000, "请填写刊登的来信内容。")
    letter.published_answer = asked_words(answer or str(letter.answer), 5000, "请填写刊登的答复内容。")
    letter.published_subject = asked_words(subject or str(letter.subject), 60, "请填写刊登的标题。")
    _check_nobody_is_named(letter)
    letter.published_name, letter.published_unit = str(letter.masked_name), str(letter.unit)
    change = _record_mending(letter, before, kind, reason, by) if letter.published_at else {}
    letter.published_at = letter.published_at or timezone.now()
    letter.first_published_at = letter.first_published_at or letter.published_at
    changed = [*PRINTED, "first_published_at", "changed_at"]
    return move_letter(
        letter, Stage.PUBLISHED, by, LetterPublished, changed, text=printed_digest(letter), **change
    )


def _record_mending(letter: Letter, before: dict[str, str], kind: str, reason: str, by) -> dict[str, str]:
    """Note what is changed of what readers saw, and give what the journal says of it; nothing where they see the same."""
    changed = [name for name in TOLD if before[name] != getattr(letter, name)]
    if not changed:
        return {}
    chosen, reason = asked_kind(kind or ChangeKind.UPDATE), asked_reason(reason, "修改")
    ours, theirs = "\n".join(before.values()), "\n".join(getattr(letter, name) for name in TOLD)
    check_small(chosen, ours, theirs)
    letter.changed_at = timezone.now()
    # What was printed stands in clear as long as readers see it, and nowhere afterwards.
    record_change(LETTERS_CHANGED.name(letter), chosen, reason, by, [TOLD[name] for name in changed])
    return {"change": str(chosen), "reason": reason}


@transaction.atomic
def withdraw_letter(letter: Letter, reason: str, by) -> Letter:
    """Take a published letter from readers, who are told the reason at its address, and close it. What was printed is kept sealed."""
    letter = take_letter(letter, by, Stage.CLOSED)
    if not letter.published_at:
        raise ValidationError("这封来信没有公开刊登。")
    reason = asked_reason(reason, "撤下")
    address, name = reverse("letter-published", args=[letter.pk]), LETTERS_CHANGED.name(letter)
    reach, marks, title = reach_of_letter(letter), [f'"{address}"'], f"来信 {letter.receipt}"
    keys = [letter.content_key, LETTERS]
    write_receipt(name, title, reason, reach, marks, by, address, [reverse("letters")], keys)
    printed = {name: getattr(letter, name) for name in TOLD}
    letter.sealed_print = json.dumps(printed | {"published_at": letter.published_at.isoformat()})
    unprint(letter)
    letter.withdrawn_at, letter.withdrawal_reason, letter.closing_words = timezone.now(), reason, reason
    record_change(name, ChangeKind.WITHDRAWN, reason, by)
    changed = [*PRINTED, *_WITHDRAWAL]
    return move_letter(letter, Stage.CLOSED, by, LetterWithdrawn, changed, reason=reason)


@transaction.atomic
def restore_letter(letter: Letter, reason: str, by) -> Letter:
    """Print a withdrawn letter again as it stood. Raises `ValidationError` without a reason, where it was not withdrawn, where what
    was printed can't be opened, where its writer took it back or does not agree any more, or is named in it."""
    letter = take_letter(letter, by)
    if not letter.withdrawn_at or not letter.sealed_print:
        raise ValidationError("这封来信没有撤下的刊登稿，不能恢复。")
    if letter.taken_back_at or not letter.may_publish:
        raise ValidationError("来信人不同意公开，不能恢复刊登。")
    if letter.sealed_print == UNREADABLE:
        raise ValidationError(f"撤下前的刊登稿读不出来{UNREADABLE}，不能恢复。")
    reason = asked_reason(reason, "恢复")
    printed = json.loads(str(letter.sealed_print))
    for name in TOLD:
        setattr(letter, name, printed[name])
    _check_nobody_is_named(letter)
    letter.published_at = datetime.fromisoformat(printed["published_at"])
    letter.sealed_print = letter.withdrawal_reason = letter.closing_words = ""
    letter.withdrawn_at, letter.changed_at = None, timezone.now()
    record_change(LETTERS_CHANGED.name(letter), ChangeKind.RESTORED, reason, by)
    changed = [*PRINTED, *_WITHDRAWAL, "changed_at"]
    return move_letter(
        letter, Stage.PUBLISHED, by, LetterRestored, changed, text=printed_digest(letter), reason=reason
    )


def printed_digest(letter: Letter) -> str:
    """The digest of a letter and its answer as readers see them: SHA-256 of the canonical JSON of the fields `TOLD`."""
    return content_digest({name: getattr(letter, name) for name in TOLD})


def _check_nobody_is_named(letter: Letter) -> None:
    printed = f"{letter.published_subject}\n{letter.published_text}\n{letter.published_answer}"
    if told := left_in(printed, **letter.contact()):
        raise ValidationError(f"刊登稿里还有{'和'.join(told)}，请隐去后再刊登。")
