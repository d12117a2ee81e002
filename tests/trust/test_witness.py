"""A witness cosigns a log as it grows, and refuses one that was rolled back or written anew; the site then signs nothing."""

import signal
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from meiri.outbound import OutboundRules, ask, is_any
from meiri.trust.checkpoints import Checkpoint
from meiri.trust.log_files import LogFiles, log_files
from meiri.trust.log_signing import LogForked, log_key, sign_log
from meiri.trust.models import SignedCheckpoint
from meiri.trust.notes import BY_LOG, BadNote, SignedNote, Signer, VerifierKey
from meiri.trust.outside import verify_log
from meiri.trust.witness import Witness, WitnessBusy
from meiri.trust.witness_server import WitnessServer
from meiri.trust.witnesses import cosignatures_of
from tests.newsroom_factory import an_article
from tests.trust.conftest import enter_all, enter_and_sign, execute
from tests.trust.logs import SIGNER, entries_up_to, entry_at, signed, write_log
from tests.trust.trials import ask_to_cosign

RULES = OutboundRules(is_allowed=is_any, ports=None)


@contextmanager
def served(witness: Witness):
    """The address of a witness that answers inside the block."""
    server = WitnessServer(("127.0.0.1", 0), witness)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        witness.close()


@given(st.integers(1, 700), st.integers(1, 700), st.randoms(use_true_random=False))
@hypothesis_settings(max_examples=15)
def test_a_log_that_grows_is_cosigned_and_no_other(tmp_path_factory, one, another, source):
    folder = tmp_path_factory.mktemp("witness")
    witness = Witness(folder / "witness", "witness.example.org", [SIGNER.verifier])
    old, size = sorted((one, another))
    entries = entries_up_to(size)
    for home, count in ((folder / "first", old), (folder / "second", size)):
        write_log(home, entries[:count])
    assert ask_to_cosign(witness, folder / "first", 0).status == 200
    reply = ask_to_cosign(witness, folder / "second", old)
    assert reply.status == 200
    note = SignedNote.read(LogFiles(folder / "second").checkpoint() + reply.body)
    assert witness.signer.verifier.signature_on(note)
    # Rolled back, written anew at the same size, and written anew and gone on from.
    if old < size:
        assert ask_to_cosign(witness, folder / "first", 0).body == f"{size}\n"
        assert ask_to_cosign(witness, folder / "first", size).status == 400
    changed = source.randrange(size)
    forked = [*entries[:changed], entry_at(changed, "another"), *entries[changed + 1 :]]
    write_log(folder / "forked", forked)
    assert ask_to_cosign(witness, folder / "forked", size).status == 409
    write_log(folder / "longer", [*forked, entry_at(size)])
    assert ask_to_cosign(witness, folder / "longer", size).status == 422
    witness.close()


def test_a_witness_takes_nothing_that_is_not_signed_and_keeps_what_it_cosigned(tmp_path):
    write_log(tmp_path, entries_up_to(5))
    witness = Witness(tmp_path / "witness", "witness.example.org", [SIGNER.verifier])
    note = LogFiles(tmp_path).checkpoint()
    stranger = Signer.made("other.example.cn/log", BY_LOG)
    forger = Signer.made(SIGNER.name, BY_LOG)
    text = Checkpoint(stranger.name, 5, b"r" * 32).text
    unknown = str(SignedNote(text, (stranger.sign(text),)))
    forged = str(SignedNote(SignedNote.read(note).text, (forger.sign(SignedNote.read(note).text),)))
    requests = {
        b"": 400, b"\xff": 400, b"old 0\n\n": 400, f"old x\n\n{note}".encode(): 400, f"old 00\n\n{note}".encode(): 400,
        f"old 6\n\n{note}".encode(): 400, ("old 0\n" + "A" * 44 + "\n\n" + note).encode(): 400,
        ("old 0\n" + f"{'A' * 43}=\n" * 64 + "\n" + note).encode(): 400,
        f"old 0\n{'A' * 43}=\n\n{note}".encode(): 422,
        f"old 0\n\n{unknown}".encode(): 404, f"old 0\n\n{forged}".encode(): 403, f"old 2\n\n{note}".encode(): 409,
        f"old 0\n\n{note}".encode(): 200,
    }  # fmt: skip
    assert {request: witness.add_checkpoint(request).status for request in requests} == requests
    with pytest.raises(WitnessBusy):
        Witness(tmp_path / "witness", "witness.example.org", [SIGNER.verifier])
    witness.close()
    again = Witness(tmp_path / "witness", "another name", [SIGNER.verifier])
    assert again.signer == witness.signer
    assert again.add_checkpoint(f"old 0\n\n{note}".encode()).body == "5\n"
    again.close()
    (tmp_path / "witness" / "cosigned.json").write_text('{"a": 1}')
    with pytest.raises(BadNote, match="Retire the key"):
        Witness(tmp_path / "witness", "witness.example.org", [SIGNER.verifier])
    (tmp_path / "witness" / "cosigned.json").unlink()
    with pytest.raises(BadNote, match="Retire its key"):
        Witness(tmp_path / "witness", "witness.example.org", [SIGNER.verifier])


