"""Files encrypted for the holder of a key, in the format of age (https://age-encryption.org/v1, C2SP `age`): Debian's program of that name
opens them too. Loads nothing of Django."""

from collections.abc import Sequence
from pathlib import Path
from typing import IO

import pyrage

from meiri.kept_once import kept_once

SUFFIX = ".age"
KEY_FILE = "backup.key"


class WrongKey(Exception):
    """A key that can't be read, or does not open a file. The message is for operators."""


def recipients_of(public_keys: Sequence[str]) -> list[pyrage.x25519.Recipient]:
    """`public_keys`: such as `age1…`. Raises `WrongKey`."""
    try:
        return [pyrage.x25519.Recipient.from_str(key) for key in public_keys]
    except pyrage.RecipientError as error:
        raise WrongKey(f"{' '.join(public_keys)[:100]} is no public key of age: {error}") from None


def own_recipients(home: Path, public_keys: Sequence[str]) -> list[pyrage.x25519.Recipient]:
    """For whom the site encrypts: the holders of `public_keys`; where none is given, the holder of `backup.key` of the data folder, which
    is made then. Raises `WrongKey`."""
    if public_keys:
        return recipients_of(public_keys)
    written = kept_once(home / KEY_FILE, lambda: f"{pyrage.x25519.Identity.generate()}\n".encode())
    return [_identity(written.decode(errors="replace"), home / KEY_FILE).to_public()]


def read_key(path: Path) -> pyrage.x25519.Identity:
    """The private key in a file, as `age-keygen` writes it. Raises `WrongKey`."""
    try:
        return _identity(path.read_text(errors="replace"), path)
    except OSError as error:
        raise WrongKey(
            f"{path} can't be read: {error.strerror or error}. Give the key with --key FILE."
        ) from None


def _identity(written: str, path: Path) -> pyrage.x25519.Identity:
    lines = [line.strip() for line in written.splitlines() if line.strip() and not line.startswith("#")]
    try:
        return pyrage.x25519.Identity.from_str(lines[0] if lines else "")
    except pyrage.IdentityError:
        raise WrongKey(f"{path} holds no private key of age (AGE-SECRET-KEY-1…).") from None


def encrypt(source: IO[bytes], out: IO[bytes], recipients: Sequence[pyrage.x25519.Recipient]) -> None:
    """Write what `source` holds to `out`, 64 KiB at a time."""
    pyrage.encrypt_io(source, out, recipients)


def decrypt(source: IO[bytes], out: IO[bytes], key: pyrage.x25519.Identity) -> None:
    """Write what `source` holds, decrypted, to `out`. Raises `WrongKey` where the key is another, or the file is damaged: what was written
    then is not to be used."""
    try:
        pyrage.decrypt_io(source, out, [key])
    except (pyrage.DecryptError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise  # of the disk, not of what was read
        raise WrongKey(f"It can't be opened with this key: {error}") from None
