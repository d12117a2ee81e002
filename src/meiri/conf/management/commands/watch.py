"""`meiri watch`: the site for whoever works on it. Django's development server, which starts again when code changes, and the
worker beside it; pages are made as they are asked for. With `MEIRI_DEBUG` alone, and never where others can reach it."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.management.commands.runserver import Command as RunServer
from django.core.management import CommandError
from django.utils.autoreload import DJANGO_AUTORELOAD_ENV

from meiri.conf.preparation import make_administrator, prepare_database, prepare_newsroom, prepare_search
from meiri.conf.process_group import end_with_head
from meiri.own_address import add_options, keep_address


class Command(RunServer):
    help = (
        "Serve the site for development: code, templates, styles and scripts are read anew when they change."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        add_options(parser, settings.HOST, settings.PORT)

    def handle(self, *arguments, host, port, **options):
        """Raises `CommandError` where debugging is not switched on, or the address is said as for `runserver`."""
        if not settings.DEBUG:
            raise CommandError("Set MEIRI_DEBUG=on, or use `make watch`. For readers there is `meiri serve`.")
        if options["addrport"]:
            raise CommandError("Use --host and --port.")
        if os.environ.get(DJANGO_AUTORELOAD_ENV) != "true":
            keep_address(Path(settings.HOME), settings.BASE_URL)
            for step in (prepare_database, prepare_newsroom, prepare_search, make_administrator):
                step(self.stdout)
        options["addrport"] = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        super().handle(*arguments, **options)

    def inner_run(self, *arguments, **options):
        """In the process that is started again after each change: so is the worker, which ends with it."""
        worker = [sys.executable, "-m", "meiri.conf.command", "work"]
        subprocess.Popen(worker, preexec_fn=end_with_head)  # noqa: S603
        super().inner_run(*arguments, **options)
