"""Trees, notes and tiles are those of the standards: compared with the definitions, and with Go's own packages."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meiri.trust.checkpoints import Checkpoint
from meiri.trust.leaf_records import commitment_to
from meiri.trust.log_files import LogFiles
from meiri.trust.merkle import (
    consistency_proof,
    hash_leaf,
    inclusion_proof,
    is_consistent,
    is_included,
    root_of,
    root_of_range,
)
from meiri.trust.notes import BY_LOG, BY_WITNESS, BadNote, SignedNote, Signer, VerifierKey
from meiri.trust.proofs import Proof
from meiri.trust.tiles import tile_name
from tests.trust.logs import ORIGIN, SIGNER, entries_up_to, entry_at, signed, write_log

GO_SOURCE = Path(__file__).with_name("check.go")


def defined_root(entries: list[bytes]) -> bytes:
    """MTH as RFC 6962, 2.1 defines it."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hash_leaf(entries[0])
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return hashlib.sha256(b"\1" + defined_root(entries[:split]) + defined_root(entries[split:])).digest()


def subtrees_of(entries: list[bytes]):
    return lambda height, index: root_of(
        [hash_leaf(one) for one in entries[index << height : (index + 1) << height]]
    )


@given(st.integers(1, 600), st.data())
@settings(max_examples=60, deadline=None)
def test_roots_and_proofs_are_those_of_rfc_6962(size, data):
    entries = entries_up_to(size)
    old, index = data.draw(st.integers(0, size)), data.draw(st.integers(0, size - 1))
    subtrees, root = subtrees_of(entries), defined_root(entries)
    old_root = defined_root(entries[:old])
    assert root == root_of([hash_leaf(one) for one in entries]) == root_of_range(subtrees, 0, size)
    path = inclusion_proof(subtrees, index, size)
    assert is_included(hash_leaf(entries[index]), index, size, path, root)
    assert not is_included(hash_leaf(b"another"), index, size, path, root)
    assert not is_included(hash_leaf(entries[index]), index, size, [*path, root], root)
    proof = consistency_proof(subtrees, old, size)
    assert is_consistent(old, size, proof, old_root, root)
    if old:
        assert not is_consistent(old, size, proof, hash_leaf(b"another"), root)
    if old not in (0, size):
        assert not is_consistent(old, size, proof[:-1], old_root, root)
        # A tree whose last entry of the old part was another one.
        forked = [*entries[: old - 1], entry_at(old - 1, "another"), *entries[old:]]
        other = consistency_proof(subtrees_of(forked), old, size)
        assert not is_consistent(old, size, other, old_root, defined_root(forked))


def test_a_note_is_read_as_it_was_signed_and_nothing_else_is_taken():
    checkpoint = Checkpoint(ORIGIN, 7, hashlib.sha256(b"7").digest())
    note = SignedNote.read(signed(checkpoint))
    assert Checkpoint.read(note.text) == checkpoint
    assert SIGNER.verifier.signature_on(note)
    assert VerifierKey.read(str(SIGNER.verifier)) == SIGNER.verifier
    assert Signer.read(str(SIGNER)) == SIGNER
    altered = SignedNote(note.text.replace("\n7\n", "\n8\n"), note.signatures)
    assert not SIGNER.verifier.signature_on(altered)
    witness = Signer.made("witness.example.org", BY_WITNESS)
    cosigned = witness.sign(note.text)
    assert witness.verifier.has_signed(note.text, cosigned)
    later = cosigned._replace(signed=b"\0" * 8 + cosigned.signed[8:])
    assert not witness.verifier.has_signed(note.text, later)
    assert not Signer.made("witness.example.org", BY_LOG).verifier.has_signed(note.text, cosigned)
    for wrong in ("", "text\n", "text\n\nno signature\n", "text\n\n— name !\n", note.text + "\n— a YQ==\n"):
        with pytest.raises(BadNote):
            SignedNote.read(wrong)
    for wrong in ("a+b", f"{ORIGIN}+00000000+{str(SIGNER.verifier).rpartition('+')[2]}", "a+00000000+!"):
        with pytest.raises(BadNote):
            VerifierKey.read(wrong)


def test_tiles_have_the_names_of_the_standard():
    assert tile_name(0, 1234067) == "tile/0/x001/x234/067"
    assert tile_name("entries", 5, 17) == "tile/entries/005.p/17"


def test_go_finds_what_is_written_right(tmp_path):
    """Needs Go and its package golang.org/x/mod (Debian: golang-go, golang-golang-x-mod-dev)."""
    if not shutil.which("go"):
        pytest.skip("Go is not installed: golang-go and golang-golang-x-mod-dev of Debian")
    entries = entries_up_to(70_000)
    write_log(tmp_path, entries[:66_000])
    checkpoint = write_log(tmp_path, entries, 66_000)
    record, salt, index = b'{"kind":"article.published"}', b"s" * 16, 70_000
    commitment = commitment_to(record, salt)
    checkpoint = write_log(tmp_path, [*entries, commitment], 70_000)
    tree = LogFiles(tmp_path).tree(checkpoint.size)
    path = inclusion_proof(tree.subtree, index, checkpoint.size)
    proof = Proof(index, salt, record, tuple(path), signed(checkpoint))
    assert Proof.read(str(proof)).check(SIGNER.verifier) == checkpoint
    (tmp_path / "proof").write_text(str(proof))
    found = check_with_go(tmp_path, tmp_path / "meiri-log", tmp_path / "proof", 66_000)
    assert found == {"size": 70_001, "tiles": True, "proof": True, "consistent": True, "signed": ORIGIN}


def check_with_go(work: Path, log: Path, proof: Path, old: int) -> dict:
    """What `check.go` says of a log and a proof, all by golang.org/x/mod/sumdb."""
    environment = os.environ | {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "", "GOCACHE": str(work / "go-cache"), "HOME": str(work)}  # fmt: skip
    done = subprocess.run(
        ["go", "run", str(GO_SOURCE), str(log), str(proof), str(old)],
        env=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
