"""Keys to pages that only who sent a form may see: made from the form's token, so that sending twice gives the same one.

The database has their digests only: whoever reads it can open nobody's page.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from django.conf import settings

# 144 bits as text.
LENGTH = 24


def key_for(deed: str, token: str) -> str:
    """The key to what was sent for `deed` with the form that has `token`."""
    mac = hmac.new(settings.SECRET_KEY.encode(), f"{deed} receipt {token}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(mac[: LENGTH * 3 // 4]).decode()


def digest_of_key(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def kept_to_oneself(response):
    """A page whose address is a secret: it is stored nowhere and told to nobody where a link leads."""
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
