"""What may be done to a log, at random, and what its witness and whoever verifies it say. bench/trust.py runs more of them."""

import base64
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from meiri.trust.checkpoints import Checkpoint
from meiri.trust.log_files import LogFiles
from meiri.trust.merkle import consistency_proof
from meiri.trust.notes import SignedNote
from meiri.trust.outside import FalseLog, Seen, files_at, verify_log
from meiri.trust.witness import Witness, WitnessReply
from tests.trust.logs import SIGNER, change_leaf, entries_up_to, entry_at, truncate_tile, write_log


def ask_to_cosign(witness: Witness, home: Path, old: int) -> WitnessReply:
    """Ask for a cosignature of the log in `home`, with the proof that its own tiles give."""
    files = LogFiles(home)
    note = files.checkpoint()
    size = Checkpoint.read(SignedNote.read(note).text).size
    proof = consistency_proof(files.tree(size).subtree, old, size) if old <= size else []
    lines = [f"old {old}", *(base64.b64encode(one).decode() for one in proof), "", note]
    return witness.add_checkpoint("\n".join(lines).encode())


def rewrite(home: Path, size: int, source: random.Random) -> int:
    """All is written anew with one entry changed, and goes on a little."""
    first = source.randrange(size)
    entries = entries_up_to(size + source.randrange(300))
    entries[first] = entry_at(first, "another")
    shutil.rmtree(home / "meiri-log")
    write_log(home, entries)
    return first


def fork(home: Path, size: int, source: random.Random) -> int:
    """From one entry on it is another log, of the same size or longer."""
    first = source.randrange(size)
    length = size + source.randrange(300)
    shutil.rmtree(home / "meiri-log")
    write_log(home, [*entries_up_to(first), *(entry_at(index, "fork") for index in range(first, length))])
    return first


def change(home: Path, size: int, source: random.Random) -> int:
    """A leaf is changed in place, with its hash."""
    first = source.randrange(size)
    change_leaf(home, size, first)
    return first


def truncate(home: Path, size: int, source: random.Random) -> int:
    return truncate_tile(home, size, source.randrange(size), source)


DAMAGES: dict[str, Callable[[Path, int, random.Random], int]] = {
    "history rewritten": rewrite,
    "log forked": fork,
    "leaf changed in place": change,
    "tile truncated": truncate,
}
# What a witness can see: it is given checkpoints and proofs, no tiles.
SEEN_BY_WITNESS = ("history rewritten", "log forked")


def try_damage(folder: Path, name: str, size: int, source: random.Random) -> dict:
    """Do it to a log of `size` entries that was verified and cosigned before. Whether it was `found`, whether the first false entry
    was `named` rightly, and what the `witness` answered."""
    folder.mkdir()
    write_log(folder, entries_up_to(size))
    seen = Seen(folder / "seen")
    verify_log(files_at(str(folder)), SIGNER.verifier, seen)
    witness = Witness(folder / "witness", "witness.example.org", [SIGNER.verifier])
    cosigned = ask_to_cosign(witness, folder, 0).status
    first = DAMAGES[name](folder, size, source)
    try:
        verify_log(files_at(str(folder)), SIGNER.verifier, seen)
        found = None
    except FalseLog as error:
        found = error
    answer = ask_to_cosign(witness, folder, size).status if name in SEEN_BY_WITNESS else None
    witness.close()
    return {
        "found": found is not None,
        "named": found is not None and found.first == first,
        "said": str(found),
        "witness": answer,
        "cosigned": cosigned,
    }
