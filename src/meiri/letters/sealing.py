"""What only the writer, or only the newsroom with a reason, may open.

Whatever a writer sends is sealed with a key in the data folder, so that a copy of the database tells nothing of it. The
key a writer gets is made from the token of the form, so that sending the same form twice shows the same key; the
database has only its digest.
"""

import hashlib
import hmac
import json
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

from meiri.kept_once import kept_once, write_whole

# Without signs that look alike.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
KEY_LENGTH = 12
UNREADABLE = "（无法解密：数据目录里的 letters.key 与封存时所用的不是同一个）"


def key_file() -> Path:
    return Path(settings.HOME) / "letters.key"


def sealing_keys() -> list[bytes]:
    """The keys out of `MEIRI_HOME/letters.key`, one a line, the newest first; made on first use for its owner only."""
    return kept_once(key_file(), Fernet.generate_key).split()


def add_key() -> None:
    """Put a new key before the others: it seals from now on, the others still open."""
    _write([Fernet.generate_key(), *sealing_keys()])


def forget_keys() -> None:
    """Keep the newest key, and the one before it for what another process sealed just when the new one came."""
    _write(sealing_keys()[:2])


def _write(keys: list[bytes]) -> None:
    write_whole(key_file(), b"\n".join(keys))


def seal(content: bytes) -> bytes:
    return _box().encrypt(content)


def unseal(sealed: bytes) -> bytes:
    """What `seal` sealed. Raises `cryptography.fernet.InvalidToken` where no key fits."""
    return _box().decrypt(bytes(sealed))


def reseal(sealed: bytes) -> bytes:
    """The same content, sealed with the newest key."""
    return _box().rotate(bytes(sealed))


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in sealing_keys()])


def seal_contact(name: str, contact: str) -> bytes:
    return seal(json.dumps({"name": name, "contact": contact}, ensure_ascii=False).encode())


def open_contact(sealed: bytes) -> dict[str, str]:
    """What `seal_contact` sealed. Raises `cryptography.fernet.InvalidToken` where the key is another."""
    return json.loads(unseal(sealed))


class SealedTextField(models.BinaryField):
    """Text that is sealed in the database and plain in the program. It can't be searched.

    What can't be opened reads as `UNREADABLE`; save it with `update_fields`, or the original is lost.
    """

    def get_default(self):
        return super().get_default() or ""

    def get_prep_value(self, value):
        return None if value is None else seal(value.encode()) if value else b""

    def from_db_value(self, value, expression, connection):
        if not value:
            return "" if value is not None else None
        try:
            return unseal(value).decode()
        except InvalidToken:
            return UNREADABLE

    def value_to_string(self, obj):
        return self.value_from_object(obj)

    def to_python(self, value):
        return value


def key_for(token: str) -> str:
    """The writer's key for the form with `token`: 60 bits, in three groups."""
    mac = hmac.new(settings.SECRET_KEY.encode(), f"letters key {token}".encode(), hashlib.sha256).digest()
    signs = "".join(ALPHABET[byte % len(ALPHABET)] for byte in mac[:KEY_LENGTH])
    return "-".join(signs[n : n + 4] for n in range(0, KEY_LENGTH, 4))


def digest_of_key(receipt: str, key: str) -> str:
    """What is stored of a key; spaces, hyphens and case make no difference."""
    signs = "".join(c for c in key.upper() if c in ALPHABET)
    return hashlib.sha256(f"{receipt} {signs}".encode()).hexdigest()


def new_receipt(day) -> str:
    """A receipt number such as 20261123-K7Q4MZ; whoever knows one cannot guess another."""
    return f"{day:%Y%m%d}-" + "".join(secrets.choice(ALPHABET) for _ in range(6))
