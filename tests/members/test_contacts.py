"""A number is one number however it is written; what is none is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.members.contacts import Contact, contact_of, masked, phone_number

mainland = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@given(mainland, st.sampled_from(["", "+86", "86", "0086", "+86 "]), st.sampled_from(["", " ", "-"]))
def test_a_mainland_number_is_the_same_however_it_is_written(number, prefix, gap):
    written = f"{prefix}{number[:3]}{gap}{number[3:7]}{gap}{number[7:]}"
    assert phone_number(written) == f"+86{number}"
    assert contact_of(f" {written} ") == Contact(phone=f"+86{number}")


@given(st.text(max_size=300))
def test_any_text_is_a_contact_or_none(text):
    contact = contact_of(text)
    assert contact is None or bool(contact.email) != bool(contact.phone)
    if contact:
        assert contact_of(str(contact)) == contact


@pytest.mark.parametrize(
    "text", ["", "12800138000", "1380013800", "+86 10 6500 0000", "+0138", "a@b", "@", "+86138001380000"]
)
def test_what_is_no_contact_is_refused(text):
    assert contact_of(text) is None


@given(mainland)
def test_pages_never_show_a_whole_number(number):
    assert number not in masked(f"+86{number}")
