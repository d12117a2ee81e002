"""Where a member is signed in: noted once a day for each session, without an address, and ended by the member."""

import re

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from meiri.members.models import SignIn, User
from meiri.members.stored_sessions import stored_key
from meiri.push.subscribing import end_subscriptions_of_sessions

MOST_SHOWN = 50
NOTED = "noted"
# The first that a browser's own words name: those that call themselves Chrome or Safari besides stand before them.
_BROWSERS = [
    ("微信", "MicroMessenger"),
    ("QQ 浏览器", "QQBrowser"),
    ("华为浏览器", "HuaweiBrowser|ArkWeb"),
    ("小米浏览器", "MiuiBrowser"),
    ("UC 浏览器", "UCBrowser|UCWEB"),
    ("夸克", "Quark"),
    ("Edge", r"Edg[A-Za-z]*/"),
    ("Firefox", "Firefox|FxiOS"),
    ("Chrome", "Chrome|CriOS"),
    ("Safari", "Safari"),
]
_SYSTEMS = [
    ("鸿蒙", "HarmonyOS|OpenHarmony"),
    ("安卓", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac", "Macintosh"),
    ("Linux", "Linux"),
]


def device_in_words(user_agent: str) -> str:
    """A browser and what it runs on, as its owner knows it; nothing that tells two of a kind apart."""
    browser = next((name for name, sign in _BROWSERS if re.search(sign, user_agent)), "其他浏览器")
    system = next((name for name, sign in _SYSTEMS if re.search(sign, user_agent)), "")
    return f"{system} 上的 {browser}" if system else browser


class NoteSignIns:
    """Middleware: notes the session of a member when it is first used, and on each day that it is used again."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        answer = self.get_response(request)
        # Whoever did not touch the session is not asked who it is: that would make each page personal.
        if request.session.accessed and SESSION_KEY in request.session:
            _note(request)
        return answer


def _note(request) -> None:
    session, today = request.session, timezone.localdate()
    if session.session_key is None:
        session.save()
    if session.get(NOTED) == [session.stored_key, str(today)]:
        return
    device = device_in_words(request.headers.get("User-Agent", "")[:500])
    try:
        with transaction.atomic():
            SignIn.objects.update_or_create(
                session_id=session.stored_key,
                defaults={"member_id": int(session[SESSION_KEY]), "device": device, "used_on": today},
            )
    except IntegrityError:
        return  # ended meanwhile, in another window
    session[NOTED] = [session.stored_key, str(today)]


def open_sign_ins(member: User) -> list[SignIn]:
    """The sessions in which `member` is signed in, the last used first. One query, and one where some are over."""
    rows = SignIn.objects.filter(member=member, session__expire_date__gt=timezone.now())
    found = list(rows.select_related("session").order_by("-used_on", "-pk")[:MOST_SHOWN])
    valid = member.get_session_auth_hash()
    over = [
        row.session_id
        for row in found
        if not constant_time_compare(row.session.get_decoded().get(HASH_SESSION_KEY, ""), valid)
    ]
    if over:  # the password was changed in the newsroom
        Session.objects.filter(pk__in=over).delete()
    return [row for row in found if row.session_id not in over]


def end_sign_in_session(member: User, key: int) -> None:
    """End one session; of this member's, whatever the key."""
    _end(member, Session.objects.filter(signin__pk=key, signin__member=member))


def end_all_sign_ins(member: User, but: str | None = None) -> None:
    """End every session of `member`, save that with the key `but`."""
    _end(member, Session.objects.filter(signin__member=member).exclude(pk=stored_key(but)))


def _end(member: User, sessions) -> None:
    """End sessions, and with them what was to be pushed to their devices."""
    end_subscriptions_of_sessions(member, sessions.values_list("pk", flat=True))
    sessions.delete()
