"""What is kept of each job that runs by the clock: who runs it now, when it is due again, how it ended last."""

from django.db import models

from meiri.journal.public_models import NotPublic


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

    public = NotPublic("how the site is run")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "node"], name="one_row_a_job_and_node")]

    def __str__(self):
        return f"{self.name}@{self.node}" if self.node else self.name
