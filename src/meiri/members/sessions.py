"""How long sessions last: the newsroom's for a working day and not while nobody is there, readers' for two weeks, and those in
which nobody is signed in for an hour."""

import time
from functools import partial

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.middleware import get_user
from django.contrib.auth.signals import user_logged_in
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
                session.set_expiry(max(1, int(_ends_at(session) - time.time())))
        return answer


def _user_in_time(request):
    user = get_user(request)
    if not user.is_authenticated:
        return user
    session, now = request.session, time.time()
    kept = session.get(KEPT) or {"began": 0, "seen": 0, "newsroom": user.is_of_newsroom}
    in_newsroom = request.path_info.startswith("/admin/")
    if in_newsroom and not kept["newsroom"]:
        kept["newsroom"] = user.is_of_newsroom  # since a short while
    if kept["newsroom"]:
        if now > kept["began"] + 3600 * settings.STAFF_SESSION_HOURS or (
            now > kept["seen"] + 60 * settings.STAFF_IDLE_MINUTES
        ):
            request.user = user
            logout(request)
            return request.user
        if request.path_info.startswith(_BY_ITSELF):
            return user
    if KEPT not in session or (kept["newsroom"] and now > kept["seen"] + NOTED_EVERY):
        session[KEPT] = kept | {"seen": now}
    return user


def _ends_at(session) -> float:
    return session[KEPT]["began"] + 3600 * settings.STAFF_SESSION_HOURS
