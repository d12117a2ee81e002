"""A witness (C2SP tlog-witness): cosigns the checkpoints of logs, and never two of one log that contradict each other.

It needs no database and nothing of a site: a folder for its key and for the newest checkpoint that it cosigned of each log.
"""

import base64
import fcntl
import json
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from meiri.kept_once import kept_once, write_whole
from meiri.trust.checkpoints import Checkpoint, open_checkpoint, read_hash, read_number
from meiri.trust.merkle import LONGEST_PROOF, is_consistent
from meiri.trust.notes import BY_WITNESS, BadNote, SignedNote, Signer, VerifierKey

logger = logging.getLogger(__name__)

LARGEST_REQUEST = 32 * 1024
KEY_FILE, STATE_FILE, LOCK_FILE = "witness.key", "cosigned.json", "lock"
TYPE_OF_SIZE, PLAIN = "text/x.tlog.size", "text/plain; charset=utf-8"


class WitnessBusy(Exception):
    """Another process is the witness of this folder."""


@dataclass(frozen=True)
class WitnessReply:
    status: int
    body: str
    content_type: str = PLAIN


class Witness:
    """The witness whose key and memory are in `folder`; `logs` are the keys of the logs that it watches.

    Raises `WitnessBusy`, and `BadNote` where its files are not what they were: a witness that has lost its memory must not go on.
    """

    def __init__(self, folder: Path, name: str, logs: Iterable[VerifierKey]):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock_file = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock_file)
            raise WitnessBusy(f"Another process is the witness of {folder}.") from None
        self._state, self._one_at_a_time = folder / STATE_FILE, Lock()
        self._logs = {key.name: key for key in logs}
        try:
            self.signer = self._own_key(folder / KEY_FILE, name)
            self._cosigned = _read_state(self._state)
        except BaseException:
            self.close()
            raise

    def _own_key(self, key_file: Path, name: str) -> Signer:
        """Its key, made together with its memory."""
        if key_file.exists() and not self._state.exists():
            raise BadNote(
                f"{self._state} is gone: this witness does not know what it cosigned. Retire its key."
            )
        if not self._state.exists():
            write_whole(self._state, b"{}\n")
        kept = kept_once(key_file, lambda: f"{Signer.made(name, BY_WITNESS)}\n".encode())
        return Signer.read(kept.decode())

    def close(self) -> None:
        os.close(self._lock_file)

    def add_checkpoint(self, request: bytes) -> WitnessReply:
        """Answer a request of `add-checkpoint`, its body given."""
        try:
            old, proof, note = _read_request(request)
            origin = Checkpoint.read(SignedNote.read(note).text).origin
        except BadNote as error:
            return WitnessReply(400, f"{error}\n")
        if origin not in self._logs:
            return WitnessReply(404, "This witness does not watch that log.\n")
        try:
            checkpoint, signed = open_checkpoint(note, self._logs[origin])
        except BadNote as error:
            return WitnessReply(403, f"{error}\n")
        if old > checkpoint.size:
            return WitnessReply(400, "The old size is larger than that of the checkpoint.\n")
        with self._one_at_a_time:
            refusal = self._refusal(checkpoint, old, proof)
            if refusal:
                return refusal
            self._cosigned[origin] = checkpoint
            _write_state(self._state, self._cosigned)
        return WitnessReply(200, self.signer.sign(signed.text).line)

    def _refusal(self, checkpoint: Checkpoint, old: int, proof: list[bytes]) -> WitnessReply | None:
        known = self._cosigned.get(checkpoint.origin)
        size = known.size if known else 0
        if old != size:
            return WitnessReply(409, f"{size}\n", TYPE_OF_SIZE)
        if known and checkpoint.size == size and checkpoint.root != known.root:
            logger.warning("A fork of %s: %r, cosigned was %r", known.origin, checkpoint.text, known.text)
            return WitnessReply(409, "The checkpoint has another root than that of the same size before.\n")
        if (known or proof) and not is_consistent(
            size, checkpoint.size, proof, known.root if known else b"", checkpoint.root
        ):
            logger.warning("No proof for %s: %r", checkpoint.origin, checkpoint.text)
            return WitnessReply(422, "The checkpoint is not proven to go on from the one before.\n")
        return None


def _read_request(request: bytes) -> tuple[int, list[bytes], str]:
    """The old size, the proof and the checkpoint. Raises `BadNote`."""
    try:
        head, empty, note = request.decode().partition("\n\n")
    except UnicodeDecodeError:
        raise BadNote("It is not UTF-8.") from None
    first, *lines = head.split("\n")
    if not empty or not first.startswith("old ") or len(lines) > LONGEST_PROOF:
        raise BadNote("It is no request to add a checkpoint.")
    return read_number(first.removeprefix("old ")), [read_hash(line) for line in lines], note


def _read_state(path: Path) -> dict[str, Checkpoint]:
    try:
        return {
            origin: Checkpoint(origin, one["size"], base64.b64decode(one["root"], validate=True))
            for origin, one in json.loads(path.read_bytes()).items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadNote(f"{path} can't be read: {error}. Retire the key of this witness.") from error


def _write_state(path: Path, cosigned: dict[str, Checkpoint]) -> None:
    state = {
        origin: {"size": one.size, "root": base64.b64encode(one.root).decode()}
        for origin, one in cosigned.items()
    }
    write_whole(path, json.dumps(state, indent=1, ensure_ascii=False).encode() + b"\n")
