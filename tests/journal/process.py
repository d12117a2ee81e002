"""What the processes of test_concurrency.py do: write N, consume FILE [stop-at N], expire, count."""

import sys
import time
from datetime import timedelta

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from meiri.journal import consumers  # noqa: E402
from meiri.journal.log import append, last_sequence  # noqa: E402
from meiri.journal.models import ConsumerOffset  # noqa: E402
from meiri.journal.verification import verify_chain  # noqa: E402
from tests.journal.entries import published  # noqa: E402


def write(count):
    for n in range(int(count)):
        with transaction.atomic():
            append(published(n), "system")


def consume(file, *stop):
    stop_at = int(stop[1]) if stop else None

    def handler(entries):
        with open(file, "a") as out:
            for entry in entries:
                if entry.sequence == stop_at:
                    out.flush()
                    print(f"stopped at {stop_at}", flush=True)
                    time.sleep(60)  # until it is killed
                out.write(f"{entry.sequence}\n")

    while consumers.run_consumer("index", handler, limit=3):
        pass


def expire():
    ConsumerOffset.objects.update(leased_until=timezone.now() - timedelta(seconds=1))


def count():
    print(last_sequence(), "whole" if verify_chain().broken is None else "broken")


command, *arguments = sys.argv[1:]
{"write": write, "consume": consume, "expire": expire, "count": count}[command](*arguments)
