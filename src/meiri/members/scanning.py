"""Signing in by a phone (扫码登录): a browser shows a QR code and a number, a phone that is signed in confirms, the browser is signed in.

The shape is that of RFC 8628. A secret stays in the cookie of the browser that asks. The QR code holds a token made of the secret with the
site's key, so that whoever sees the code can confirm or refuse and never become signed in by it. The number on the screen is typed on
the phone: a link that somebody was sent leads to no number. Each step is one conditional query, so that of two at the same time one counts.
"""

import hashlib
import secrets
from datetime import timedelta

import segno
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from meiri.members.models import User
from meiri.members.scan_requests import ScanRequest, ScanState
from meiri.members.sign_ins import device_in_words
from meiri.visitors.address import network_of

# How long a request may be confirmed, and how long after that the browser may come for it.
TO_CONFIRM, TO_ENTER = timedelta(minutes=2), timedelta(minutes=1)
MOST_TRIES = 3
STEP = 1_000
_LONGEST_SECRET = 64


def cookie_name() -> str:
    """With `https://` it belongs to this host alone, as the session's does."""
    return "__Host-scan" if settings.SESSION_COOKIE_SECURE else "scan"


def ask(request: HttpRequest, answer: HttpResponse) -> None:
    """Begin a request for the browser that `request` comes from; `answer` gives it the secret."""
    secret = secrets.token_urlsafe(32)
    now = timezone.now()
    ScanRequest.objects.create(
        token_digest=_digest(token_of(secret)),
        number=f"{secrets.randbelow(10_000):04}",
        device=device_in_words(request.headers.get("User-Agent", "")),
        network=_network(request),
        asked_at=now,
        ends_at=now + TO_CONFIRM,
    )
    _give(answer, secret, TO_CONFIRM + TO_ENTER)


def forget_secret(answer: HttpResponse) -> None:
    _give(answer, "", timedelta())


def _give(answer: HttpResponse, secret: str, lasting: timedelta) -> None:
    secure = settings.SESSION_COOKIE_SECURE
    answer.set_cookie(cookie_name(), secret, max_age=lasting, httponly=True, samesite="Lax", secure=secure)


def token_of(secret: str) -> str:
    """What the QR code holds: 40 hexadecimal digits, which tell nothing of the secret."""
    return salted_hmac("scanned token", secret, algorithm="sha256").hexdigest()[:40]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _network(request: HttpRequest) -> str:
    return salted_hmac("scanning network", network_of(request), algorithm="sha256").hexdigest()[:32]


def secret_in(request: HttpRequest) -> str:
    """The secret of the browser, "" where it has none."""
    return request.COOKIES.get(cookie_name(), "")[:_LONGEST_SECRET]


def asked_by(request: HttpRequest) -> ScanRequest | None:
    """What this browser asked and may still be answered. One query, none without a secret."""
    secret = secret_in(request)
    return found_by(token_of(secret)) if secret else None


def found_by(token: str) -> ScanRequest | None:
    """The request whose QR code holds `token`, while it may be answered. One query."""
    return ScanRequest.objects.filter(token_digest=_digest(token), ends_at__gt=timezone.now()).first()


def found_again(asked: ScanRequest) -> ScanRequest | None:
    """The request as it is by now; None where it is gone. One query."""
    return ScanRequest.objects.filter(pk=asked.pk).first()


def code_of(secret: str) -> str:
    """The QR code that leads a phone to the request, as SVG."""
    address = settings.BASE_URL + reverse("member-scanned", args=[token_of(secret)])
    return segno.make(address, error="m").svg_inline(border=4, light="#fff", omitsize=True, svgclass=None)


def is_of_same_network(request: HttpRequest, asked: ScanRequest) -> bool:
    """Whether the phone that `request` comes from stands in the network that was asked from."""
    return bool(network_of(request)) and constant_time_compare(asked.network, _network(request))


def _waiting(asked: ScanRequest):
    return ScanRequest.objects.filter(pk=asked.pk, state=ScanState.ASKED, ends_at__gt=timezone.now())


def confirm(asked: ScanRequest, number: str, session_key: str) -> bool:
    """Say yes in the session that the database calls `session_key`; whether the number was right and the request was still open. The third wrong
    number ends the request."""
    if not _waiting(asked).filter(tries__lt=MOST_TRIES).update(tries=F("tries") + 1):
        return False
    if constant_time_compare(asked.number, number):
        until = timezone.now() + TO_ENTER
        said = {"state": ScanState.CONFIRMED, "confirmed_by": session_key, "ends_at": until}
        return bool(_waiting(asked).update(**said))
    _waiting(asked).filter(tries__gte=MOST_TRIES).update(state=ScanState.REFUSED)
    return False


def refuse(asked: ScanRequest) -> bool:
    """Say no; whether the request was still open."""
    return bool(_waiting(asked).update(state=ScanState.REFUSED))


def member_of(asked: ScanRequest) -> User | None:
    """Who confirmed, while they are signed in where they did: a session that ended since, or whose password was changed, confirms nothing."""
    if asked.state != ScanState.CONFIRMED or asked.confirmed_by_id is None:
        return None
    session = Session.objects.filter(pk=asked.confirmed_by_id, expire_date__gt=timezone.now()).first()
    if session is None:
        return None
    held = session.get_decoded()
    member = User.objects.filter(pk=int(held.get(SESSION_KEY, 0)), is_active=True).first()
    if member is None:
        return None
    is_valid = constant_time_compare(held.get(HASH_SESSION_KEY, ""), member.get_session_auth_hash())
    return member if is_valid else None


def take(asked: ScanRequest) -> User | None:
    """Who the browser is to be signed in as, once: the request is gone afterwards."""
    member = member_of(asked)
    open_now = ScanRequest.objects.filter(pk=asked.pk, state=ScanState.CONFIRMED, ends_at__gt=timezone.now())
    return member if open_now.delete()[0] else None


def forget_scan_requests() -> None:
    """Delete what can't be answered any more, a bounded step at a time. Run by the clock."""
    old = ScanRequest.objects.filter(ends_at__lte=timezone.now()).order_by("ends_at")
    while (
        ScanRequest.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:STEP])).delete()[0] == STEP
    ):
        pass
