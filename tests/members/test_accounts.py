"""The newsroom's accounts in Wagtail's settings know our user."""

import pytest
from django.contrib.auth import get_user_model

pytestmark = pytest.mark.django_db
PASSWORD = "竹林深处有人家-1024"


def test_an_administrator_makes_and_changes_an_account(client, admin_user):
    client.force_login(admin_user)
    assert 'name="nickname"' in client.get("/admin/users/new/").content.decode()
    made = client.post(
        "/admin/users/new/",
        {"username": "chen.yu", "nickname": "陈雨", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert made.status_code == 302
    user = get_user_model().objects.get(username="chen.yu")
    assert (user.nickname, str(user), user.email) == ("陈雨", "陈雨", "")
    assert user.check_password(PASSWORD)
    address = f"/admin/users/edit/{user.pk}/"
    assert 'value="陈雨"' in client.get(address).content.decode()
    client.post(address, {"username": "chen.yu", "nickname": "陈小雨", "is_active": "on"})
    user.refresh_from_db()
    assert user.nickname == "陈小雨"
    assert user.check_password(PASSWORD)
    assert "chen.yu" in client.get("/admin/users/").content.decode()


def test_the_newsroom_signs_in_at_the_members_door(client):
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/")["Location"] == "/members/login/?next=%2Fadmin%2F"
