"""The nodes of a site, as their workers note them in the database: who is there, and whether all have the same keys and code."""

import hashlib
import hmac
import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from meiri.operations.models import Node

# A node that was not noted for so long is not there any more.
KEPT = timedelta(days=7)
# How often a worker notes its node, in seconds, and after which time without a note it is taken for gone.
EVERY = 60
GONE_AFTER = timedelta(seconds=3 * EVERY)

_shared_keys: list[Callable[[], Path]] = []


def register_shared_key(path: Callable[[], Path]) -> None:
    """Let the key in the file at `path`, which may not be made yet, be compared between the nodes."""
    _shared_keys.append(path)


def this_node() -> str:
    return (settings.NODE_NAME or socket.gethostname())[:255]


def note_node(release: str) -> None:
    """Write down that this node is there, and what it has."""
    noted = {"release": release, "keys": digests_of_keys(), "seen_at": timezone.now()}
    Node.objects.update_or_create(name=this_node(), defaults=noted)
    Node.objects.filter(seen_at__lt=timezone.now() - KEPT).delete()


def digests_of_keys() -> dict[str, str]:
    """Of each key that all nodes share, by the name of its file, its digest. The site's secret may be set in another way than by one."""
    files = [path() for path in _shared_keys]
    found = {path.name: digest_of_key(path.read_bytes() if path.exists() else b"") for path in files}
    return {"secret.key": digest_of_key(settings.SECRET_KEY.encode())} | found


def digest_of_key(key: bytes) -> str:
    """HMAC-SHA256 of a fixed text under `key`, which tells nothing of a key of 128 bits or more; "" for no key."""
    return hmac.new(key, b"meiri: the same key on every node", hashlib.sha256).hexdigest()[:32] if key else ""


def present_nodes() -> list[Node]:
    return list(Node.objects.filter(seen_at__gte=timezone.now() - GONE_AFTER).order_by("name"))
