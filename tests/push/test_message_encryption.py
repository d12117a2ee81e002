"""Messages are sealed as RFC 8291 says, byte for byte; and what browsers give for keys is looked at."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from meiri.push.message_encryption import MOST_BYTES, BadKey, check_keys, decoded, encoded, encrypt
from tests.push.push_service import PushBrowser

# RFC 8291, appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
SENDERS_KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
BROWSERS_KEY = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
PUBLIC_KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SECRET, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_y"
    "l95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def number(text: str) -> int:
    return int.from_bytes(decoded(text))


def test_the_example_of_the_standard_comes_out_byte_for_byte():
    own = ec.derive_private_key(number(SENDERS_KEY), ec.SECP256R1())
    sealed = encrypt(PLAIN, PUBLIC_KEY, SECRET, own, decoded(SALT))
    assert encoded(sealed) == SEALED
    browser = PushBrowser("", number(BROWSERS_KEY), decoded(SECRET))
    assert browser.form["public_key"] == PUBLIC_KEY
    assert browser.opened(decoded(SEALED)) == PLAIN


@given(st.binary(max_size=MOST_BYTES))
@settings(max_examples=30, deadline=None)
def test_a_browser_opens_whatever_is_sealed_for_it_and_no_other_does(message):
    browser = PushBrowser("")
    sealed = encrypt(
        message + b"!"[: MOST_BYTES - len(message)], browser.form["public_key"], browser.form["secret"]
    )
    assert len(sealed) <= 4096
    assert browser.opened(sealed).startswith(message)
    assert sealed != encrypt(message, browser.form["public_key"], browser.form["secret"])


def test_what_is_too_long_is_refused():
    with pytest.raises(ValueError, match="at most"):
        encrypt(b"x" * (MOST_BYTES + 1), PUBLIC_KEY, SECRET)


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("", SECRET),
        (PUBLIC_KEY[:-4], SECRET),
        ("B" + "A" * 86, SECRET),  # no point of the curve
        ("键" * 10, SECRET),
        (PUBLIC_KEY, ""),
        (PUBLIC_KEY, SECRET + "AAAA"),
    ],
)
def test_keys_that_are_none_are_refused(key, secret):
    with pytest.raises(BadKey):
        check_keys(key, secret)
