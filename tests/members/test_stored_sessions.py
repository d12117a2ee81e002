"""What the database says of a session signs nobody in."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from meiri.members.models import SignIn, User
from meiri.members.stored_sessions import SessionStore, stored_key
from tests.coroutines import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    client.force_login(User.objects.create_user("lin", password="a long password 7"))
    assert client.get(reverse("member-sign-ins")).status_code == 200
    return client


def test_b8_the_database_holds_no_key_of_a_session(signed_in):
    key = signed_in.session.session_key
    row = Session.objects.get()
    assert row.pk == stored_key(key)
    assert SignIn.objects.get().session_id == row.pk
    assert key not in str(row.get_decoded())


def test_b8_what_stands_in_the_database_is_no_key(signed_in, client):
    signed_in.cookies["sessionid"] = Session.objects.get().pk
    assert signed_in.get(reverse("member-sign-ins")).status_code == 302


def test_a_session_is_saved_found_renewed_and_ended():
    session = SessionStore()
    session["word"] = "日"
    session.save()
    key = session.session_key
    assert SessionStore(key)["word"] == "日"
    assert SessionStore(key).exists(key)
    session.cycle_key()
    assert session.session_key != key
    assert not session.exists(key)
    assert SessionStore(session.session_key)["word"] == "日"
    unknown = SessionStore("a" * 32)
    assert "word" not in unknown
    assert unknown.session_key is None
    SessionStore().delete(session.session_key)
    session.flush()
    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_session_is_the_same_to_coroutines():
    async def live() -> None:
        session = SessionStore()
        await session.aset("word", "日")
        await session.asave()
        key = session.session_key
        assert await SessionStore(key).aget("word") == "日"
        assert await session.aexists(key)
        assert (await Session.objects.aget()).pk == stored_key(key)
        await session.adelete()
        assert not await session.aexists(key)

    run(live())
