"""`meiri serve`: web server, worker and scheduler as one process group."""

import os
import socket
import sys
from collections.abc import Callable
from functools import partial
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from meiri.conf import web_server
from meiri.conf.management.commands.replicate import check_replication
from meiri.conf.preloading import load_dictionaries, load_site
from meiri.conf.preparation import is_prepared, prepare
from meiri.conf.process_group import be_called, end_with_head, run_group
from meiri.conf.static_files import static_files
from meiri.delivery.cdn import cdn_of
from meiri.file_modes import close_folder
from meiri.mail.server import check_mail
from meiri.own_address import add_options, address_of_server, keep_address

# The status with which a preparation ends that had something to do.
PREPARED = 64


class Command(BaseCommand):
    help = (
        "Serve the site: web server, worker and scheduler in one process group. Stops on SIGTERM or SIGINT."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        add_options(parser, settings.HOST, settings.PORT)
        parser.add_argument("--workers", type=int, default=1, help="web server processes (default: 1)")
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="look through database, sample newsroom and static files even where they are known to be up to date",
        )

    def handle(self, *, host, port, workers, **options):
        check_free(host, port)
        check_settings()
        if settings.REPLICATE_TO:
            check_replication()
        check_owner(Path(settings.HOME))
        keep_address(Path(settings.HOME), settings.BASE_URL)
        needed = options["prepare"] or not is_prepared()
        preparing = start_preparing(self.stdout, self.stderr) if needed else None
        load_dictionaries()
        if preparing and had_work(preparing):
            # What this process has loaded may be of the time before: static files have other names now.
            arguments = ["--host", host, "--port", str(port), "--workers", str(workers)]
            os.execv(sys.executable, [sys.executable, "-m", "meiri.conf.command", "serve", *arguments])  # noqa: S606
        if not settings.DEBUG:
            look_through_static_files()
        load_site()
        self.stdout.write(f"Meiri: {address_of_server(host, port)}/   newsroom: /admin/   stop: Ctrl-C")
        sys.stdout.flush()
        be_called("meiri serve")
        members: dict[str, Callable[[], object]] = {
            "web": partial(web_server.serve, host, port, workers),
            "worker": partial(call_command, "work"),
        }
        if settings.REPLICATE_TO:
            members["replica"] = partial(call_command, "replicate")
        run_group(members)


def start_preparing(out, errors) -> BaseProcess:
    """A process that brings the data folder up to date: connections and threads that this takes end with it."""

    def work() -> None:
        end_with_head()
        try:
            sys.exit(PREPARED if prepare(out) else 0)
        except CommandError as error:
            errors.write(str(error))
            sys.exit(1)

    sys.stdout.flush()
    process = get_context("fork").Process(target=work, name="preparation")
    process.start()
    return process


def look_through_static_files() -> None:
    """Put right what somebody changed, before anybody reads their sizes; in a process of its own, as preparing."""
    process = get_context("fork").Process(target=static_files().inspect, name="static files")
    process.start()
    process.join()


def had_work(preparing: BaseProcess) -> bool:
    """Whether there was anything to prepare. Raises `SystemExit` where it failed or Ctrl-C, which reaches it too, ended it."""
    try:
        preparing.join()
    except KeyboardInterrupt:
        preparing.join()
        sys.exit(130)
    if preparing.exitcode not in (0, PREPARED):
        sys.exit(1)
    return preparing.exitcode == PREPARED


def check_owner(home: Path) -> None:
    """Close the data folder to others. Raises `CommandError` where it is somebody else's."""
    try:
        close_folder(home)
    except PermissionError as error:
        raise CommandError(
            f"{error.filename} belongs to somebody else: give the data folder to the user who serves the site"
            f" (sudo chown -R USER {home})."
        ) from None


def check_settings() -> None:
    """Raise `CommandError` where what stands in front of the site, or what sends its mail, can't be understood."""
    try:
        cdn_of(settings.CDN, settings.BASE_URL)
        check_mail()
    except ValueError as error:
        raise CommandError(str(error)) from None


def check_free(host: str, port: int) -> None:
    """Raise `CommandError` where nothing can be served on `host` and `port`."""
    if not 0 < port < 65536:
        raise CommandError(f"{port} is no port; give one from 1 to 65535.")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise CommandError(
            f"Can't serve on {host}:{port}: {error.strerror or error}. Choose another --port."
        ) from error
