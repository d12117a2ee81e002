"""Signing in by a phone that is signed in: what each side sees, and what nobody can do with half of it."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from meiri.members import limits, scanning
from meiri.members.models import SignIn
from meiri.members.scan_requests import ScanRequest, ScanState
from meiri.security.models import SecurityEvent
from tests.members.one_time_codes import code_of
from tests.members.people import a_member, an_editor, words
from tests.members.test_second_factor import set_up
from tests.members.test_sign_ins import DESK, PHONE, is_in, signed_in

pytestmark = pytest.mark.django_db


def asking(user_agent=DESK, **options) -> Client:
    """A desktop whose sign-in page shows a code."""
    desk = Client(headers={"user-agent": user_agent}, **options)
    assert desk.post("/members/login/scan/")["Location"] == "/members/login/scan/"
    return desk


def address_in_code(desk) -> str:
    """Where the code leads that `desk` shows: what a camera reads."""
    secret = desk.cookies[scanning.cookie_name()].value
    page = words(desk.get("/members/login/scan/"))
    assert scanning.code_of(secret) in page
    return f"/members/scan/{scanning.token_of(secret)}/"


def number_on(desk) -> str:
    return re.search(r'<b class="scan-number">(\d{4})</b>', words(desk.get("/members/login/scan/")))[1]


def state_on(desk) -> str:
    return desk.get("/members/login/scan/state/").json()["state"]


def confirm(phone, desk, number=""):
    return phone.post(address_in_code(desk), {"answer": "confirm", "number": number or number_on(desk)})


def wrong(number: str) -> str:
    return f"{(int(number) + 1) % 10_000:04}"


def test_a_phone_signs_a_desktop_in():
    a_member()
    phone, desk = signed_in(PHONE), asking()
    page = words(phone.get(address_in_code(desk)))
    assert "<dd>Windows 上的 Edge</dd>" in page
    assert "与这部手机在同一网络" in page
    assert "只有登录页是您自己刚刚在那台电脑上打开的" in page
    assert "scan-number" not in page
    assert state_on(desk) == "asked"
    assert "已确认登录" in words(confirm(phone, desk))
    assert state_on(desk) == "confirmed"
    assert '“<span translate="no"><bdi>林间</bdi></span>”已在手机上确认' in words(
        desk.get("/members/login/scan/")
    )
    assert not is_in(desk)  # looking at a page signs nobody in
    assert desk.post("/members/login/scan/enter/")["Location"] == "/members/"
    assert is_in(desk)
    assert not ScanRequest.objects.exists()
    assert list(SecurityEvent.objects.order_by("pk").values_list("event", "about"))[-2:] == [
        ("scan_confirmed", "Windows 上的 Edge"),
        ("signed_in", ""),
    ]
    assert SecurityEvent.objects.last().details == {"ways": ["scan"]}


def test_it_leads_to_where_the_reader_wanted_to_go_and_never_off_the_site():
    a_member()
    phone, desk = signed_in(PHONE), Client()
    assert desk.post("/members/login/scan/", {"next": "/members/history/"})["Location"].endswith(
        "?next=%2Fmembers%2Fhistory%2F"
    )
    confirm(phone, desk)
    assert 'value="/members/history/"' in words(desk.get("/members/login/scan/?next=/members/history/"))
    assert (
        desk.post("/members/login/scan/enter/", {"next": "/members/history/"})["Location"]
        == "/members/history/"
    )
    other = Client()
    assert (
        other.post("/members/login/scan/", {"next": "https://evil.example/"})["Location"]
        == "/members/login/scan/"
    )


def test_the_desktop_is_ended_from_the_list_of_sessions():
    a_member()
    phone, desk = signed_in(PHONE), asking()
    confirm(phone, desk)
    desk.post("/members/login/scan/enter/")
    desk.get("/members/")
    assert "<b>Windows 上的 Edge</b>" in words(phone.get("/members/sign-ins/"))
    phone.post(f"/members/sign-ins/{SignIn.objects.get(session=desk.session.stored_key).pk}/end/")
    assert not is_in(desk)


def test_what_was_used_is_of_no_use_again():
    a_member()
    phone, desk = signed_in(PHONE), asking()
    address, secret = address_in_code(desk), desk.cookies[scanning.cookie_name()].value
    confirm(phone, desk)
    desk.post("/members/login/scan/enter/")
    thief = Client()
    thief.cookies[scanning.cookie_name()] = secret
    assert thief.post("/members/login/scan/enter/").status_code == 410
    assert not is_in(thief)
    assert phone.get(address).status_code == 410
    assert phone.post(address, {"answer": "confirm", "number": "0000"}).status_code == 410


def test_whoever_sees_the_code_or_has_another_browser_is_not_signed_in():
    a_member()
    phone, desk, other = signed_in(PHONE), asking(), asking()
    address = address_in_code(desk)
    confirm(phone, desk)
    assert state_on(other) == "asked"
    assert other.post("/members/login/scan/enter/").status_code == 410
    thief = Client()
    thief.cookies[scanning.cookie_name()] = address.split("/")[3]  # what the code holds
    assert thief.post("/members/login/scan/enter/").status_code == 410
    assert (is_in(other), is_in(thief)) == (False, False)
    assert desk.post("/members/login/scan/enter/").status_code == 302


def test_the_database_holds_nothing_that_signs_in_or_tells_an_address():
    a_member()
    phone, desk = signed_in(PHONE), asking()
    confirm(phone, desk)
    kept = str(ScanRequest.objects.values().get())
    secret = desk.cookies[scanning.cookie_name()].value
    assert not [text for text in (secret, scanning.token_of(secret), "127.0.0.1") if text in kept]


@pytest.mark.parametrize("moment", ["asked", "confirmed"])
def test_it_ends_after_its_minutes(moment):
    a_member()
    phone, desk = signed_in(PHONE), asking()
    address, number = address_in_code(desk), number_on(desk)
    assert ScanRequest.objects.get().ends_at - ScanRequest.objects.get().asked_at == timedelta(minutes=2)
    if moment == "confirmed":
        confirm(phone, desk)
        assert ScanRequest.objects.get().ends_at <= timezone.now() + timedelta(minutes=1)
    ScanRequest.objects.update(ends_at=timezone.now())
    assert phone.post(address, {"answer": "confirm", "number": number}).status_code == 410
    assert state_on(desk) == "over"
    assert "二维码已经失效" in words(desk.get("/members/login/scan/"))
    assert desk.post("/members/login/scan/enter/").status_code == 410
    assert not is_in(desk)
    scanning.forget_scan_requests()
    assert not ScanRequest.objects.exists()


def test_a_phone_says_no():
    a_member()
    phone, desk = signed_in(PHONE), asking()
    address, number = address_in_code(desk), number_on(desk)
    assert "已拒绝登录" in words(phone.post(address, {"answer": "refuse", "number": number}))
    assert state_on(desk) == "refused"
    assert "手机上没有同意这次登录" in words(desk.get("/members/login/scan/"))
    assert phone.post(address, {"answer": "confirm", "number": number}).status_code == 410
    assert desk.post("/members/login/scan/enter/").status_code == 410
    assert SecurityEvent.objects.last().event == "scan_refused"


def test_the_third_wrong_number_ends_it():
    a_member()
    phone, desk = signed_in(PHONE), asking()
    address, number = address_in_code(desk), number_on(desk)
    for _ in range(2):
        answer = confirm(phone, desk, wrong(number))
        assert (answer.status_code, "数字不对" in words(answer)) == (422, True)
    assert confirm(phone, desk, wrong(number)).status_code == 410
    assert phone.post(address, {"answer": "confirm", "number": number}).status_code == 410
    assert state_on(desk) == "refused"


def test_who_is_not_signed_in_is_asked_to_and_comes_back():
    desk = asking()
    address = address_in_code(desk)
    stranger = Client()
    assert stranger.get(address)["Location"] == f"/members/login/?next={address}"
    assert stranger.post(address, {"answer": "confirm", "number": number_on(desk)}).status_code == 302
    assert state_on(desk) == "asked"


def test_no_step_is_taken_by_a_form_of_another_site():
    a_member()
    strict = {"enforce_csrf_checks": True}
    phone = signed_in(PHONE)
    desk = asking()
    outside = Client(**strict)
    outside.cookies = phone.cookies
    number = number_on(desk)
    assert outside.post(address_in_code(desk), {"answer": "confirm", "number": number}).status_code == 403
    assert Client(**strict).post("/members/login/scan/").status_code == 403
    entering = Client(**strict)
    entering.cookies = desk.cookies
    assert entering.post("/members/login/scan/enter/").status_code == 403
    assert desk.get("/members/login/scan/enter/").status_code == 405
    assert ScanRequest.objects.get().state == ScanState.ASKED


@pytest.mark.parametrize("deed", ["logout", "password", "blocked"])
def test_a_phone_that_is_not_signed_in_any_more_has_confirmed_nothing(deed):
    member = a_member()
    phone, desk = signed_in(PHONE), asking()
    confirm(phone, desk)
    if deed == "logout":
        phone.post("/members/logout/")
    elif deed == "password":
        member.set_password("另一个好密码-2048")
        member.save()
    else:
        member.is_active = False
        member.save()
    assert desk.post("/members/login/scan/enter/").status_code == 410
    assert not is_in(desk)


def test_a_second_factor_is_asked_for_at_the_desktop():
    a_member()
    phone = signed_in(PHONE)
    secret = set_up(phone)
    desk = asking()
    confirm(phone, desk)
    assert desk.post("/members/login/scan/enter/")["Location"].startswith("/members/security/authenticate/")
    assert not is_in(desk)
    desk.post("/members/security/authenticate/", {"code": code_of(secret, ahead=1)})
    assert is_in(desk)


def test_the_newsroom_scans_with_a_second_factor_alone():
    an_editor()
    phone, desk = signed_in(PHONE, "bianji"), asking()
    address = address_in_code(desk)
    assert phone.get(address).status_code == 403
    assert phone.post(address, {"answer": "confirm", "number": number_on(desk)}).status_code == 403
    assert state_on(desk) == "asked"


def test_a_scan_proves_nothing_anew():
    """Whoever holds a phone for a moment does not become able to change how its owner signs in."""
    a_member()
    phone, desk = signed_in(PHONE), asking()
    confirm(phone, desk)
    desk.post("/members/login/scan/enter/")
    assert desk.get("/members/security/totp/activate/")["Location"].startswith("/members/again/")
    assert 'name="old_password"' in words(desk.get("/members/password/"))


def test_a_flood_is_refused_and_signing_in_by_password_goes_on(monkeypatch):
    monkeypatch.setattr(limits, "MOST_SCANS", 2)
    a_member()
    assert [Client().post("/members/login/scan/").status_code for _ in range(3)] == [302, 302, 429]
    assert limits.TOO_MANY in words(Client().post("/members/login/scan/"))
    assert ScanRequest.objects.count() == 2
    assert is_in(signed_in())


def test_numbers_are_typed_a_few_times(monkeypatch):
    monkeypatch.setattr(limits, "MOST_CONFIRMED", 1)
    a_member()
    phone, first, second = signed_in(PHONE), asking(), asking()
    assert confirm(phone, first, wrong(number_on(first))).status_code == 422
    assert confirm(phone, second).status_code == 429
    assert state_on(second) == "asked"


def test_a_made_up_cookie_or_address_leads_nowhere():
    a_member()
    desk, phone = Client(), signed_in(PHONE)
    for secret in ("x", "\x00", "é" * 200, "0" * 43):
        desk.cookies[scanning.cookie_name()] = secret
        assert state_on(desk) == "over"
        assert desk.post("/members/login/scan/enter/").status_code == 410
    assert phone.get(f"/members/scan/{'0' * 40}/").status_code == 410


def test_a_session_that_the_clock_deletes_takes_its_answer_along():
    a_member()
    phone, desk = signed_in(PHONE), asking()
    confirm(phone, desk)
    ScanRequest.objects.get().confirmed_by.__class__.objects.update(expire_date=timezone.now())
    assert desk.post("/members/login/scan/enter/").status_code == 410
    call_command("clearsessions")
    assert not ScanRequest.objects.exists()


def test_the_page_of_signing_in_offers_it_also_without_a_script(django_assert_num_queries):
    page = words(Client().get("/members/login/?next=/members/history/"))
    form = re.search(r'<form method="post" action="/members/login/scan/">(.*?)</form>', page, re.DOTALL)[1]
    assert 'value="/members/history/"' in form
    desk = asking()
    with django_assert_num_queries(1):
        state_on(desk)


def test_two_windows_of_a_browser_show_one_code():
    desk = asking()
    first = address_in_code(desk)
    desk.post("/members/login/scan/")
    assert address_in_code(desk) == first
    assert ScanRequest.objects.count() == 1


def test_who_confirms_twice_is_told_the_same_twice():
    a_member()
    phone, desk = signed_in(PHONE), asking()
    address, number = address_in_code(desk), number_on(desk)
    for _ in range(2):
        answer = phone.post(address, {"answer": "confirm", "number": number})
        assert answer.status_code == 200
        assert "已确认登录" in words(answer)
    assert "已确认登录" not in words(signed_in(PHONE).get(address))
