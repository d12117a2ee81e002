"""What is kept of a visitor, and only while a window lasts: how often a digest nobody can undo was seen."""

from django.db import models

from meiri.journal.public_models import NotPublic


class Salt(models.Model):
    """The secret of one window. Once it is deleted, no digest made with it can be traced to anyone."""

    window = models.CharField(max_length=32, primary_key=True)
    value = models.BinaryField()
    until = models.DateTimeField(db_index=True)

    public = NotPublic("tells visitors apart for a while")

    def __str__(self):
        return self.window


class Visit(models.Model):
    """How often one visitor did one thing in one window."""

    digest = models.CharField(max_length=43, primary_key=True)
    count = models.PositiveIntegerField(default=1)
    until = models.DateTimeField(db_index=True)

    public = NotPublic("counts for limits")

    def __str__(self):
        return f"{self.digest}: {self.count}"
