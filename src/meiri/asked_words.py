"""Words that somebody has to give: a reason, an answer, an opinion; and the sentence that says why they are not taken."""

from django.core.exceptions import ValidationError


def asked_words(text: str, most: int, empty: str, what: str = "") -> str:
    """`text` without the blanks around it. Raises `ValidationError` with the sentence `empty` where nothing is left, and with one that
    names `what` it is where it has more than `most` characters."""
    words = text.strip()
    if not words:
        raise ValidationError(empty)
    if len(words) > most:
        raise ValidationError(f"{what}请控制在 {most} 字以内。")
    return words


def sentence_of(error: Exception) -> str:
    """What an error says to whoever meets it: of several sentences the first."""
    return str(error.messages[0] if isinstance(error, ValidationError) else error)
