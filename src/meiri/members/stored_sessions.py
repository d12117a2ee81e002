"""Sessions whose keys only the browsers have: the database holds digests of them.

A key is 32 random characters, so that its digest needs no salt: whoever reads the database or a copy of it can't sign in
with what stands there.
"""

import hashlib

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


def stored_key(session_key: str | None) -> str | None:
    """What the database calls the session that a browser knows by `session_key`: 160 bits, as many as the column holds."""
    return session_key and hashlib.sha256(session_key.encode(errors="replace")).hexdigest()[:40]


class SessionStore(DatabaseStore):
    """Django's sessions in the database, looked up and saved under the digests of their keys."""

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
        return row

    async def acreate_model_instance(self, data):
        row = await super().acreate_model_instance(data)
        row.session_key = stored_key(row.session_key)
        return row

    def delete(self, session_key=None):
        if (key := session_key or self.session_key) is not None:
            super().delete(stored_key(key))

    async def adelete(self, session_key=None):
        if (key := session_key or self.session_key) is not None:
            await super().adelete(stored_key(key))
