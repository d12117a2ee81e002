"""What is kept of how the site is run: each job that runs by the clock, and each node."""

from django.db import models

from meiri.journal.public_models import NotPublic


class JobRunQuerySet(models.QuerySet):
    def failing(self):
        return self.filter(failures__gt=0).order_by("name", "node")


class JobRun(models.Model):
    """The last run of one job: of the whole site, or of one node where `node` names it."""

    name = models.CharField(max_length=60)
    node = models.CharField(max_length=255, blank=True)
    lease = models.CharField(max_length=36, blank=True)
    leased_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)
    # How often in succession it failed, and with which error last.
    failures = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    objects = JobRunQuerySet.as_manager()
    public = NotPublic("how the site is run")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "node"], name="one_row_a_job_and_node")]

    def __str__(self):
        return f"{self.name}@{self.node}" if self.node else self.name


class Node(models.Model):
    """A machine that serves the site, as its worker noted it last.

    `keys`: of each key that all nodes must share, by the name of its file, a digest that tells whether two are the same and
    nothing else. `release`: the digest of the code that runs there.
    """

    name = models.CharField(max_length=255, unique=True)
    release = models.CharField(max_length=64)
    keys = models.JSONField(default=dict)
    seen_at = models.DateTimeField()

    public = NotPublic("how the site is run")

    def __str__(self):
        return self.name
