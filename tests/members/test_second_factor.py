"""The second factor: set up, asked for, needed in the newsroom, got back when it is lost."""

import re
import time
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from meiri.members.second_factor import take_code
from tests.members.one_time_codes import code_of
from tests.members.people import PASSWORD, a_member, an_editor, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def second_factor_is_needed(settings):
    settings.STAFF_SECOND_FACTOR = True


def login(client, name="bianji", **more):
    return client.post("/members/login/", {"login": name, "password": PASSWORD, **more})


def set_up(client) -> str:
    """The secret of an authenticator app that was just set up by whoever is signed in."""
    page = words(client.get("/members/security/totp/activate/"))
    secret = re.search(r'<code class="secret" translate="no">([A-Z2-7]+)</code>', page)[1]
    # The transaction around a test never commits; what waits for it is done at once, as on a site.
    with patch.object(transaction, "on_commit", lambda deed, **options: deed()):
        answer = client.post("/members/security/totp/activate/", {"code": code_of(secret)})
    assert answer["Location"] == "/members/security/recovery-codes/"
    return secret


def recovery_codes(client) -> list[str]:
    return re.findall(r"<li><code>(\d+)</code>", words(client.get("/members/security/recovery-codes/")))


def test_an_editor_without_one_is_led_to_set_it_up_and_let_in_then(client):
    an_editor()
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    door = client.get("/admin/login/?next=/admin/images/")
    assert door["Location"] == "/members/login/?next=%2Fadmin%2Fimages%2F"
    assert login(client, next="/admin/")["Location"] == "/admin/"
    assert client.get("/admin/")["Location"].startswith("/members/security/")
    page = words(client.get("/members/security/"))
    assert "请先设置两步验证" in page
    set_up(client)
    assert len(recovery_codes(client)) == 10
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    "address", ["/admin/", "/admin/account/", "/admin/api/main/pages/", "/admin/comments/"]
)
def test_no_way_into_the_newsroom_goes_around_it(client, address):
    client.force_login(an_editor(is_superuser=True))
    assert client.get(address)["Location"].startswith("/members/security/")
    assert client.post(address, {})["Location"].startswith("/members/security/")


def test_the_newsrooms_own_door_takes_no_password(client):
    an_editor()
    answer = client.post("/admin/login/", {"username": "bianji", "password": PASSWORD})
    assert answer.status_code == 405
    assert client.get("/admin/password_reset/").status_code == 404
    assert "_auth_user_id" not in client.session


def test_the_door_leads_nowhere_else(client):
    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example/", "/members/leave/"):
        assert (
            client.get("/admin/login/", {"next": elsewhere})["Location"] == "/members/login/?next=%2Fadmin%2F"
        )


def test_the_password_alone_does_not_sign_in_where_there_is_one(client):
    an_editor()
    login(client)
    secret = set_up(client)
    other = Client()
    assert login(other, next="/admin/")["Location"].startswith("/members/security/authenticate/")
    assert "_auth_user_id" not in other.session
    assert "验证码不正确" in words(other.post("/members/security/authenticate/", {"code": "000000"}))
    other.post("/members/security/authenticate/", {"code": code_of(secret, ahead=1)})
    assert other.get("/admin/").status_code == 200


def authenticate(code) -> bool:
    """Whether a new visitor who knows the password comes in with `code`; as in another process, which remembers nothing."""
    visitor = Client()
    login(visitor)
    cache.clear()
    answer = visitor.post("/members/security/authenticate/", {"code": code})
    came_in = "_auth_user_id" in visitor.session
    assert came_in or "已经用过" in words(answer)
    return came_in


def test_b9_a_code_is_good_for_once_also_half_a_minute_later(client):
    an_editor()
    login(client)
    secret = set_up(client)
    code = code_of(secret, ahead=1)
    assert authenticate(code)
    assert not authenticate(code)
    began = time.time()
    with patch("allauth.mfa.totp.internal.auth.time.time", lambda: began + 30):
        assert not authenticate(code)
        assert authenticate(code_of(secret, ahead=1))  # as the clock stands now


def test_b9_a_code_before_the_one_that_was_used_is_refused(client):
    an_editor()
    login(client)
    secret = set_up(client)
    assert authenticate(code_of(secret, ahead=1))
    assert not authenticate(code_of(secret))


def test_b9_the_code_that_set_an_app_up_does_not_sign_in(client):
    an_editor()
    login(client)
    assert not authenticate(code_of(set_up(client)))


def test_b9_a_code_that_was_used_does_not_prove_anything_again(client):
    an_editor()
    login(client)
    secret = set_up(client)
    code = code_of(secret, ahead=1)
    assert authenticate(code)
    forget_proof(client)
    cache.clear()
    answer = client.post("/members/security/reauthenticate/", {"code": code})
    assert "已经用过" in words(answer)


def test_b9_of_two_requests_at_once_one_gets_the_code(client):
    editor = an_editor()
    login(client)
    code = code_of(set_up(client), ahead=1)
    first, second = (Authenticator.objects.get(user=editor, type="totp") for _ in range(2))
    assert [take_code(first, code), take_code(second, code)] == [True, False]


def forget_proof(client) -> None:
    """As if all that was shown in the session had been shown an hour ago."""
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()


