"""The avatar of whoever has no picture: the first letter of the name on a colour that follows from it, as SVG, drawn here."""

import hashlib
import unicodedata
from html import escape

from django.utils.safestring import SafeString, mark_safe

# Each has a contrast of 4.5:1 or more with white.
_COLOURS = (
    "#8a1c1c",
    "#7a4a00",
    "#4d5a00",
    "#1f6135",
    "#00616b",
    "#1f4f8f",
    "#4b3f9e",
    "#7a2f7d",
    "#5b5148",
    "#3f5563",
)
_NOBODY = "客"


def letter_of(name: str) -> str:
    """The first letter, figure or sign of a name, in upper case; one that stands for nobody where it has none."""
    return next((c.upper()[:1] for c in name if unicodedata.category(c)[0] in "LNS"), _NOBODY)


def letter_avatar(name: str, side: int = 40) -> SafeString:
    """SVG of `side` pixels. It says nothing that the name beside it does not say."""
    digest = hashlib.blake2b(name.encode(errors="replace"), digest_size=2).digest()
    colour = _COLOURS[int.from_bytes(digest) % len(_COLOURS)]
    return mark_safe(  # noqa: S308 a letter, escaped, among our own markup
        f'<svg class="avatar" viewBox="0 0 40 40" width="{side}" height="{side}" aria-hidden="true" translate="no">'
        f'<path fill="{colour}" d="M0 0h40v40H0z"/><text x="20" y="28" font-size="22" text-anchor="middle" fill="#fff">'
        f"{escape(letter_of(name))}</text></svg>"
    )
