"""Who guesses at passwords is stopped, and the owner of the account is not."""

import pytest
from django.test import Client

from meiri.members.limits import MOST_GUESSES, MOST_MESSAGES, MOST_MESSAGES_IN_ALL, OF_NETWORK
from tests.members.people import PASSWORD, a_member, a_registered_member, code_in, words

pytestmark = pytest.mark.django_db
MAIL = "lin@paper.example"


def login(client, name="lin.wanzhou", password=PASSWORD, address="198.51.100.7"):
    return client.post("/members/login/", {"login": name, "password": password}, REMOTE_ADDR=address)


def is_in(client) -> bool:
    return "我的账号" in words(client.get("/members/"))


def guess_from_everywhere(name: str, times: int = MOST_GUESSES + 2) -> list[int]:
    """The answers to wrong passwords, each from another network."""
    return [login(Client(), name, f"wrong {n}", f"203.{n}.113.9").status_code for n in range(times)]


def a_device_of(name: str) -> Client:
    """A browser that was signed in with it once and is not any more."""
    device = Client()
    login(device, name)
    device.post("/members/logout/")
    assert not is_in(device)
    return device


def test_b10_wrong_passwords_from_everywhere_do_not_keep_the_owner_out():
    a_member()
    known = a_device_of("lin.wanzhou")
    assert guess_from_everywhere("lin.wanzhou")[-1] == 429
    login(known)
    assert is_in(known)


def test_b10_the_guesser_cannot_go_on_even_with_the_right_password():
    a_member()
    guess_from_everywhere("lin.wanzhou")
    guesser = Client()
    answer = login(guesser, address="192.0.2.200")
    assert (answer.status_code, is_in(guesser)) == (429, False)
    assert "用验证码、通行密钥登录" in words(answer)


def test_b10_the_owner_with_a_new_browser_comes_in_by_a_code(mailoutbox):
    a_registered_member(MAIL)
    guess_from_everywhere(MAIL)
    owner = Client()
    assert login(owner, MAIL).status_code == 429
    owner.post("/members/login/code/", {"contact": MAIL})
    owner.post("/members/login/code/confirm/", {"code": code_in(mailoutbox[0].body)})
    assert is_in(owner)
    owner.post("/members/logout/")
    login(owner, MAIL)  # known from now on
    assert is_in(owner)


def test_b10_another_name_of_the_account_gives_no_more_guesses():
    member = a_registered_member(MAIL)
    guess_from_everywhere(MAIL)
    assert login(Client(), member.username, "wrong", "192.0.2.200").status_code == 429


def test_b10_a_known_browser_is_no_way_to_guess():
    a_member()
    known = a_device_of("lin.wanzhou")
    answers = [login(known, password="wrong").status_code for _ in range(MOST_GUESSES + 1)]
    assert answers[-1] == 429
    # It does not stop others of the account.
    other = Client()
    login(other)
    assert is_in(other)


def test_b10_a_browser_known_to_one_account_is_nobody_to_another():
    a_member()
    a_member("zhao.xi")
    known = a_device_of("zhao.xi")
    guess_from_everywhere("lin.wanzhou")
    assert login(known).status_code == 429


def test_b10_a_made_up_cookie_is_nothing():
    a_member()
    guess_from_everywhere("lin.wanzhou")
    forger = Client()
    forger.cookies["known"] = "device.1:sign"
    assert login(forger).status_code == 429


def test_b10_the_cookie_is_for_the_door_alone_and_not_for_scripts():
    a_member()
    client = Client()
    answer = login(client)
    cookie = answer.cookies["known"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/members/", True, "Lax")
    assert "known" not in login(Client(), password="wrong").cookies


def test_b10_one_network_is_stopped_before_the_account_is():
    a_member()
    answers = [
        login(Client(), password="wrong", address=f"203.0.113.{n}").status_code
        for n in range(3 * MOST_GUESSES)
    ]
    assert answers.count(200) + answers.count(422) == OF_NETWORK[0][1]
    assert answers[-1] == 429
    owner = Client()
    login(owner)
    assert is_in(owner)


def test_b10_a_wrong_password_asked_for_again_does_not_hang_on_what_others_guess(client):
    a_member()
    client.force_login(a_member("zhao.xi"))
    guess_from_everywhere("zhao.xi")
    assert "密码不正确" in words(client.post("/members/again/", {"password": "wrong"}))
    assert client.post("/members/again/", {"password": PASSWORD}).status_code == 302


def test_b10_who_has_codes_sent_does_not_keep_the_owner_from_one(mailoutbox):
    a_registered_member(MAIL)
    known = a_device_of(MAIL)

    def ask(client, address) -> int:
        return client.post("/members/login/code/", {"contact": MAIL}, REMOTE_ADDR=address).status_code

    assert [ask(Client(), "203.0.113.9") for _ in range(MOST_MESSAGES + 1)][-1] == 429
    assert ask(Client(), "192.0.2.200") == 302  # the owner, from another network
    answers = [ask(Client(), f"203.{n}.113.9") for n in range(MOST_MESSAGES_IN_ALL)]
    assert answers[-1] == 429
    assert ask(known, "203.0.113.9") == 302
    assert len(mailoutbox) == MOST_MESSAGES_IN_ALL + 1
