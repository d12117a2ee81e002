"""The address that stands in the QR code of a press card: signed, so that nobody can make one up.

It names the card and is signed over its number as well, so it ends with the number. What the page says comes from the
card as it is now; nothing of it is in the code.
"""

import io

import segno
from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from meiri.asked_numbers import asked_number
from meiri.staff.models import PressCard

LONGEST = 80


def token_for(card: PressCard) -> str:
    """`42.Kx…`: the card's key and a signature over it and the number."""
    return _signer(card).sign(str(card.pk))


def card_of(token: str) -> PressCard | None:
    """The card that `token` was made for; None for a token that was made up or altered, or whose number has changed."""
    key = asked_number(token.partition(".")[0])
    if len(token) > LONGEST or key is None:
        return None
    card = PressCard.objects.select_related("station", "photograph", "author").filter(pk=key).first()
    if card is None:
        return None
    try:
        _signer(card).unsign(token)
    except BadSignature:
        return None
    return card


def _signer(card: PressCard) -> Signer:
    return Signer(sep=".", salt=f"meiri.staff.verify {card.number}")


def address_of(card: PressCard) -> str:
    """The whole address in the code."""
    return settings.BASE_URL + reverse("staff-verify", args=[token_for(card)])


def code_of(card: PressCard) -> str:
    """The QR code as SVG; medium correction, so that a scratched card can still be read."""
    out = io.BytesIO()
    segno.make(address_of(card), error="m").save(
        out, kind="svg", scale=4, border=2, light="#fff", xmldecl=False, svgns=True
    )
    return out.getvalue().decode()
