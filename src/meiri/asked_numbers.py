"""Whole numbers in what outsiders ask for: in queries, forms and cookies."""


def asked_number(text: str | None, most_digits: int = 18) -> int | None:
    """The number that `text` writes in at most `most_digits` digits of ASCII; None for everything else.

    18 digits fit into 64 bits, so that every database compares with them.
    """
    if text and len(text) <= most_digits and text.isascii() and text.isdigit():
        return int(text)
    return None
