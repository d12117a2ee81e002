"""Sealing a message for one browser: Message Encryption for Web Push (RFC 8291) with the content coding aes128gcm (RFC 8188).

The push service that carries a message can't read it. A message is one record.
"""

import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY_BYTES, SECRET_BYTES, SALT_BYTES = 65, 16, 16
# What push services have to take (RFC 8030, 7.2), with header, delimiter and tag; so much is left of it for the text.
RECORD_BYTES = 4096
MOST_BYTES = 4096 - 86 - 1 - 16
_LAST_RECORD = b"\x02"


class BadKey(ValueError):
    """The keys that a browser gave are none."""


def encoded(data: bytes) -> str:
    """Base64url without padding (RFC 7515, 2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Raises `BadKey` for what is not base64url."""
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (NotBase64, ValueError):
        raise BadKey("not base64url") from None


def check_keys(public_key: str, secret: str) -> None:
    """Raises `BadKey` where these are not the key and the secret of a browser."""
    _point(decoded(public_key))
    if len(decoded(secret)) != SECRET_BYTES:
        raise BadKey("not a secret of 16 bytes")


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as 65 bytes, uncompressed."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encrypt(
    message: bytes,
    public_key: str,
    secret: str,
    own_key: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """`message`, of at most `MOST_BYTES`, sealed for the browser with these keys. `own_key`, `salt`: new ones where they are not given, as
    they must be for each message. Raises `BadKey`, and `ValueError` for a message that is too long."""
    if len(message) > MOST_BYTES:
        raise ValueError(f"A message has at most {MOST_BYTES} bytes, this one {len(message)}.")
    theirs, auth = decoded(public_key), decoded(secret)
    own_key, salt = own_key or ec.generate_private_key(ec.SECP256R1()), salt or os.urandom(SALT_BYTES)
    own = point_of(own_key.public_key())
    shared = own_key.exchange(ec.ECDH(), _point(theirs))
    keying = _derived(shared, auth, b"WebPush: info\x00" + theirs + own, 32)
    key = _derived(keying, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derived(keying, salt, b"Content-Encoding: nonce\x00", 12)
    header = salt + struct.pack("!LB", RECORD_BYTES, len(own)) + own
    return header + AESGCM(key).encrypt(nonce, message + _LAST_RECORD, None)


def _point(data: bytes) -> ec.EllipticCurvePublicKey:
    if len(data) != KEY_BYTES:
        raise BadKey("not a public key of 65 bytes")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
    except ValueError:
        raise BadKey("not a point of P-256") from None


def _derived(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(material)
