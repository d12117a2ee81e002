"""Every sequence of deeds over one article, walked through the rules of reviews; then deeds by chance, at the doors of a site."""

import argparse
import time
from collections import Counter

from bench._processes import data_folder, take_step
from tests.review.deeds import walk

DEEDS, MINUTES = 7, 2
# One run: articles, and deeds to each.
EXAMPLES, STEPS = 10, 60


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reviews", description=__doc__)
    parser.add_argument("--deeds", type=int, default=DEEDS, help="0: none are walked")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="how long deeds are done by chance")
    options = parser.parse_args(arguments)
    if options.deeds:
        walk_deeds(options.deeds)
    with data_folder(None) as home:
        take_step("bench.reviews", home, str(options.minutes))


def walk_deeds(depth: int) -> None:
    began = time.process_time()
    walked = walk(depth)
    print(
        f"{walked.sequences:,} sequences of up to {depth} deeds, which end in {walked.stories:,} stories that are not alike; "
        f"{walked.tried:,} deeds looked at, {time.process_time() - began:.0f} s of a processor. "
        "None publishes what was not reviewed.",
        flush=True,
    )


def do_deeds(minutes: str) -> None:
    """Deeds by chance for so many minutes. Raises `AssertionError`, with the deeds that led there, where the rules were broken."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test.utils import setup_test_environment
    from hypothesis import HealthCheck, seed
    from hypothesis import settings as of_run
    from hypothesis.stateful import run_state_machine_as_test

    from tests.review.deeds_at_doors import machine
    from tests.review.newsroom import set_up

    settings.PAGE_FILES = settings.STAFF_SECOND_FACTOR = False
    setup_test_environment()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    deeds, run = Counter(), 0
    people = set_up()
    began, until = time.process_time(), time.monotonic() + 60 * float(minutes)
    of_one_run = of_run(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    while time.monotonic() < until:
        run_state_machine_as_test(seed(run)(machine(people, deeds)), settings=of_one_run)
        run += 1
    told = ", ".join(f"{count:,} {name}" for name, count in deeds.items())
    print(
        f"{run * EXAMPLES} articles, {time.process_time() - began:.0f} s of a processor: {told}. No rule was broken."
    )


if __name__ == "__main__":
    import sys

    if sys.argv[1:2] == ["--step"]:
        do_deeds(*sys.argv[2:])
    else:
        main(sys.argv[1:])
