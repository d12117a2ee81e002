"""The leaves of the log, and the newest checkpoint that was signed."""

from django.db import models

from meiri.journal.public_models import NotPublic


class Leaf(models.Model):
    """A leaf of the log: the public `commitment`, and what it is opened with.

    `entry`: the number of the entry of the journal that it stands for; None for a leaf that was lost with a database and taken
    over from the files of the log. `salt`: None where what it stands for was erased, or is not known.
    """

    index = models.BigIntegerField("位置", primary_key=True)
    entry = models.BigIntegerField("日志序号", unique=True, null=True)
    thing = models.CharField("内容", max_length=60, blank=True)
    salt = models.BinaryField("盐", max_length=16, null=True)
    commitment = models.BinaryField("承诺值", max_length=32)

    public = NotPublic("only the commitment is, in files that are written from here")

    class Meta:
        indexes = [models.Index(fields=["thing", "-index"], name="leaf_newest_of_thing")]

    def __str__(self):
        return f"{self.index} {self.thing}"


class SignedCheckpoint(models.Model):
    """The checkpoint that was signed last, one row. `note`: with all signatures (C2SP tlog-checkpoint)."""

    size = models.BigIntegerField("叶数")
    root = models.BinaryField("根", max_length=32)
    note = models.TextField("检查点")

    public = NotPublic("it is signed from what the leaves say")

    def __str__(self):
        return str(self.size)


def next_index() -> int:
    """How many leaves there are: the index that the next one gets. One look-up in the index."""
    newest = Leaf.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if newest is None else newest + 1
