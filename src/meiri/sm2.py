"""Signatures by the standards of the Chinese state (国密), which stand beside the site's own where `MEIRI_SM2` is on: SM2 (GB/T 32918.2)
over SM3 (GB/T 32905), with the user id that GM/T 0009 gives where none was agreed on.

The site has one key for them, in `sm2.key` of its data folder: PEM of PKCS #8 on the curve of GB/T 32918.5, as `openssl genpkey -algorithm
EC -pkeyopt ec_paramgen_curve:SM2` writes it. Signatures are r and s in DER (GB/T 35276). `openssl` checks them without Meiri (docs/trust.md).
"""

import textwrap
from base64 import b64decode, b64encode
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from meiri.kept_once import kept_once

USER_ID = b"1234567812345678"
# SM2 with SM3, as GM/T 0006 numbers it.
ALGORITHM = "1.2.156.10197.1.501"
# What stands in DER before the 32 bytes of a private key, between them and the 64 of its public key (RFC 5958, RFC 5915), and before a
# public key alone (RFC 5480): keys of this curve differ in their numbers only.
_PRIVATE = bytes.fromhex("308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420")
_WITH_PUBLIC = bytes.fromhex("a14403420004")
_PUBLIC = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
_LABELS = "PRIVATE KEY", "PUBLIC KEY"


@dataclass(frozen=True)
class Sm2Key:
    """A private key of 32 bytes and its public key: x and y of 32 bytes each."""

    private: bytes
    public: bytes

    @classmethod
    def made(cls) -> "Sm2Key":
        from gmssl_pyx import sm2_key_generate

        public, private = sm2_key_generate()
        return cls(private, public)

    @classmethod
    def read(cls, pem: bytes) -> "Sm2Key":
        """Raises `ValueError` for what is no file of such a key."""
        lines = pem.decode("ascii").strip().split("\n")
        if [lines[0], lines[-1]] != [f"-----{word} {_LABELS[0]}-----" for word in ("BEGIN", "END")]:
            raise ValueError("It is no private key in PEM (PKCS #8).")
        content = b64decode("".join(line.strip() for line in lines[1:-1]), validate=True)
        at = len(_PRIVATE)
        private, between, public = content[at : at + 32], content[at + 32 : at + 38], content[at + 38 :]
        if content[:at] != _PRIVATE or between != _WITH_PUBLIC or len(public) != 64:
            raise ValueError("Its curve is not that of SM2, or its public key is not in it.")
        key = cls(private, public)
        if not key._is_pair():
            raise ValueError("Its public key is not that of its private key.")
        return key

    def _is_pair(self) -> bool:
        from gmssl_pyx import GmsslInnerError

        try:
            return is_sm2_signed(b"", self.sign(b""), self.public)
        except GmsslInnerError:
            return False

    @property
    def pem(self) -> bytes:
        """It is a secret."""
        return _pem(_LABELS[0], _PRIVATE + self.private + _WITH_PUBLIC + self.public)

    @property
    def public_pem(self) -> bytes:
        return _pem(_LABELS[1], _PUBLIC + self.public)

    def sign(self, content: bytes) -> bytes:
        """The signature in DER. Each signing gives another one."""
        from gmssl_pyx import sm2_sign

        return sm2_sign(self.private, self.public, content, signer_id=USER_ID)


def _pem(label: str, content: bytes) -> bytes:
    lines = textwrap.wrap(b64encode(content).decode(), 64)
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()


def sm2_key_file() -> Path:
    return Path(settings.HOME) / "sm2.key"


def sm2_key() -> Sm2Key | None:
    """The site's key, made for its owner only where there is none; None where `MEIRI_SM2` is off. Raises `ImproperlyConfigured`."""
    if not settings.SM2:
        return None
    content = kept_once(sm2_key_file(), lambda: Sm2Key.made().pem)
    try:
        return _read_once(content)
    except ValueError as error:
        raise ImproperlyConfigured(f"{sm2_key_file()} can't be used: {error}") from error


# Trying whether a key is whole takes 6 ms.
_read_once = lru_cache(maxsize=1)(Sm2Key.read)


def is_sm2_signed(content: bytes, signature: bytes, public: bytes) -> bool:
    """Whether `signature`, in DER, was made over `content` with the private part of `public`, of 64 bytes."""
    from gmssl_pyx import GmsslInnerError, sm2_verify

    try:
        return sm2_verify(public, content, signature, signer_id=USER_ID)
    except GmsslInnerError:
        return False
