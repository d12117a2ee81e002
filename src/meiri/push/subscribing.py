"""A member's browsers subscribe, and are taken off again."""

import hashlib

from django.core.exceptions import ValidationError
from django.db import transaction

from meiri import outbound
from meiri.outbound import OutboundRules, Unreachable
from meiri.push.message_encryption import BadKey, check_keys
from meiri.push.models import PushMessage, PushSubscription
from meiri.push.vapid import public_site_key
from meiri.wakeups import wake

# Of one member; the oldest goes where there are more.
MOST_SUBSCRIPTIONS = 10
LONGEST_ENDPOINT = 1000
# Endpoints are addresses that browsers give: on the public Internet, by TLS, without redirects, and nothing is read of an answer.
RULES = OutboundRules(ports=(443,), schemes=("https",), silence=5, longest=10, most_bytes=0, redirects=0)
REFUSED = "这个浏览器的推送服务不能使用。"


@transaction.atomic
def subscribe(
    member, endpoint: str, public_key: str, secret: str, device: str, session: str
) -> PushSubscription:
    """Let a browser of `member` be told. One that was another member's is theirs no more. Raises `ValidationError`.

    `session`: as the database calls the one in which it is made.
    """
    try:
        outbound.check(endpoint, RULES)
        check_keys(public_key, secret)
    except (Unreachable, BadKey, ValueError):
        raise ValidationError(REFUSED) from None
    if len(endpoint) > LONGEST_ENDPOINT:
        raise ValidationError(REFUSED)
    digest = hashlib.sha256(endpoint.encode()).hexdigest()
    PushSubscription.objects.filter(endpoint_digest=digest).delete()
    made = PushSubscription.objects.create(
        member=member,
        endpoint=endpoint,
        endpoint_digest=digest,
        public_key=public_key,
        secret=secret,
        site_key=public_site_key(),
        device=device,
        session=session,
    )
    kept = PushSubscription.objects.filter(member=member).order_by("-pk").values_list("pk", flat=True)
    PushSubscription.objects.filter(pk__in=list(kept[MOST_SUBSCRIPTIONS:][:MOST_SUBSCRIPTIONS])).delete()
    return made


def subscriptions_of(member) -> list[PushSubscription]:
    """At most `MOST_SUBSCRIPTIONS`, the newest first. One query."""
    return list(PushSubscription.objects.filter(member=member).order_by("-pk")[:MOST_SUBSCRIPTIONS])


def end_subscription(member, key: int) -> None:
    """Take off one; of this member's, whatever the key."""
    PushSubscription.objects.filter(member=member, pk=key).delete()


def end_subscriptions_of_sessions(member, sessions) -> None:
    """Take off what was subscribed in `sessions` of `member`, as the database calls them."""
    PushSubscription.objects.filter(member=member, session__in=list(sessions)).exclude(session="").delete()


def write_messages(members, title: str, url: str, expires_at) -> int:
    """Let every browser of `members` (keys, no more than a few hundred) be sent `title` and `url`, an address of the site, until
    `expires_at`. How many messages. In the transaction of what they are about; two queries."""
    if not url.startswith("/") or url.startswith("//"):
        raise ValueError(f"A message leads to an address of the site, not to {url!r}.")
    found = PushSubscription.objects.filter(member__in=list(members)).values_list("pk", flat=True)
    messages = [
        PushMessage(subscription_id=key, title=title[:200], url=url[:300], expires_at=expires_at)
        for key in found
    ]
    PushMessage.objects.bulk_create(messages, batch_size=500)
    if messages:
        transaction.on_commit(wake, robust=True)  # whoever sends them waits
    return len(messages)
