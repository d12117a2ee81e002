"""Readers join, sign in, change what others see, and leave."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from meiri.members.views import MOST_GUESSES, MOST_LOGINS

pytestmark = pytest.mark.django_db

PASSWORD = "竹林深处有人家-1024"
FORM = {
    "username": "lin.wanzhou",
    "nickname": "林间",
    "password1": PASSWORD,
    "password2": PASSWORD,
    "consent": "on",
}


def words(response):
    return response.content.decode()


def register(client, **fields):
    return client.post("/members/register/", {**FORM, **fields})


def a_member(username="lin.wanzhou", **fields):
    return get_user_model().objects.create_user(username, password=PASSWORD, nickname="林间", **fields)


def login(client, username="lin.wanzhou", password=PASSWORD, **more):
    return client.post("/members/login/", {"username": username, "password": password, **more})


def test_a_reader_joins_and_is_signed_in(client):
    answer = register(client)
    assert answer["Location"] == "/members/"
    page = words(client.get("/members/"))
    assert "我的账号" in page
    assert "lin.wanzhou" in page
    member = get_user_model().objects.get()
    assert (str(member), member.is_staff, member.is_superuser) == ("林间", False, False)
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"username": ""}, "请填写用户名"),
        ({"username": "lin"}, "至少 4 个字符"),
        ({"username": "林晚舟林"}, "只能用字母、数字"),
        ({"username": "admin"}, "这个用户名不能使用"),
        ({"username": "l" * 31}, "不超过 30 个字符"),
        ({"nickname": "官方客服"}, "请换一个"),
        ({"nickname": "长" * 1_000_000}, "20 字以内"),
        ({"password1": "12345678901", "password2": "12345678901"}, "密码"),
        ({"password1": "short", "password2": "short"}, "密码"),
        ({"password2": "别的密码-1024"}, "两次输入的密码不一致"),
        ({"password1": "x" * 1_000_000}, "密码不超过 128 个字符"),
        ({"consent": ""}, "请勾选同意"),
    ],
)
def test_what_is_wrong_is_said(client, fields, message):
    answer = register(client, **fields)
    assert answer.status_code == 422
    summary = re.search(r'<div class="error-summary".*?</div>', words(answer), re.DOTALL)[0]
    assert message in summary
    assert not get_user_model().objects.exists()


def test_a_taken_name_and_a_reserved_one_get_the_same_answer(client):
    a_member()
    pattern = re.compile(r'<p class="field-error" id="id_username_error">(.*?)</p>')
    taken, reserved = register(client, username="LIN.wanzhou"), register(client, username="editor")
    assert pattern.search(words(taken))[1] == pattern.search(words(reserved))[1]


def test_passwords_are_never_sent_back(client):
    assert PASSWORD not in words(register(client, username=""))
    assert PASSWORD not in words(login(client))


def test_an_unknown_name_a_wrong_password_and_a_blocked_account_look_the_same(client):
    a_member()
    a_member("blocked.one", is_active=False)
    answers = [
        words(login(client, "nobody.here")),
        words(login(client, password="wrong")),
        words(login(client, "blocked.one")),
    ]
    strip = re.compile(r'value="[^"]*"')
    assert all("用户名或密码不正确" in a for a in answers)
    assert len({strip.sub("", a) for a in answers}) == 1


def test_signing_in_leads_to_where_one_came_from_and_nowhere_else(client):
    a_member()
    assert login(client, next="/members/password/")["Location"] == "/members/password/"
    client.post("/members/logout/")
    assert login(client, next="https://elsewhere.example/")["Location"] == "/members/"


def test_guessing_at_one_account_is_stopped_from_wherever_it_comes(client):
    a_member()
    for n in range(MOST_GUESSES):
        client.post(
            "/members/login/", {"username": "lin.wanzhou", "password": "x"}, REMOTE_ADDR=f"203.0.113.{n}"
        )
    answer = login(client)
    assert answer.status_code == 429
    assert "15 分钟后再试" in words(answer)


def test_guessing_from_one_address_is_stopped_whatever_the_account(client):
    a_member()
    for n in range(MOST_LOGINS):
        login(client, f"name{n}", "x")
    assert login(client).status_code == 429


def test_signing_out_needs_a_form(client):
    client.force_login(a_member())
    assert client.get("/members/logout/").status_code == 405
    client.post("/members/logout/")
    assert "成为会员" in words(client.get("/members/"))


def test_a_member_changes_the_nickname(client):
    client.force_login(a_member())
    assert client.post("/members/nickname/", {"nickname": "<i>山间</i>"}).status_code == 302
    assert "&lt;i&gt;山间" in words(client.get("/members/"))
    assert client.post("/members/nickname/", {"nickname": "管理员"}).status_code == 422


def test_a_member_changes_the_password_and_stays_signed_in(client):
    member = a_member()
    client.force_login(member)
    wrong = client.post(
        "/members/password/", {"old_password": "x", "new_password1": "a", "new_password2": "b"}
    )
    assert "现在的密码不正确" in words(wrong)
    sent = {"old_password": PASSWORD, "new_password1": PASSWORD + "新", "new_password2": PASSWORD + "新"}
    assert "密码已修改" in words(client.post("/members/password/", sent))
    assert "我的账号" in words(client.get("/members/"))
    member.refresh_from_db()
    assert member.check_password(PASSWORD + "新")


def test_a_member_leaves_for_good(client):
    client.force_login(a_member())
    assert "密码不正确" in words(client.post("/members/leave/", {"password": "x"}))
    assert "账号已注销" in words(client.post("/members/leave/", {"password": PASSWORD}))
    assert not get_user_model().objects.exists()
    assert "成为会员" in words(client.get("/members/"))


def test_accounts_of_the_newsroom_do_not_leave_by_that_door(client):
    editor = a_member()
    editor.groups.add(Group.objects.create(name="编辑"))
    client.force_login(editor)
    assert client.post("/members/leave/", {"password": PASSWORD}).status_code == 403
    assert get_user_model().objects.exists()


@pytest.mark.parametrize("address", ["nickname", "password", "leave"])
def test_strangers_are_sent_to_sign_in(client, address):
    assert client.post(f"/members/{address}/", {}).headers["Location"].startswith("/members/login/?next=")


@pytest.mark.parametrize("address", ["", "login/", "register/"])
def test_no_page_of_members_is_stored(client, address):
    assert "no-store" in client.get(f"/members/{address}")["Cache-Control"]


@pytest.mark.parametrize("address", ["login/", "register/", "logout/"])
def test_every_form_needs_its_token(address):
    assert Client(enforce_csrf_checks=True).post(f"/members/{address}", {}).status_code == 403


@pytest.mark.parametrize("name", ["\x00", "长" * 1_000_000, "\ud83d", "'; --"])
def test_a_login_survives_any_name(client, name):
    body = {"username": name.encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "password": "x\x00"}
    answer = client.post("/members/login/", body)
    assert answer.status_code == 422


def test_the_welcome_costs_no_query_of_its_own(client):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get("/members/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/members/")
    assert not [q for q in queries if "members_user" in q["sql"] or "session" in q["sql"]]
