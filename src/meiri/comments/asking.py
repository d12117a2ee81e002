"""A question in words that shows that a person writes: one of the editors', else a sum. No picture, so that it can be heard.

What was asked stands signed in the form, together with the form's token: an answer is good for one comment.
"""

import re
import secrets
import unicodedata

from django.core import signing

from meiri.asked_numbers import asked_number
from meiri.comments.models import Question

SALT = "comments.asking"
PATIENCE_SECONDS = 60 * 60
NUMBERS = "零一二三四五六七八九十"
_CHOSEN_AMONG = 100


def choose_question(token: str) -> tuple[str, str]:
    """A question for the form with `token`, and what the form has to send back with the answer."""
    questions = list(Question.objects.filter(active=True).values_list("pk", "question")[:_CHOSEN_AMONG])
    if questions:
        number, words = secrets.choice(questions)
        return words, signing.dumps([token, "asked", number], salt=SALT)
    first, second = secrets.randbelow(8) + 2, secrets.randbelow(8) + 2
    asked = signing.dumps([token, "sum", first, second], salt=SALT)
    return f"{NUMBERS[first]}加{NUMBERS[second]}等于几？", asked


def question_of(asked: str, token: str) -> str | None:
    """The question that the form with `token` was sent back with; None where it is none, or too old."""
    match _opened(asked, token):
        case ["sum", int(first), int(second)]:
            return f"{NUMBERS[first]}加{NUMBERS[second]}等于几？"
        case ["asked", int(number)]:
            return Question.objects.filter(pk=number, active=True).values_list("question", flat=True).first()
    return None


def is_right(asked: str, token: str, answer: str) -> bool:
    """Whether `answer` is right for what the form with `token` was asked."""
    match _opened(asked, token):
        case ["sum", int(first), int(second)]:
            return _number(answer) == first + second
        case ["asked", int(number)]:
            found = Question.objects.filter(pk=number, active=True).values_list("answers", flat=True).first()
            return bool(_plain(answer)) and _plain(answer) in {_plain(a) for a in (found or "").splitlines()}
    return False


def _opened(asked: str, token: str) -> list | None:
    try:
        of, *rest = signing.loads(asked, salt=SALT, max_age=PATIENCE_SECONDS)
    except (signing.BadSignature, ValueError):
        return None
    return rest if of == token else None


def _plain(text: str) -> str:
    return re.sub(r"[\s。，,.!！？?]", "", unicodedata.normalize("NFKC", text)).casefold()


def _number(text: str) -> int | None:
    """A number below a hundred, in figures or in Chinese: 12, １２, 十二."""
    text = _plain(text).removeprefix("等于").removesuffix("个")
    if (number := asked_number(text, most_digits=2)) is not None:
        return number
    tens, ten, ones = text.partition("十")
    digits = {word: value for value, word in enumerate(NUMBERS[:10])} | {"两": 2, "": 0}
    if not ten:
        return digits.get(tens) if tens else None
    if tens not in digits or ones not in digits:
        return None
    return 10 * (digits[tens] or 1) + digits[ones]
