"""How long sessions last: the newsroom's for a working day and not while nobody is there, readers' for two weeks, and those in
which nobody is signed in for an hour."""

import time
from functools import partial

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, logout
from django.contrib.auth.middleware import get_user
from django.contrib.auth.signals import user_logged_in
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

# What is kept in a session: when it began, when its owner last did something, whether they are of the newsroom.
KEPT = "signed in"
# Seconds after which it is noted anew that somebody is there.
NOTED_EVERY = 60
OF_NOBODY = 3600
# What the browser asks by itself while a text is open.
_BY_ITSELF = "/admin/editing-sessions/"


def begin(sender, request, user, **options) -> None:
    now = time.time()
    request.session[KEPT] = {"began": now, "seen": now, "newsroom": user.is_of_newsroom}
    # It may have been nobody's before.
    request.session.set_expiry(None)


user_logged_in.connect(begin, dispatch_uid="members: a session begins")


class LimitSessions:
    """Middleware: a session of the newsroom ends after MEIRI_STAFF_SESSION_HOURS, or when its owner has done nothing for
    MEIRI_STAFF_IDLE_MINUTES. Who it is is asked where a view asks, so that pages stay the same for everybody."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.user = SimpleLazyObject(partial(_user_in_time, request))
        answer = self.get_response(request)
        session = request.session
        if session.modified and not session.is_empty():
            if SESSION_KEY not in session:
                session.set_expiry(OF_NOBODY)
            elif session.get(KEPT, {}).get("newsroom"):
                session.set_expiry(max(1, int(_ends_at(session[KEPT]) - time.time())))
        return answer


def _user_in_time(request):
    user = _confirmed_user(request.session) or get_user(request)
    if not user.is_authenticated:
        return user
    session, now = request.session, time.time()
    kept = _kept(request, user)
    if kept["newsroom"] and (now > _ends_at(kept) or now > kept["seen"] + 60 * settings.STAFF_IDLE_MINUTES):
        request.user = user
        logout(request)
        return request.user
    is_there = not request.path_info.startswith(_BY_ITSELF) and now > kept["seen"] + NOTED_EVERY
    if KEPT not in session or (kept["newsroom"] and is_there):
        session[KEPT] = kept | {"seen": now}
    return user


def _confirmed_user(session):
    """Who is signed in, where they came with their session and are beyond doubt: all that Django's `get_user` asks of them is so.
    None where that has to look."""
    number = session.get(SESSION_KEY)  # which loads the session
    user = getattr(session, "confirmed_user", None)
    if user is None or not user.is_active or str(user.pk) != number:
        return None
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    known = constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    return user if known else None


def _kept(request, user) -> dict:
    """What is kept in the session of `user`. One from before an update is as old as can be; rights may have come since."""
    kept = request.session.get(KEPT) or {"began": 0, "seen": 0, "newsroom": user.is_of_newsroom}
    if kept["newsroom"] or not request.path_info.startswith("/admin/"):
        return kept
    return kept | {"newsroom": user.is_of_newsroom}


def _ends_at(kept: dict) -> float:
    return kept["began"] + 3600 * settings.STAFF_SESSION_HOURS
