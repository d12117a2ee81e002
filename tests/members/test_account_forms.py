"""Wagtail's forms of accounts: a Chinese name is one field, and everything stands on one page."""

import re

import pytest

from meiri.members.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(User.objects.create_superuser("root", password="x"))
    return client


def test_a_name_in_two_parts_is_one_field_with_the_family_name_first(desk):
    person = User.objects.create_user("lao", first_name="青禾", last_name="沈")
    address = f"/admin/users/edit/{person.pk}/"
    page = desk.get(address).content.decode()
    assert re.search(r'name="first_name"[^>]*value="沈青禾"', page)
    assert 'name="last_name"' not in page
    assert "姓名" in page
    answer = desk.post(address, {"username": "lao", "first_name": "沈青禾", "email": "", "is_active": "on"})
    assert answer.status_code == 302
    person.refresh_from_db()
    assert (person.first_name, person.last_name, str(person)) == ("沈青禾", "", "沈青禾")


def test_a_new_account_is_filled_in_on_one_page(desk):
    page = desk.get("/admin/users/new/").content.decode()
    assert 'role="tab"' not in page
    for name in ("username", "first_name", "email", "password1", "password2", "is_superuser", "groups"):
        assert f'name="{name}"' in page
