"""Whole numbers in what outsiders ask for: in queries, forms and cookies."""

from django.http import Http404, HttpRequest

# Of a row: what fits into 64 bits with a sign. A database does not compare with more.
LARGEST_ID = 2**63 - 1


def asked_number(text: str | None, most_digits: int = 18) -> int | None:
    """The number that `text` writes in at most `most_digits` digits of ASCII; None for everything else.

    Of 18 digits none is greater than `LARGEST_ID`.
    """
    if text and len(text) <= most_digits and text.isascii() and text.isdigit():
        return int(text)
    return None


def asked_position(request: HttpRequest, name: str = "before") -> int | None:
    """The number in the query of an address from which a list goes on; None where it begins. Raises `Http404` for what is none."""
    words = request.GET.get(name, "")
    number = asked_number(words)
    if words and number is None:
        raise Http404
    return number
