"""The process group that bench/views.py measures: web server and worker, started again at once when killed."""

import os
import sys
from functools import partial

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meiri.conf.settings")
django.setup()

from meiri.conf import process_group, web_server  # noqa: E402
from meiri.conf.preloading import load_site  # noqa: E402


def main(port: str) -> None:
    load_site()
    # Whoever is killed on purpose is not to be punished for it: each is started again at once.
    process_group.STEADY_SECONDS = 0
    web = partial(web_server.serve, "127.0.0.1", int(port), 1)
    process_group.run_group({"web": web, "worker": partial(call_command, "work")})


if __name__ == "__main__":
    main(sys.argv[1])
