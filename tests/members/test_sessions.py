"""How long sessions last."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from meiri.members.limits import MOST_LOGINS
from meiri.members.sessions import KEPT
from tests.members.people import PASSWORD, a_member, an_editor, words

pytestmark = pytest.mark.django_db
MINUTE, HOUR = 60, 3600


def signed_in(person) -> Client:
    client = Client()
    client.post("/members/login/", {"login": person.username, "password": PASSWORD})
    return client


def let_time_pass(client, *, began=0, seen=0) -> None:
    session = client.session
    kept = session[KEPT]
    session[KEPT] = kept | {"began": kept["began"] - began, "seen": kept["seen"] - seen}
    session.save()


def is_in(client) -> bool:
    return "我的账号" in words(client.get("/members/"))


def test_nobody_is_signed_out_of_the_newsroom_by_the_address_of_a_picture():
    client = signed_in(an_editor())
    answer = client.get("/admin/logout/")
    assert answer.status_code == 405
    assert not answer.cookies
    assert client.get("/admin/").status_code == 200
    assert client.post("/admin/logout/").status_code == 302
    assert client.get("/admin/").status_code == 302


def test_b24_an_editor_signs_in_again_after_half_an_hour_without_doing_anything():
    client = signed_in(an_editor())
    let_time_pass(client, seen=29 * MINUTE)
    assert client.get("/admin/").status_code == 200
    let_time_pass(client, seen=29 * MINUTE)  # what was done in between counts
    assert client.get("/admin/").status_code == 200
    let_time_pass(client, seen=31 * MINUTE)
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert not is_in(client)


def test_b24_an_editor_signs_in_again_after_twelve_hours_whatever_was_done():
    client = signed_in(an_editor())
    let_time_pass(client, began=11.9 * HOUR)
    assert client.get("/admin/").status_code == 200
    let_time_pass(client, began=0.2 * HOUR)
    assert not is_in(client)
    assert not Session.objects.exists()


def test_b24_the_row_of_an_editors_session_goes_with_it():
    client = signed_in(an_editor())
    let_time_pass(client, began=2 * HOUR, seen=5 * MINUTE)
    client.get("/admin/")
    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(hours=9.9) < left < timedelta(hours=10.1)


def test_b24_what_a_page_asks_by_itself_keeps_nobody_signed_in():
    client = signed_in(an_editor())
    let_time_pass(client, seen=29 * MINUTE)
    client.post("/admin/editing-sessions/ping/newsroom/article/1/1/")
    let_time_pass(client, seen=2 * MINUTE)
    assert not is_in(client)


def test_b24_a_reader_stays_signed_in_as_before():
    client = signed_in(a_member())
    let_time_pass(client, began=13 * 24 * HOUR, seen=13 * 24 * HOUR)
    assert is_in(client)


def test_b24_a_reader_who_joins_the_newsroom_signs_in_again():
    from django.contrib.auth.models import Permission

    reader = a_member()
    client = signed_in(reader)
    let_time_pass(client, began=24 * HOUR, seen=24 * HOUR)
    reader.user_permissions.add(Permission.objects.get(codename="access_admin"))
    assert client.get("/admin/")["Location"].startswith("/admin/login/")


def test_b24_a_session_from_before_ends_for_an_editor_and_not_for_a_reader():
    for person, stays in ((an_editor(), False), (a_member(), True)):
        client = signed_in(person)
        session = client.session
        del session[KEPT]
        session.save()
        assert is_in(client) == stays


def test_b24_a_text_that_is_saved_by_itself_is_not_taken_for_saved():
    client = signed_in(an_editor())
    let_time_pass(client, seen=31 * MINUTE)
    saved = client.post(
        "/admin/snippets/newsroom/article/add/", {"title": "甲"}, headers={"accept": "application/json"}
    )
    assert (saved.status_code, saved.json()["success"]) == (401, False)
    assert "登录已过期" in saved.json()["error_message"]


def test_b24_whoever_only_asks_for_a_passkey_leaves_no_session_for_long():
    ask = {"x-requested-with": "XMLHttpRequest"}
    assert "challenge" in Client().get("/members/security/webauthn/login/", headers=ask).content.decode()
    assert Session.objects.get().expire_date < timezone.now() + timedelta(hours=1, minutes=1)
    answers = [
        Client().get("/members/security/webauthn/login/", headers=ask).status_code for _ in range(MOST_LOGINS)
    ]
    assert answers[-1] == 429
    assert Session.objects.count() == MOST_LOGINS


def test_b24_whoever_signs_in_after_a_session_of_nobody_has_one_of_full_length():
    a_member()
    client = Client()
    client.get("/members/security/webauthn/login/", headers={"x-requested-with": "XMLHttpRequest"})
    client.post("/members/login/", {"login": "lin.wanzhou", "password": PASSWORD})
    assert Session.objects.get(signin__isnull=False).expire_date > timezone.now() + timedelta(days=13)
