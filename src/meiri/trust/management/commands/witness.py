"""`meiri witness`: cosign the logs of sites, on a machine that is not theirs."""

import signal
from argparse import ArgumentTypeError
from pathlib import Path
from threading import Thread

from django.core.management import BaseCommand, CommandError

from meiri.trust.notes import BY_LOG, BadNote, VerifierKey
from meiri.trust.witness import Witness, WitnessBusy
from meiri.trust.witness_server import WitnessServer


def log_key(text: str) -> VerifierKey:
    """The key of a log, as it is at `/.well-known/meiri-log/key` of its site."""
    try:
        key = VerifierKey.read(text)
    except BadNote as error:
        raise ArgumentTypeError(str(error)) from None
    if key.kind != BY_LOG:
        raise ArgumentTypeError(f"{text!r} is not the key of a log (type 1).")
    return key


class Command(BaseCommand):
    help = (
        "Cosign the checkpoints of logs over HTTP (C2SP tlog-witness), until SIGTERM or SIGINT. It needs no database; let a web"
        " server with a certificate stand in front where others are to reach it."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--name", required=True, help="the name of this witness: witness.example.org")
        parser.add_argument(
            "--folder", type=Path, required=True, help="where its key and its memory are kept"
        )
        parser.add_argument("--log", type=log_key, action="append", required=True, metavar="KEY",
                            help="the key of a log that it watches; may be given several times")  # fmt: skip
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8090)

    def handle(self, name: str, folder: Path, log: list[VerifierKey], host: str, port: int, **options):
        try:
            witness = Witness(folder, name, log)
        except (WitnessBusy, BadNote) as error:
            raise CommandError(str(error)) from None
        try:
            server = WitnessServer((host, port), witness)
        except OSError as error:
            raise CommandError(f"{host}:{port} can't be listened at: {error}") from None
        for number in (signal.SIGTERM, signal.SIGINT):
            # `shutdown` waits for the loop, which this thread runs.
            signal.signal(number, lambda *_: Thread(target=server.shutdown).start())
        self.stdout.write(f"key: {witness.signer.verifier}")
        self.stdout.write(f"listening at http://{host}:{server.server_address[1]}/")
        self.stdout.flush()
        with server:
            server.serve_forever(poll_interval=0.2)
        witness.close()