@pytest.mark.parametrize(
    "deed", ["totp/deactivate", "totp/activate", "recovery-codes/generate", "webauthn/add"]
)
def test_b24_the_password_alone_changes_no_second_factor(client, deed):
    editor = an_editor()
    login(client)
    secret = set_up(client)
    forget_proof(client)
    if deed == "totp/activate":
        Authenticator.objects.filter(user=editor, type="totp").update(type="webauthn")
        assert client.get(f"/members/security/{deed}/")["Location"].startswith("/members/security/")
        return
    answer = client.post(f"/members/security/{deed}/", {})
    assert answer["Location"].startswith("/members/security/reauthenticate/")
    # The page that asks for the password does not take it instead.
    by_password = client.post("/members/again/", {"password": PASSWORD})
    assert by_password["Location"].startswith("/members/security/reauthenticate/")
    assert client.post(f"/members/security/{deed}/", {})["Location"].startswith("/members/security/reauthen")
    assert Authenticator.objects.filter(user=editor, type="totp").exists()
    client.post("/members/security/reauthenticate/", {"code": code_of(secret, ahead=1)})
    assert client.get(f"/members/security/{deed}/").status_code == 200


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("password", {"old_password": PASSWORD, "new_password1": "新-" + PASSWORD, "new_password2": "新-" + PASSWORD}),
        ("email", {"email": "xin@paper.example", "action_add": "1"}),
        ("phone", {"phone": "13800138000"}),
    ],
)  # fmt: skip
def test_b24_password_and_contacts_change_with_the_second_factor(client, address, sent, mailoutbox):
    editor = an_editor()
    login(client)
    secret = set_up(client)
    forget_proof(client)
    answer = client.post(f"/members/{address}/", sent)
    if address == "password":  # nothing of it is kept: the form is asked for anew
        assert answer["Location"] == "/members/password/"
        answer = client.get("/members/password/")
    assert answer["Location"].startswith("/members/security/reauthenticate/")
    assert "新-" not in str(dict(client.session))
    assert mailoutbox == []
    client.post("/members/security/reauthenticate/", {"code": code_of(secret, ahead=1)})
    client.post(f"/members/{address}/", sent)
    editor.refresh_from_db()
    assert address != "password" or editor.check_password("新-" + PASSWORD)


def test_b24_a_superuser_shows_the_second_factor_before_changing_accounts(client):
    admin, other = an_editor(is_superuser=True), a_member("xiaowang")
    login(client)
    secret = set_up(client)
    form = f"/admin/users/edit/{other.pk}/"
    assert client.get(form).status_code == 200
    forget_proof(client)
    assert client.get("/admin/users/").status_code == 200
    sent = {
        "username": "xiaowang",
        "password1": "新-" + PASSWORD,
        "password2": "新-" + PASSWORD,
        "is_active": "on",
    }
    for address in (
        form, "/admin/users/new/", f"/admin/users/delete/{other.pk}/", "/admin/groups/new/", "/admin/snippets/newsroom/desk/add/",
        f"/admin/bulk/members/user/delete/?id={other.pk}", f"/admin/bulk/members/user/assign_role/?id={other.pk}",
    ):  # fmt: skip
        assert client.get(address)["Location"].startswith("/members/security/reauthenticate/?next=%2Fadmin")
        assert client.post(address, sent)["Location"].startswith("/members/security/reauthenticate/")
    other.refresh_from_db()
    assert other.check_password(PASSWORD)
    assert "新-" not in str(dict(client.session))
    again = client.get(form)["Location"]
    assert client.post(again, {"code": code_of(secret, ahead=1)})["Location"] == form
    client.post(form, sent)
    other.refresh_from_db()
    assert other.check_password("新-" + PASSWORD)
    assert admin.pk != other.pk


def test_codes_are_not_guessed(client):
    from meiri.members.limits import MOST_GUESSES

    an_editor()
    login(client)
    secret = set_up(client)
    other = Client()
    login(other)
    for _ in range(MOST_GUESSES):
        other.post("/members/security/authenticate/", {"code": "000000"})
    answer = other.post("/members/security/authenticate/", {"code": code_of(secret, ahead=1)})
    assert "15 分钟后再试" in words(answer)
    assert "_auth_user_id" not in other.session


def test_a_recovery_code_lets_in_once(client):
    an_editor()
    login(client)
    set_up(client)
    code = recovery_codes(client)[0]
    for expected in (True, False):
        other = Client()
        login(other)
        other.post("/members/security/authenticate/", {"code": code})
        assert ("_auth_user_id" in other.session) == expected


def test_a_secret_is_not_in_the_database_in_clear(client):
    an_editor()
    login(client)
    secret = set_up(client)
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_an_operator_lets_back_in_who_lost_the_device(client, capsys):
    editor = an_editor()
    login(client)
    set_up(client)
    call_command("recover", "bianji")
    assert "bianji" in capsys.readouterr().out
    assert not Authenticator.objects.filter(user=editor).exists()
    # Sessions that passed the lost factor are worth nothing in the newsroom.
    assert client.get("/admin/")["Location"].startswith("/members/security/")
    other = Client()
    login(other, next="/admin/")
    set_up(other)
    assert other.get("/admin/").status_code == 200


def test_recovering_an_unknown_account_says_so():
    with pytest.raises(CommandError, match="nobody"):
        call_command("recover", "nobody")


def test_a_member_may_have_one_and_need_not(client):
    a_member()
    assert login(client, "lin.wanzhou")["Location"] == "/members/"
    set_up(client)
    assert login(Client(), "lin.wanzhou")["Location"].startswith("/members/security/authenticate/")


def test_keys_of_others_cannot_be_touched(client):
    owner, other = a_member(), a_member("zhao.xi")
    key = Authenticator.objects.create(
        user=owner, type=Authenticator.Type.WEBAUTHN, data={"name": "x", "credential": {}}
    )
    client.post("/members/login/", {"login": other.username, "password": PASSWORD})
    for deed in ("remove", "edit"):
        assert (
            client.post(f"/members/security/webauthn/keys/{key.pk}/{deed}/", {"name": "y"}).status_code == 404
        )
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_the_second_factor_can_be_left_out_by_a_setting(client, settings):
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(an_editor())
    assert client.get("/admin/").status_code == 200
