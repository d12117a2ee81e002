"""A number is one number however it is written; what is none is refused; who never proves one is forgotten."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from meiri.members import contacts
from meiri.members.contacts import (
    DAYS_TO_PROVE,
    Contact,
    contact_of,
    forget_unproven,
    masked,
    phone_number,
)
from meiri.members.models import User
from tests.members.people import PASSWORD, a_member, a_registered_member

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


@pytest.mark.django_db
def test_accounts_that_were_never_proven_are_forgotten_after_a_week(client, mailoutbox, settings, tmp_path):
    settings.HOME = tmp_path
    form = {"nickname": "林间", "password1": PASSWORD, "consent": "on"}
    client.post("/members/register/", form | {"contact": "lin@paper.example"})
    Client().post("/members/register/", form | {"contact": "13800138000"})
    proven, made = a_registered_member("yi@paper.example"), a_member()
    User.objects.filter(pk=proven.pk).update(last_login=timezone.now())
    assert forget_unproven() == 0
    User.objects.update(date_joined=timezone.now() - timedelta(days=DAYS_TO_PROVE, minutes=1))
    assert forget_unproven() == 2
    assert set(User.objects.all()) == {proven, made}
    assert set(EmailAddress.objects.values_list("user", flat=True)) == {proven.pk}


@pytest.mark.django_db
def test_forgetting_is_done_in_bounded_steps(monkeypatch):
    for n in range(3):
        User.objects.create_user(f"m{n}", registered=True, date_joined=timezone.now() - timedelta(days=30))
    monkeypatch.setattr(contacts, "MOST_FORGOTTEN", 2)
    assert [forget_unproven(), forget_unproven(), forget_unproven()] == [2, 1, 0]
