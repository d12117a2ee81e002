"""What only the writer, or only the newsroom with a reason, may open.

The contact is sealed with a key in the data folder, so that a copy of the database tells nobody's name. The key a
writer gets is made from the token of the form, so that sending the same form twice shows the same key; the
database has only its digest.
"""

import hashlib
import hmac
import json
import secrets
from pathlib import Path

from cryptography.fernet import Fernet
from django.conf import settings

from meiri.kept_once import kept_once

# Without signs that look alike.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
KEY_LENGTH = 12


def sealing_key() -> bytes:
    """The key out of `MEIRI_HOME/letters.key`, made on first use for its owner only."""
    return kept_once(Path(settings.HOME) / "letters.key", Fernet.generate_key)


def seal_contact(name: str, contact: str) -> bytes:
    text = json.dumps({"name": name, "contact": contact}, ensure_ascii=False)
    return Fernet(sealing_key()).encrypt(text.encode())


def open_contact(sealed: bytes) -> dict[str, str]:
    """What `seal_contact` sealed. Raises `cryptography.fernet.InvalidToken` where the key is another."""
    return json.loads(Fernet(sealing_key()).decrypt(sealed))


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


def masked(name: str) -> str:
    """The name as readers see it: 林某某, 欧阳某."""
    first = name.strip()[:1] or "某"
    if name[:2] in {
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "皇甫",
        "司徒",
        "东方",
        "夏侯",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
    }:
        first = name[:2]
    return first + "某" * min(max(len(name.strip()) - len(first), 1), 2)
