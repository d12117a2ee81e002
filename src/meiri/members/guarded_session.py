"""How other accounts' providers are asked: over TLS, on the public Internet, within a time and a size.

The one exception is a provider that the operator has said to stand in a private network (`MEIRI_OIDC_PRIVATE`).
"""

import io
import time
from threading import Timer
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util.connection import create_connection

from meiri.fronts.reaching import PORTS, Rules, Unreachable, hang_up, looked_up

# Seconds that nothing may be heard for, and that one answer may take in all.
SILENCE, LONGEST = 5, 10
MOST_BYTES = 256 * 1024


def rules_for(host: str | None) -> Rules:
    private = settings.OIDC_PRIVATE and host == urlsplit(settings.OIDC).hostname
    return Rules(is_public=lambda address: True, ports=None) if private else Rules()


def may_be_asked(url: str) -> bool:
    """Whether `url` is one that a provider may have."""
    parts = urlsplit(url)
    rules = rules_for(parts.hostname)
    if not parts.hostname or parts.username is not None:
        return False
    if rules.ports is None:
        return parts.scheme in ("http", "https")
    return parts.scheme == "https" and parts.port in (None, *PORTS)


class _Pinned:
    """A connection to the address that was looked at, and hung up on when it takes too long."""

    timer: Timer | None = None

    def _new_conn(self):
        address = looked_up(self.host, self.port, rules_for(self.host))
        self.timer = Timer(LONGEST, hang_up, [self])
        self.timer.daemon = True
        self.timer.start()
        return create_connection((address, self.port), SILENCE)

    def close(self):
        if self.timer:
            self.timer.cancel()
        super().close()


class _PinnedHTTP(_Pinned, HTTPConnection):
    pass


class _PinnedHTTPS(_Pinned, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _PinnedHTTP


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _PinnedHTTPS


class _Guarded(HTTPAdapter):
    def init_poolmanager(self, connections, maxsize, block=False, **options):
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}

    def send(self, request, **options):
        if not may_be_asked(request.url):
            raise requests.exceptions.InvalidURL("not an address that a provider may have", request=request)
        until = time.monotonic() + LONGEST
        try:
            answer = super().send(request, **options | {"stream": True, "timeout": SILENCE})
            answer.raw = io.BytesIO(_body(answer.raw, until))
        except requests.RequestException:
            raise
        except (Unreachable, HTTPError, OSError) as error:
            raise requests.ConnectionError(str(error), request=request) from None
        return answer


def _body(raw, until: float) -> bytes:
    """All of a body, unpacked."""
    parts, length = [], 0
    while part := raw.read1(64 * 1024, decode_content=True):
        length += len(part)
        if length > MOST_BYTES:
            raise HTTPError("the answer is too long")
        if time.monotonic() > until:
            raise HTTPError("the answer takes too long")
        parts.append(part)
    return b"".join(parts)


class GuardedSession(requests.Session):
    """Follows no redirect and takes nothing from the environment."""

    def __init__(self):
        super().__init__()
        self.trust_env = False
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Guarded())

    def request(self, method, url, **options):
        return super().request(method, url, **options | {"allow_redirects": False})
