"""The journal's rows: entries, the head of the chain, and how far each consumer has read."""

from django.db import models
from django.utils.functional import cached_property

from meiri.journal.events import JournalEvent, read_event
from meiri.journal.public_models import NotPublic

GENESIS = "0" * 64


class EntryImmutable(TypeError):
    """An entry of the journal was to be changed or deleted."""


class EntryQuerySet(models.QuerySet):
    """Entries are written by `journal.log.append` alone and never change."""

    def _refuse(self, *args, **kwargs):
        raise EntryImmutable("The journal is append-only: entries are neither changed nor deleted.")

    update = delete = bulk_update = bulk_create = update_or_create = _refuse

    def of(self, *events: type[JournalEvent]):
        """Entries of these kinds."""
        return self.filter(kind__in=[event.kind for event in events])

    def after(self, sequence: int):
        return self.filter(sequence__gt=sequence).order_by("sequence")


class Entry(models.Model):
    sequence = models.BigIntegerField("序号", primary_key=True)
    at = models.DateTimeField("时间", db_index=True)
    kind = models.CharField("类别", max_length=60)
    keys = models.JSONField("内容键")
    payload = models.JSONField("内容")
    actor = models.CharField("操作人", max_length=60)
    previous = models.CharField("前一条摘要", max_length=64)
    digest = models.CharField("摘要值", max_length=64)

    public = NotPublic("the journal itself")

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = "日志条目"
        verbose_name_plural = "日志"
        default_permissions = ("view",)
        indexes = [models.Index(fields=["kind", "-sequence"], name="entry_newest_of_kind")]

    def __str__(self):
        return f"{self.sequence} {self.kind}"

    @cached_property
    def event(self) -> JournalEvent:
        """What it says, as an object of the class of its kind."""
        return read_event(self.kind, self.keys, self.payload)

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise EntryImmutable("The journal is append-only: entries are neither changed nor deleted.")
        super().save(*args, force_insert=True, **kwargs)

    def delete(self, *args, **kwargs):
        raise EntryImmutable("The journal is append-only: entries are neither changed nor deleted.")


class Head(models.Model):
    """The end of the chain, one row. Whoever appends holds its lock until the transaction ends."""

    sequence = models.BigIntegerField()
    digest = models.CharField(max_length=64)

    public = NotPublic("the journal itself")

    def __str__(self):
        return str(self.sequence)


class ConsumerOffset(models.Model):
    """How far a consumer has read, and what stopped it last."""

    name = models.CharField(max_length=60, primary_key=True)
    sequence = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    retry_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    lease = models.CharField(max_length=36, blank=True)

    public = NotPublic("how far a consumer has read")

    def __str__(self):
        return f"{self.name} at {self.sequence}"
