"""Sessions that Valkey has at hand: what it remembers signs nobody in, and what it forgets signs nobody out."""

from datetime import timedelta

import pytest
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from meiri import valkey as link_module
from meiri.members.models import SignIn, User
from meiri.members.sign_ins import end_sign_in_session
from meiri.members.stored_sessions import SessionStore, name_at_hand, sealed, stored_key
from meiri.valkey import valkey
from tests.valkey_server import PATIENCE, ValkeyServer, a_valkey_server

pytestmark = pytest.mark.django_db
PAGE = "member-sign-ins"


@pytest.fixture
def server(settings, monkeypatch):
    monkeypatch.setattr(link_module, "ANSWER_WITHIN", PATIENCE)
    monkeypatch.setattr(link_module, "SLOW", PATIENCE)
    with a_valkey_server() as running:
        settings.REDIS_URL = running.address
        assert valkey().wait(PATIENCE)
        yield running
        valkey().close()


@pytest.fixture
def member(db):
    return User.objects.create_user("lin", password="a long password 7")


@pytest.fixture
def browser(server, member) -> Client:
    """One that is signed in, whose session is at hand."""
    client = Client()
    client.force_login(member)
    for _ in range(2):
        assert is_in(client)
    assert at_hand(server, client)
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse(PAGE)).status_code == 200


def name_of(client: Client) -> str:
    return name_at_hand(stored_key(client.cookies["sessionid"].value))


def at_hand(server: ValkeyServer, client: Client) -> bytes | None:
    return server.ask("GET", name_of(client))


def queries_about_sessions(client: Client) -> tuple[int, int]:
    """How many queries ask for the session alone, and for it together with its user."""
    with CaptureQueriesContext(connection) as queries:
        assert is_in(client)
    asked = [
        query["sql"]
        for query in queries
        if '"django_session"' in query["sql"] and query["sql"].startswith("SELECT")
    ]
    return (
        len([sql for sql in asked if sql.startswith('SELECT "django_session"')]),
        len([sql for sql in asked if '"session_ends_at"' in sql]),
    )


def test_one_query_looks_up_the_session_and_whose_it_is(browser, member, server):
    with CaptureQueriesContext(connection) as queries:
        assert is_in(browser)
    users = [query["sql"] for query in queries if f'"members_user"."id" = {member.pk}' in query["sql"]]
    assert len(users) == 1
    assert queries_about_sessions(browser) == (0, 1)
    server.ask("FLUSHALL")
    assert queries_about_sessions(browser) == (1, 0)
    assert queries_about_sessions(browser) == (0, 1)


def test_a_session_outlasts_valkey(browser, server):
    server.kill()
    assert is_in(browser)
    server.start()
    assert valkey().wait(PATIENCE)
    assert is_in(browser)
    server.ask("FLUSHALL")
    assert is_in(browser)


def test_whoever_signs_out_is_out(browser, server):
    name, key = name_of(browser), browser.cookies["sessionid"].value
    browser.post(reverse("account_logout"))
    assert server.ask("GET", name) is None
    browser.cookies["sessionid"] = key
    assert not is_in(browser)


@pytest.mark.parametrize("then", ["answers again", "comes back with an old snapshot"])
def test_whoever_signs_out_while_valkey_is_away_is_out_everywhere_at_once(browser, server, then, monkeypatch):
    name, key, old = name_of(browser), browser.cookies["sessionid"].value, at_hand(server, browser)
    server.snapshot()
    if then == "answers again":
        # This node does not reach it; others do.
        monkeypatch.setattr("meiri.members.stored_sessions.valkey", lambda: None)
        browser.post(reverse("account_logout"))
        monkeypatch.undo()
        monkeypatch.setattr(link_module, "ANSWER_WITHIN", PATIENCE)
    else:
        server.kill()
        browser.post(reverse("account_logout"))
        server.start()
        assert valkey().wait(PATIENCE)
    assert server.ask("GET", name) == old
    other = Client()
    other.cookies["sessionid"] = key
    assert not is_in(other)
    assert not Session.objects.filter(pk=stored_key(key)).exists()


def test_a_session_that_is_ended_from_elsewhere_is_ended(browser, member, server):
    elsewhere = Client()
    elsewhere.force_login(member)
    assert is_in(elsewhere)
    ended = SignIn.objects.get(session_id=stored_key(browser.cookies["sessionid"].value))
    end_sign_in_session(member, ended.pk)
    assert at_hand(server, browser)
    assert not is_in(browser)
    assert is_in(elsewhere)


def test_a_new_password_ends_sessions_that_are_at_hand(browser, member):
    member.set_password("another long password 8")
    member.save()
    assert not is_in(browser)


def test_who_is_shut_out_is_out(browser, member):
    User.objects.filter(pk=member.pk).update(is_active=False)
    assert not is_in(browser)


def test_what_was_saved_since_is_what_the_session_holds(browser, server):
    old = at_hand(server, browser)
    session = SessionStore(browser.cookies["sessionid"].value)
    session["word"] = "new"
    session.save()
    server.ask("SET", name_of(browser), old)
    found = SessionStore(session.session_key)
    assert found["word"] == "new"
    assert found.confirmed_user is None
    assert SessionStore(session.session_key)["word"] == "new"


def test_a_session_that_ended_by_itself_is_ended(browser, server):
    row = Session.objects.get(pk=stored_key(browser.cookies["sessionid"].value))
    ended = timezone.now() - timedelta(seconds=1)
    Session.objects.filter(pk=row.pk).update(expire_date=ended)
    server.ask("SET", name_of(browser), sealed(row.pk, ended.isoformat(), row.session_data))
    assert not is_in(browser)


def test_what_others_write_there_signs_nobody_in_as_somebody_else(browser, member, server):
    other = User.objects.create_user("zhou", password="a long password 9")
    key = browser.cookies["sessionid"].value
    row = Session.objects.get(pk=stored_key(key))
    stranger = Client()
    stranger.force_login(other)
    assert is_in(stranger)
    # Whoever may read and write there puts the session of another, as it is, in the place of their own.
    taken = at_hand(server, stranger)
    seal, _, data = taken.decode().split(" ")
    own = row.expire_date.isoformat()
    for held in (taken, f"{seal} {own} {data}", f"{own} {data}", b"", b"\xff\xfe", b"1 2 3", f"x {own} x"):
        server.ask("SET", name_of(browser), held)
        session = SessionStore(key)
        assert session["_auth_user_id"] == str(member.pk)
        assert session.confirmed_user is None
    assert SessionStore(key).get("_auth_user_id") == str(member.pk)


def test_sessions_of_nobody_are_in_the_database_only(server):
    session = SessionStore()
    session["word"] = "日"
    session.save()
    assert SessionStore(session.session_key)["word"] == "日"
    assert not [key for key in server.ask("KEYS", "*") if b"session" in key]


def test_valkey_knows_no_key_of_a_session_and_keeps_none_longer_than_a_day(browser, server):
    key = browser.cookies["sessionid"].value.encode()
    names = server.ask("KEYS", "*")
    assert not [name for name in names if key in name or key in server.ask("GET", name)]
    assert 0 < server.ask("TTL", name_of(browser)) <= 24 * 3600


def test_one_that_can_not_be_confirmed_is_asked_of_django(browser, member, server):
    session = SessionStore(browser.cookies["sessionid"].value)
    session[HASH_SESSION_KEY] = "of another password"
    session.save()
    assert not is_in(browser)
