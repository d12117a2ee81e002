"""Members see where they are signed in, and end what they do not know."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from meiri.members.models import SignIn
from meiri.members.sign_ins import device_in_words
from meiri.personal.personal_data import erase_personal_data, export_personal_data
from tests.members.people import PASSWORD, a_member, words

pytestmark = pytest.mark.django_db

PHONE = "Mozilla/5.0 (Linux; Android 14; M1) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0"


def signed_in(user_agent=DESK, name="lin.wanzhou") -> Client:
    client = Client(headers={"user-agent": user_agent})
    client.post("/members/login/", {"login": name, "password": PASSWORD})
    return client


def is_in(client) -> bool:
    return "我的账号" in words(client.get("/members/"))


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (PHONE, "安卓 上的 微信"),
        (DESK, "Windows 上的 Edge"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1",
            "iPhone 上的 Safari",
        ),
        (
            "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114 ArkWeb/4.1 Mobile",
            "鸿蒙 上的 华为浏览器",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Linux 上的 Firefox"),
        ("<script>", "其他浏览器"),
        ("", "其他浏览器"),
    ],
)
def test_a_device_is_named_as_its_owner_knows_it(user_agent, device):
    assert device_in_words(user_agent) == device


def test_a_member_sees_each_session_and_nothing_that_leads_to_a_person():
    a_member()
    desk, phone = signed_in(), signed_in(PHONE)
    page = words(desk.get("/members/sign-ins/"))
    assert "<b>Windows 上的 Edge</b>（本机）" in page
    assert "<b>安卓 上的 微信</b></span>" in page
    row = SignIn.objects.filter(device__contains="微信").get()
    assert "127.0.0.1" not in str(row.__dict__)
    assert str(phone.session.session_key) not in page


def test_a_member_ends_one_session():
    a_member()
    desk, phone, tablet = signed_in(), signed_in(PHONE), signed_in(PHONE)
    key = SignIn.objects.get(session=phone.session.stored_key).pk
    assert desk.post(f"/members/sign-ins/{key}/end/")["Location"] == "/members/sign-ins/"
    assert (is_in(desk), is_in(phone), is_in(tablet)) == (True, False, True)


def test_a_member_ends_all_other_sessions():
    a_member()
    desk, phone, tablet = signed_in(), signed_in(PHONE), signed_in(PHONE)
    other = a_member("other")
    others = signed_in(name=other.username)
    desk.post("/members/sign-ins/end-others/")
    assert (is_in(desk), is_in(phone), is_in(tablet), is_in(others)) == (True, False, False, True)


def test_nobody_ends_anothers_session():
    a_member()
    a_member("other")
    mine, others = signed_in(), signed_in(name="other")
    key = SignIn.objects.get(session=mine.session.stored_key).pk
    others.post(f"/members/sign-ins/{key}/end/")
    assert is_in(mine)


def test_a_new_password_ends_the_others_and_this_one_is_still_known():
    a_member()
    desk, phone = signed_in(), signed_in(PHONE)
    new = PASSWORD + "新"
    desk.post("/members/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert (is_in(desk), is_in(phone)) == (True, False)
    assert "（本机）" in words(desk.get("/members/sign-ins/"))
    assert SignIn.objects.count() == 1


def test_a_password_set_in_the_newsroom_ends_them_too():
    member = a_member()
    phone = signed_in(PHONE)
    member.set_password(PASSWORD + "新")
    member.save()
    desk = Client(headers={"user-agent": DESK})
    desk.post("/members/login/", {"login": member.username, "password": PASSWORD + "新"})
    assert "微信" not in words(desk.get("/members/sign-ins/"))
    assert not is_in(phone)


def test_signing_out_leaves_nothing():
    a_member()
    client = signed_in()
    client.post("/members/logout/")
    assert not SignIn.objects.exists()
    assert not is_in(client)


def test_who_leaves_is_signed_out_everywhere_and_takes_the_list_along():
    member = a_member()
    signed_in(PHONE)
    assert [row["设备"] for row in export_personal_data(member)["登录设备"]] == ["安卓 上的 微信"]
    erase_personal_data(member)
    assert not Session.objects.exists()


def test_a_session_is_noted_once_a_day(client):
    a_member()
    client = signed_in()
    with CaptureQueriesContext(connection) as queries:
        client.get("/members/")
    assert not [q for q in queries if "members_signin" in q["sql"]]


def test_visitors_are_not_asked_who_they_are(client):
    with CaptureQueriesContext(connection) as queries:
        client.get("/search/?q=x")
    assert not [q for q in queries if "session" in q["sql"] or "signin" in q["sql"]]
