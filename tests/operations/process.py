"""A worker of test_clock_jobs.py: once it reads a line, it does what its arguments name, and says which jobs it ran.

`lapse` lets all leases run out, `published` says how many articles the journal tells were published, `hang` is a job that
waits for another line, all else are the site's own jobs or jobs that do nothing.
"""

import sys

import django

django.setup()

from django.utils import timezone  # noqa: E402

from meiri.conf.management.commands.work import SCHEDULE  # noqa: E402
from meiri.journal.models import Entry  # noqa: E402
from meiri.operations.clock_jobs import ClockJob, attempt  # noqa: E402
from meiri.operations.models import JobRun  # noqa: E402


def job_named(name: str) -> ClockJob:
    for job in SCHEDULE:
        if job.name == name:
            return job

    def run():
        print("ran", name, flush=True)
        if name == "hang":
            sys.stdin.readline()

    run.__name__ = name
    return ClockJob(run, 3600)


print("ready", flush=True)
sys.stdin.readline()
for name in sys.argv[1:]:
    if name == "lapse":
        JobRun.objects.update(leased_until=timezone.now())
    elif name == "published":
        print(Entry.objects.filter(kind="article.published").count())
    else:
        attempt(job_named(name), {})
print("done", flush=True)
