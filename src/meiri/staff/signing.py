"""The address that stands in the QR code of a press card: signed, so that nobody can make one up.

It names the card and is signed over its number as well, so it ends with the number. What the page says comes from the
card as it is now; nothing of it is in the code. Where the site signs with SM2 too, the code ends with that signature, which
anybody can check without asking the site.
"""

import io
from base64 import urlsafe_b64decode, urlsafe_b64encode

import segno
from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from meiri.asked_numbers import asked_number
from meiri.sm2 import is_sm2_signed, sm2_key
from meiri.staff.models import PressCard

# Characters: a number, 43 of the signature, and at most 96 of the second one.
LONGEST = 170


def token_for(card: PressCard) -> str:
    """`42.Kx…`: the card's key and a signature over it and the number; `42.Kx….MEUC…` with the second one, in DER (base64url)."""
    token = _signer(card).sign(str(card.pk))
    sm2 = sm2_key()
    return f"{token}.{urlsafe_b64encode(sm2.sign(signed_text(card))).decode()}" if sm2 else token


def signed_text(card: PressCard) -> bytes:
    """What SM2 signs of a card: three lines, the form, the card's key and its number."""
    return f"meiri-press-card/1\n{card.pk}\n{card.number}\n".encode()


def sm2_signature_in(token: str) -> bytes | None:
    """The second signature, in DER; None where the code has none, or what stands there is none."""
    last = ".".join(token.split(".")[2:])
    try:
        return urlsafe_b64decode(last) or None
    except ValueError:
        return None


def card_of(token: str) -> PressCard | None:
    """The card that `token` was made for; None for a token that was made up or altered, or whose number has changed."""
    key = asked_number(token.partition(".")[0])
    if len(token) > LONGEST or key is None:
        return None
    card = PressCard.objects.select_related("station", "photograph", "author").filter(pk=key).first()
    if card is None:
        return None
    first, second = token.split(".")[:2], token.split(".")[2:]
    try:
        _signer(card).unsign(".".join(first))
    except BadSignature:
        return None
    # A code that was printed while the site did not sign with SM2 has one signature.
    return card if not second or _is_second_right(card, token) else None


def _is_second_right(card: PressCard, token: str) -> bool:
    """Where the site does not sign with SM2 any more, the first signature has to do."""
    sm2 = sm2_key()
    return sm2 is None or is_sm2_signed(signed_text(card), sm2_signature_in(token) or b"", sm2.public)


def _signer(card: PressCard) -> Signer:
    return Signer(sep=".", salt=f"meiri.staff.verify {card.number}")


def address_of(card: PressCard) -> str:
    """The whole address in the code. With SM2 each call gives another one."""
    return settings.BASE_URL + reverse("staff-verify", args=[token_for(card)])


def code_of(address: str) -> str:
    """The QR code as SVG, as large as its place; medium correction, so that a scratched card can still be read."""
    out = io.BytesIO()
    segno.make(address, error="m").save(
        out, kind="svg", border=4, light="#fff", xmldecl=False, svgns=True, omitsize=True
    )
    return out.getvalue().decode()
