"""Sessions whose keys only the browsers have: the database holds digests of them.

A key is 32 random characters, so that its digest needs no salt: whoever reads the database or a copy of it can't sign in
with what stands there.

Where the site has a Valkey, sessions of those who are signed in are at hand there too. The database alone says which there are: a session
from Valkey is taken where the database has one of that name which was saved at the same moment, and it says so by the query that looks
up whose it is. So nothing that Valkey remembers, or has been told late or not at all, keeps anybody signed in or brings back what a session held.
"""

import hashlib
from contextlib import suppress
from typing import Any

from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db.models import Subquery
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from meiri.valkey import ValkeyAway, prefix, valkey

# Larger ones, in characters, are in the database only; and so long, in seconds, one is at hand that nobody saves.
LARGEST, AT_HAND = 16_384, 24 * 3600


def stored_key(session_key: str | None) -> str | None:
    """What the database calls the session that a browser knows by `session_key`: 160 bits, as many as the column holds."""
    return session_key and hashlib.sha256(session_key.encode(errors="replace")).hexdigest()[:40]


def name_at_hand(key: str | None) -> str:
    """What Valkey calls the session that the database calls `key`."""
    return f"{prefix()}:session:{key}"


def sealed(key: str, moment: str, data: str) -> str:
    """What Valkey holds of the session `key`: bound to its name, so that whoever may write there can't put one in the place of another."""
    seal = salted_hmac("session at hand", f"{key} {moment} {data}", algorithm="sha256").hexdigest()
    return f"{seal} {moment} {data}"


def opened(key: str, held: str) -> tuple[str, str]:
    """The moment and the data that `sealed` was given; both "" where it was not of this session."""
    _, _, rest = held.partition(" ")
    moment, _, data = rest.partition(" ")
    return (moment, data) if constant_time_compare(sealed(key, moment, data), held) else ("", "")


def user_of_session(key: str, number: str | None, moment: str) -> Any:
    """The user `number`, where the database has a session `key` that was saved to end at `moment`, to the microsecond, and has not ended; else
    None. One query."""
    if not number:
        return None
    users = get_user_model()._default_manager
    lasting = Session.objects.filter(pk=key, expire_date__gt=timezone.now()).values("expire_date")[:1]
    user = users.filter(pk=number).annotate(session_ends_at=Subquery(lasting)).first()
    if user is None or user.session_ends_at is None or user.session_ends_at.isoformat() != moment:
        return None
    del user.session_ends_at
    return user


class SessionStore(DatabaseStore):
    """Django's sessions in the database, looked up and saved under the digests of their keys.

    `confirmed_user`: who is signed in by a session that came from Valkey, as the database has them now; else None.
    """

    confirmed_user: Any = None
    _saved: Session | None = None

    def load(self):
        found = self._load_at_hand()
        if found is None:
            row = self._get_session_from_db()
            found = self.decode(row.session_data) if row else {}
            self._keep_at_hand(row, found)
        return found

    def _load_at_hand(self) -> dict | None:
        """The session as Valkey has it, where the database has the same."""
        link, key = valkey(), self.stored_key
        if link is None or not key:
            return None
        try:
            held = link.ask("GET", name_at_hand(key))
        except ValkeyAway:
            return None
        moment, data = opened(key, (held or b"").decode(errors="replace"))
        found = self.decode(data) if data else {}
        user = user_of_session(key, found.get(SESSION_KEY), moment)
        if user is None:
            return None
        self.confirmed_user = user
        return found

    def _keep_at_hand(self, row: Session | None, held: dict) -> None:
        link = valkey()
        if link is None or row is None or SESSION_KEY not in held or len(row.session_data) > LARGEST:
            return
        seconds = min((row.expire_date - timezone.now()).total_seconds(), AT_HAND)
        if seconds >= 1:
            value = sealed(row.pk, row.expire_date.isoformat(), row.session_data)
            with suppress(ValkeyAway):
                link.ask("SET", name_at_hand(row.pk), value, "EX", int(seconds))

    def save(self, must_create=False):
        super().save(must_create)
        self._keep_at_hand(self._saved, self._session_cache)

    @property
    def stored_key(self) -> str | None:
        return stored_key(self.session_key)

    def _get_session_from_db(self):
        key = self._session_key
        try:
            self._session_key = stored_key(key)
            found = super()._get_session_from_db()
        finally:
            self._session_key = key
        if found is None:
            self._session_key = None
        return found

    async def _aget_session_from_db(self):
        key = self._session_key
        try:
            self._session_key = stored_key(key)
            found = await super()._aget_session_from_db()
        finally:
            self._session_key = key
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key):
        return super().exists(stored_key(session_key))

    async def aexists(self, session_key):
        return await super().aexists(stored_key(session_key))

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        row.session_key = stored_key(row.session_key)
        self._saved = row
        return row

    async def acreate_model_instance(self, data):
        row = await super().acreate_model_instance(data)
        row.session_key = stored_key(row.session_key)
        return row

    def delete(self, session_key=None):
        if (key := session_key or self.session_key) is not None:
            super().delete(stored_key(key))
            if link := valkey():
                # It is of no use any more, whether or not this is heard.
                with suppress(ValkeyAway):
                    link.ask("DEL", name_at_hand(stored_key(key)))

    async def adelete(self, session_key=None):
        if (key := session_key or self.session_key) is not None:
            await super().adelete(stored_key(key))
