"""Send what waits to push services (RFC 8030): again after a pause where they ask for it, no more where a browser is gone."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from cryptography.hazmat.primitives.asymmetric import ec
from django.db.models import F
from django.utils import timezone

from meiri.asked_numbers import asked_number
from meiri.outbound import OutboundResponse, Unreachable, ask
from meiri.push import subscribing
from meiri.push.message_encryption import BadKey, encoded, encrypt, point_of
from meiri.push.models import PushMessage, PushSubscription
from meiri.push.vapid import authorization, site_key

logger = logging.getLogger(__name__)

# Messages that are sent together, how many at a time, and seconds after which a run ends.
STEP, SENDERS, LONGEST_RUN = 64, 8, 20
# How long one worker has messages to itself: longer than a step can take.
LEASE = timedelta(minutes=5)
# Seconds before a message is tried again: the first pause, three times as long each time; after so many tries no more.
FIRST_RETRY, LONGEST_RETRY, MOST_TRIES = 10, 3600, 6


@dataclass(frozen=True)
class _Outcome:
    """`gone`: the browser is not to be reached any more; `again`: seconds after which to try once more, None for no more."""

    gone: bool = False
    again: int | None = None
    error: str = ""


def pushes_are_due() -> bool:
    return PushMessage.objects.due(timezone.now()).exists()


def send_pushes() -> int:
    """Send messages that are due, for a bounded time. How many were taken. Run by the clock."""
    began, sent, key = monotonic(), 0, site_key()
    with ThreadPoolExecutor(SENDERS, thread_name_prefix="push") as senders:
        while monotonic() - began < LONGEST_RUN and (messages := _claim(timezone.now())):
            outcomes = senders.map(lambda message: _send(message, key), messages)
            sent += sum(_note(message, outcome) for message, outcome in zip(messages, outcomes, strict=True))
    return sent


def _claim(now: datetime) -> list[PushMessage]:
    """The messages that are due longest, for this worker alone until the lease is over; those that came too late go."""
    due = PushMessage.objects.due(now).select_related("subscription").order_by("next_try_at")
    found = list(due[:STEP])
    late = [message.pk for message in found if message.expires_at <= now]
    PushMessage.objects.filter(pk__in=late).delete()
    claimed = []
    for message in found:
        free = PushMessage.objects.filter(pk=message.pk, next_try_at=message.next_try_at)
        message.next_try_at, message.tries = now + LEASE, message.tries + 1
        if message.pk not in late and free.update(next_try_at=message.next_try_at, tries=F("tries") + 1):
            claimed.append(message)
    return claimed


def _send(message: PushMessage, key: ec.EllipticCurvePrivateKey) -> _Outcome:
    """What the push service says of a message. Asks no database: it runs in a thread of the pool."""
    subscription = message.subscription
    if subscription.site_key != encoded(point_of(key.public_key())):
        return _Outcome(gone=True, error="it subscribed to another key of this site")
    content = json.dumps({"title": message.title, "url": message.url}, ensure_ascii=False).encode()
    seconds = max(0, int((message.expires_at - timezone.now()).total_seconds()))
    try:
        response = ask(
            subscription.endpoint,
            subscribing.RULES,
            "POST",
            {
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(seconds),
                "Urgency": "normal",
                "Authorization": authorization(subscription.endpoint, key),
            },
            encrypt(content, subscription.public_key, subscription.secret),
        )
    except BadKey as error:
        return _Outcome(gone=True, error=str(error))
    except Unreachable as error:
        return _Outcome(again=_pause(message), error=error.in_english)
    return _judged(message, response)


def _judged(message: PushMessage, response: OutboundResponse) -> _Outcome:
    status = response.status
    if 200 <= status < 300:
        return _Outcome()
    if status in (404, 410):
        return _Outcome(gone=True, error=f"status {status}")
    if status == 429 or status >= 500:
        # A date, which it may say too, is none.
        wished = asked_number(response.headers.get("Retry-After")) or 0
        return _Outcome(again=min(max(_pause(message), wished), LONGEST_RETRY), error=f"status {status}")
    return _Outcome(error=f"status {status}")


def _pause(message: PushMessage) -> int:
    return min(FIRST_RETRY * 3 ** (message.tries - 1), LONGEST_RETRY)


def _note(message: PushMessage, outcome: _Outcome) -> bool:
    """Keep what became of a message. Whether it was taken."""
    ours = PushMessage.objects.filter(pk=message.pk, next_try_at=message.next_try_at)
    if outcome.gone:
        PushSubscription.objects.filter(pk=message.subscription_id).delete()
    elif outcome.again is not None and message.tries < MOST_TRIES:
        ours.update(next_try_at=timezone.now() + timedelta(seconds=outcome.again))
    else:
        ours.delete()
    if outcome.error:
        # Neither whom it is for nor what it says.
        logger.info("A push message was not taken: %s", outcome.error)
    return not outcome.error
