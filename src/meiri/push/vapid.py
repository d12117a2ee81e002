"""The site's key for push services, and how it says who sends: Voluntary Application Server Identification (RFC 8292)."""

import json
import time
from base64 import b64decode, b64encode
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from meiri.kept_once import kept_once
from meiri.push.message_encryption import encoded, point_of

# Seconds that a token holds; at most a day may be asked for.
HOLDS = 12 * 3600
_NUMBER_BYTES = 32


def key_file() -> Path:
    return Path(settings.HOME) / "push.key"


def site_key() -> ec.EllipticCurvePrivateKey:
    """The key out of `MEIRI_HOME/push.key` (32 bytes in base64); made on first use for its owner only. Raises `ImproperlyConfigured`."""
    try:
        number = int.from_bytes(b64decode(kept_once(key_file(), _made), validate=False))
        return ec.derive_private_key(number, ec.SECP256R1())
    except ValueError:
        raise ImproperlyConfigured(
            f"{key_file()} holds no key: put it back from where you keep it."
        ) from None


def _made() -> bytes:
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return b64encode(number.to_bytes(_NUMBER_BYTES)) + b"\n"


def public_site_key() -> str:
    """What browsers subscribe with."""
    return encoded(point_of(site_key().public_key()))


def authorization(endpoint: str, key: ec.EllipticCurvePrivateKey) -> str:
    """The header `Authorization` for the push service of `endpoint`: a signed token (JWT, ES256) for it alone, and the key it is
    checked with."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + HOLDS,
        "sub": f"{settings.BASE_URL}/",
    }
    signed = f"{_encoded({'typ': 'JWT', 'alg': 'ES256'})}.{_encoded(claims)}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    signature = encoded(r.to_bytes(_NUMBER_BYTES) + s.to_bytes(_NUMBER_BYTES))
    return f"vapid t={signed}.{signature}, k={encoded(point_of(key.public_key()))}"


def _encoded(claims: dict) -> str:
    return encoded(json.dumps(claims, separators=(",", ":")).encode())
