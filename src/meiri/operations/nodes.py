"""The nodes of a site, as their workers note them in the database: who is there, and whether all have the same keys and code."""

import hashlib
import hmac
import socket
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from meiri.operations.models import Node

# A node that was not noted for so long is not there any more.
KEPT = timedelta(days=7)
# How often a worker notes its node, in seconds, and after which time without a note it is taken for gone.
EVERY = 60
GONE_AFTER = timedelta(seconds=3 * EVERY)

_shared_keys: dict[str, Callable[[], bytes]] = {}


def register_shared_key(name: str, read: Callable[[], bytes]) -> None:
    """Let the key that `read` returns, empty where there is none yet, be compared between the nodes."""
    _shared_keys[name] = read


def this_node() -> str:
    return socket.gethostname()[:255]


def note_node(release: str) -> None:
    """Write down that this node is there, and what it has."""
    keys = {name: digest_of_key(read()) for name, read in sorted(_shared_keys.items())}
    noted = {"release": release, "keys": keys, "seen_at": timezone.now()}
    Node.objects.update_or_create(name=this_node(), defaults=noted)
    Node.objects.filter(seen_at__lt=timezone.now() - KEPT).delete()


def digest_of_key(key: bytes) -> str:
    """HMAC-SHA256 of a fixed text under `key`, which tells nothing of a key of 128 bits or more; "" for no key."""
    return hmac.new(key, b"meiri: the same key on every node", hashlib.sha256).hexdigest()[:32] if key else ""


def present_nodes() -> list[Node]:
    return list(Node.objects.filter(seen_at__gte=timezone.now() - GONE_AFTER).order_by("name"))


def secret_key() -> bytes:
    return settings.SECRET_KEY.encode()


register_shared_key("secret.key", secret_key)
