"""Readers join, sign in, change what others see, and leave."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from meiri.members.limits import MOST_GUESSES, MOST_LOGINS, MOST_MESSAGES
from tests.members.people import PASSWORD, a_member, a_registered_member, code_in, texts, words

pytestmark = pytest.mark.django_db

MAIL, NUMBER = "lin@paper.example", "138 0013 8000"
FORM = {"contact": MAIL, "nickname": "林间", "password1": PASSWORD, "consent": "on"}


@pytest.fixture(autouse=True)
def own_outbox(settings, tmp_path):
    settings.HOME = tmp_path


def register(client, **fields):
    return client.post("/members/register/", {**FORM, **fields})


def login(client, name="lin.wanzhou", password=PASSWORD, **more):
    return client.post("/members/login/", {"login": name, "password": password, **more})


def people():
    return get_user_model().objects


def test_a_reader_joins_by_mail(client, mailoutbox):
    assert register(client)["Location"] == "/members/email/confirm/"
    page = words(client.get("/members/email/confirm/"))
    assert "li***@paper.example" in page
    assert "我的账号" not in words(client.get("/members/"))
    answer = client.post("/members/email/confirm/", {"code": code_in(mailoutbox[0].body)})
    assert answer["Location"] == "/members/"
    assert "我的账号" in words(client.get("/members/"))
    member = people().get()
    assert (str(member), member.is_staff, member.is_superuser) == ("林间", False, False)
    assert MAIL not in member.username
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("number", [NUMBER, "+86 138-0013-8000", "008613800138000", "１３８００１３８０００"])
def test_a_reader_joins_by_phone_however_the_number_is_written(client, number):
    assert register(client, contact=number)["Location"] == "/members/phone/confirm/"
    message = texts()[-1]
    assert message.startswith("+8613800138000\n【")
    assert client.post("/members/phone/confirm/", {"code": code_in(message)})["Location"] == "/members/"
    member = people().get()
    assert (member.phone, member.phone_verified, member.email) == ("+8613800138000", True, "")
    client.post("/members/logout/")
    assert login(client, "13800138000")["Location"] == "/members/"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"contact": ""}, "请填写手机号或电子邮箱"),
        ({"contact": "12345"}, "请填写手机号或电子邮箱"),
        ({"contact": "+86 12345678"}, "请填写手机号或电子邮箱"),
        ({"contact": "not an@address"}, "请填写手机号或电子邮箱"),
        ({"contact": "x" * 1_000_000 + "@paper.example"}, "手机号或电子邮箱"),
        ({"nickname": "官方客服"}, "请换一个"),
        ({"nickname": "长" * 1_000_000}, "20 字以内"),
        ({"password1": "12345678901"}, "密码"),
        ({"password1": "short"}, "密码"),
        ({"password1": "x" * 1_000_000}, "密码不超过 128 个字符"),
        ({"consent": ""}, "请勾选同意"),
    ],
)
def test_what_is_wrong_is_said(client, fields, message):
    answer = register(client, **fields)
    assert answer.status_code == 422
    summary = re.search(r'<div class="error-summary".*?</div>', words(answer), re.DOTALL)[0]
    assert message in summary
    assert not people().exists()


def test_nobody_becomes_more_than_a_member_by_what_the_form_sends(client):
    register(client, is_superuser="on", is_staff="on", username="admin", groups="1", phone_verified="on")
    member = people().get()
    assert (member.is_superuser, member.is_staff, member.groups.count()) == (False, False, 0)
    assert (member.username != "admin", member.phone_verified) == (True, False)


def test_passwords_are_never_sent_back(client):
    assert PASSWORD not in words(register(client, contact=""))
    assert PASSWORD not in words(login(client))


@pytest.fixture
def hashings(monkeypatch):
    """How often a password was hashed, the work that takes long: the same for every answer."""
    from django.contrib.auth.hashers import get_hasher

    hasher, counted = type(get_hasher()), []
    encode = hasher.encode
    monkeypatch.setattr(
        hasher, "encode", lambda self, *args, **kwargs: counted.append(1) or encode(self, *args, **kwargs)
    )
    return counted


@pytest.mark.parametrize("known", [MAIL, "+8613800138000"])
def test_joining_with_a_contact_that_has_an_account_looks_and_works_as_any_other(
    client, mailoutbox, hashings, known
):
    a_registered_member(known)
    unknown = "xin@paper.example" if "@" in known else "13900139000"
    answers = []
    for contact in (known, unknown):
        hashings.clear()
        visitor = Client()
        answer = register(visitor, contact=contact)
        page = words(visitor.get(answer["Location"]))
        masked = re.sub(r'value="[^"]*"|<b translate="no">.*?</b>', "", page)
        answers.append((answer.status_code, answer["Location"], masked, len(hashings)))
    assert answers[0] == answers[1]
    messages = texts() or [m.body for m in mailoutbox]
    assert "已有账号" in messages[0]
    assert people().count() == 2


@pytest.mark.parametrize("known", ["lin.wanzhou", MAIL, "+8613800138000"])
def test_an_unknown_account_a_wrong_password_and_a_blocked_account_look_and_work_the_same(
    client, hashings, known
):
    a_member() if "." in known and "@" not in known else a_registered_member(known)
    blocked = "bu@paper.example"
    a_registered_member(blocked, is_active=False)
    answers = []
    for name, password in (("nobody.here", PASSWORD), (known, "wrong"), (blocked, PASSWORD)):
        hashings.clear()
        page = login(Client(), name, password)
        answers.append((page.status_code, re.sub(r'value="[^"]*"', "", words(page)), len(hashings)))
    assert "账号或密码不正确" in answers[0][1]
    assert answers[0] == answers[1] == answers[2]


def test_asking_for_a_code_looks_the_same_for_an_unknown_contact(client, mailoutbox):
    a_registered_member(MAIL)
    answers = []
    for contact in (MAIL, "nobody@paper.example"):
        visitor = Client()
        answer = visitor.post("/members/login/code/", {"contact": contact})
        page = words(visitor.get(answer["Location"]))
        answers.append((answer["Location"], re.sub(r'value="[^"]*"|<b translate="no">.*?</b>', "", page)))
    assert answers[0] == answers[1]
    assert [m.to for m in mailoutbox] == [[MAIL], ["nobody@paper.example"]]
    assert "还没有登记会员" in mailoutbox[1].body


def test_whoever_forgot_the_password_comes_in_by_a_code_and_sets_a_new_one(client, mailoutbox):
    member = a_registered_member(MAIL)
    client.post("/members/login/code/", {"contact": MAIL})
    client.post("/members/login/code/confirm/", {"code": code_in(mailoutbox[0].body)})
    page = words(client.get("/members/password/"))
    assert "现在的密码" not in page
    new = PASSWORD + "新"
    client.post("/members/password/", {"new_password1": new, "new_password2": new})
    member.refresh_from_db()
    assert member.check_password(new)


def test_a_code_is_tried_three_times_at_most(client, mailoutbox):
    a_registered_member(MAIL)
    client.post("/members/login/code/", {"contact": MAIL})
    for _ in range(3):
        client.post("/members/login/code/confirm/", {"code": "wrong"})
    client.post("/members/login/code/confirm/", {"code": code_in(mailoutbox[0].body)})
    assert "成为会员" in words(client.get("/members/"))


def test_codes_are_sent_a_few_times_an_hour(client, mailoutbox):
    a_registered_member(MAIL)
    for _ in range(MOST_MESSAGES):
        Client().post("/members/login/code/", {"contact": MAIL})
    answer = Client().post("/members/login/code/", {"contact": MAIL})
    assert answer.status_code == 429
    assert "一小时后再试" in words(answer)
    assert len(mailoutbox) == MOST_MESSAGES


def test_who_began_with_somebody_elses_contact_does_not_keep_it_from_its_owner(client, mailoutbox):
    register(client)
    squatter = people().get()
    owner = Client()
    register(owner, nickname="主人")
    owner.post("/members/email/confirm/", {"code": code_in(mailoutbox[-1].body)})
    assert people().get().nickname == "主人"
    assert not people().filter(pk=squatter.pk).exists()
    client.post("/members/email/confirm/", {"code": code_in(mailoutbox[0].body)})
    assert "成为会员" in words(client.get("/members/"))


def test_signing_in_changes_the_session(client):
    a_member()
    client.get("/members/login/")
    session = client.session
    session["seen"] = True
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    login(client)
    assert client.cookies["sessionid"].value != before
    assert Client(headers={"cookie": f"sessionid={before}"}).get("/members/password/").status_code != 200


def test_signing_in_leads_to_where_one_came_from_and_nowhere_else(client):
    a_member()
    assert login(client, next="/members/password/")["Location"] == "/members/password/"
    client.post("/members/logout/")
    assert login(client, next="https://elsewhere.example/")["Location"] == "/members/"


def test_guessing_at_one_account_is_stopped_from_wherever_it_comes(client):
    a_member()
    for n in range(MOST_GUESSES):
        client.post(
            "/members/login/", {"login": "lin.wanzhou", "password": "x"}, REMOTE_ADDR=f"203.{n}.113.9"
        )
    answer = login(client)
    assert answer.status_code == 429
    assert "15 分钟后再试" in words(answer)


def test_guessing_from_one_address_is_stopped_whatever_the_account(client):
    a_member()
    for n in range(MOST_LOGINS):
        login(client, f"name{n}", "x")
    assert login(client).status_code == 429


def test_a_robot_is_told_what_it_wants_to_hear(client):
    assert register(client, website="https://elsewhere.example/")["Location"] == "/members/"
    assert not people().exists()


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


def test_a_member_changes_the_mail_address_when_it_is_proven(client, mailoutbox):
    member = a_registered_member(MAIL)
    login(client, MAIL)
    client.post("/members/email/", {"email": "xin@paper.example", "action_add": "1"})
    member.refresh_from_db()
    assert member.email == MAIL
    client.post("/members/email/confirm/", {"code": code_in(mailoutbox[-1].body)})
    member.refresh_from_db()
    assert member.email == "xin@paper.example"
    assert list(EmailAddress.objects.values_list("email", "verified")) == [("xin@paper.example", True)]


def test_a_member_adds_a_number_when_it_is_proven(client):
    member = a_registered_member(MAIL)
    login(client, MAIL)
    client.post("/members/phone/", {"phone": NUMBER})
    member.refresh_from_db()
    assert member.phone is None
    client.post("/members/phone/confirm/", {"code": code_in(texts()[-1])})
    member.refresh_from_db()
    assert (member.phone, member.phone_verified) == ("+8613800138000", True)


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


def test_accounts_of_the_newsroom_do_not_leave_by_that_door(client):
    editor = a_member()
    editor.groups.add(Group.objects.create(name="编辑"))
    client.force_login(editor)
    assert client.post("/members/leave/", {"password": PASSWORD}).status_code == 403
    assert people().exists()


PAGES = [
    *("nickname", "password", "leave", "email", "phone", "security", "security/totp/activate"),
    *("security/recovery-codes", "security/webauthn", "export", "favourites", "favourites/1"),
    *(
        "history",
        "following",
        "following/channel/keji",
        "notices",
        "notices/read",
        "notices/ways",
        "push",
        "push/1/end",
    ),
]


@pytest.mark.parametrize("address", PAGES)
def test_strangers_are_sent_to_sign_in(client, address):
    answer = client.post(f"/members/{address}/", {})
    if answer.status_code == 405:
        answer = client.get(f"/members/{address}/")
    assert answer.headers["Location"].startswith(("/members/login/?next=", "/members/again/?next="))


@pytest.mark.parametrize("address", ["", "login/", "register/", "login/code/"])
def test_no_page_of_members_is_stored(client, address):
    assert "no-store" in client.get(f"/members/{address}")["Cache-Control"]


@pytest.mark.parametrize("address", ["login", "register", "logout", "login/code", *PAGES])
def test_every_form_needs_its_token(address):
    assert Client(enforce_csrf_checks=True).post(f"/members/{address}/", {}).status_code == 403


@pytest.mark.parametrize("name", ["\x00", "长" * 1_000_000, "\ud83d", "'; --"])
def test_a_login_survives_any_name(client, name):
    body = {"login": name.encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "password": "x\x00"}
    assert client.post("/members/login/", body).status_code == 422


def test_the_welcome_costs_no_query_of_its_own(client):
    client.get("/members/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/members/")
    assert not [q for q in queries if "members_user" in q["sql"] or "session" in q["sql"]]
