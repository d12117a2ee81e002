"""The `meiri` console script: every Django command and Meiri's own."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured

from meiri.file_modes import OWNER_ONLY
from meiri.metrics import count_together, counts_together


def main() -> None:
    os.umask(OWNER_ONLY)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meiri.conf.settings")
    check_settings()
    if counts_together(sys.argv):
        from django.conf import settings

        count_together(settings.HOME)
    if sys.argv[1:2] == ["reindex"]:
        reindex()
        return
    from django.core.management import execute_from_command_line

    from meiri.s3 import S3Away

    try:
        execute_from_command_line(sys.argv)
        sys.stdout.flush()
    except BrokenPipeError:
        # Who read it has seen enough (`meiri doctor | head`); Python flushes once more as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except S3Away as error:
        sys.stderr.write(f"Media files can't be read or written: {error}\n")
        sys.exit(1)


def check_settings() -> None:
    """End with a sentence where a setting can't be understood."""
    from django.conf import settings

    try:
        _ = settings.BASE_URL
    except (ImproperlyConfigured, ValueError) as error:
        sys.stderr.write(f"A setting can't be understood: {error}\n")
        # The exit status of what is broken is another of `meiri doctor`.
        sys.exit(2 if sys.argv[1:2] == ["doctor"] else 1)


def reindex() -> None:
    """Of the site's apps a search index is built with the journal alone: all others would take 80 MB beside it."""
    from django.apps import apps
    from django.conf import settings
    from django.utils.log import configure_logging

    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    apps.populate(["meiri.journal"])
    from meiri.newsroom import plain_text
    from meiri.search.kinds_of_blocks import ask_the_site
    from meiri.search.management.commands.reindex import Command

    plain_text.look_kinds_up_by(ask_the_site().get)
    Command().run_from_argv(sys.argv)


if __name__ == "__main__":
    main()