@pytest.mark.django_db
def test_the_site_is_cosigned_and_signs_no_fork_of_what_a_witness_has_seen(settings, tmp_path):
    for number in range(3):
        an_article(f"稿件{number}")
    witness = Witness(tmp_path / "witness", "witness.example.org", [log_key().verifier])
    with served(witness) as address:
        key = witness.signer.verifier
        settings.WITNESSES = f"{key} {address}, {key} http://127.0.0.1:9/"
        enter_and_sign()
        an_article("第四篇")
        enter_and_sign()
        note = SignedNote.read(log_files().checkpoint())
        assert len(note.signatures) == 2, "one witness did not answer, and the log went on"
        assert key.signature_on(note)
        assert verify_log(log_files().read).size == 4
        # All that the owner has is written anew, with the right key: only the witness remembers.
        execute('UPDATE trust_leaf SET commitment = %s WHERE "index" = 1', b"x" * 32)
        SignedCheckpoint.objects.all().delete()
        (log_files().folder / "checkpoint").unlink()
        for size in (4, 5):
            with pytest.raises(LogForked, match="has cosigned another log"):
                sign_log()
            an_article(f"第{size + 1}篇")
            enter_all()
        execute('DELETE FROM trust_leaf WHERE "index" > 1')
        with pytest.raises(LogForked, match="has cosigned 4 leaves, and this log has 2"):
            sign_log()
        assert log_files().checkpoint() is None
        assert not SignedCheckpoint.objects.exists()


def test_who_is_no_witness_of_the_settings_cosigns_nothing(settings, tmp_path):
    checkpoint = write_log(tmp_path, entries_up_to(5))
    note, tree = SignedNote.read(signed(checkpoint)), LogFiles(tmp_path).tree(5)
    with served(Witness(tmp_path / "witness", "witness.example.org", [SIGNER.verifier])) as address:
        other = Signer.made("witness.example.org", 4).verifier
        settings.WITNESSES = f"{other} {address}/"
        assert cosignatures_of(note, checkpoint, tree) == []
        assert ask(f"{address}/", RULES).status == 200
        assert ask(f"{address}/etc", RULES).status == 404
        assert ask(f"{address}/add-checkpoint", RULES, "POST", body=b"x" * 40_000).status == 400
    for wrong in ("nothing", f"{SIGNER.verifier} http://127.0.0.1:9/", f"{other} ftp://127.0.0.1/"):
        settings.WITNESSES = wrong
        with pytest.raises(BadNote, match="MEIRI_WITNESSES"):
            cosignatures_of(note, checkpoint, tree)


def test_the_command_is_a_witness_until_it_is_ended(tmp_path):
    checkpoint = write_log(tmp_path, entries_up_to(300))
    command = [sys.executable, "-m", "django", "witness", "--name", "witness.example.org", "--port", "0"]
    command += ["--folder", str(tmp_path / "witness"), "--log", str(SIGNER.verifier)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        key = VerifierKey.read(process.stdout.readline().removeprefix("key: "))
        address = process.stdout.readline().removeprefix("listening at ").strip()
        body = f"old 0\n\n{signed(checkpoint)}".encode()
        response = ask(f"{address}add-checkpoint", RULES, "POST", body=body)
        assert response.status == 200
        note = SignedNote.read(signed(checkpoint) + response.body.decode())
        assert key.signature_on(note)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        process.stdout.close()
