"""What became of a thing after it was published first (修改记录): what was changed, of which kind, why. Readers see it."""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from wagtail.models import Revision

from meiri.asked_words import asked_words
from meiri.changes.things import keys_of
from meiri.changes.withdrawal_receipts import WithdrawalReceipt
from meiri.journal.public_models import Public

__all__ = ["ChangeKind", "PublishedChange", "WithdrawalReceipt"]

LONGEST_REASON = 200
# What a change keeps at most: reporters write longer ones.
LONGEST_KEPT = 300


class ChangeKind(models.TextChoices):
    UPDATE = "update", "更新"
    SMALL = "small", "小改"
    CORRECTION = "correction", "更正"
    WITHDRAWN = "withdrawn", "撤稿"
    RESTORED = "restored", "恢复刊发"
    ERASED = "erased", "依令删除"


# Those that an editor chooses when what is published is published again.
CHOSEN = [(kind.value, kind.label) for kind in (ChangeKind.UPDATE, ChangeKind.SMALL, ChangeKind.CORRECTION)]
# Those after which readers see the same version as before, or none.
NO_VERSION = (ChangeKind.WITHDRAWN, ChangeKind.ERASED)
# How they are called of what is no article.
_OF_OTHERS = {ChangeKind.WITHDRAWN: "撤下", ChangeKind.RESTORED: "恢复"}


class PublishedChange(models.Model):
    """One deed after the first publication. `parts`: what was changed, as readers are told; `before`: what they saw of it until
    then, for the newsroom, where the thing has no versions of its own. `version`: the number of the version whose text was erased."""

    # Its name, see `things`.
    thing = models.CharField("对象", max_length=40)
    kind = models.CharField("类别", max_length=10, choices=ChangeKind.choices)
    reason = models.CharField("原因", max_length=LONGEST_KEPT, blank=True)
    # Of a thing with versions: what readers saw until then, and since.
    old_version = models.ForeignKey(
        Revision, verbose_name="修改前的版本", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    new_version = models.ForeignKey(
        Revision, verbose_name="修改后的版本", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    shows_wording = models.BooleanField("向读者展示改动文字", default=True)
    version = models.PositiveIntegerField("依令删除的版本", null=True)
    parts = models.JSONField("修改处", default=list)
    before = models.JSONField("修改前", default=dict)
    at = models.DateTimeField("时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="修改人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    public = Public(
        ("kind", "reason", "parts", "at", "shows_wording", "version"),
        keys=lambda change: keys_of(change.thing),
        deeds=True,
    )

    class Meta:
        verbose_name = "修改记录"
        verbose_name_plural = "修改记录"
        default_permissions = ()
        indexes = [models.Index(fields=["thing", "-id"], name="changes_of_thing")]

    def __str__(self):
        return f"{self.kind_in_words} {self.at:%Y-%m-%d %H:%M}"

    @property
    def kind_in_words(self) -> str:
        if self.thing.partition(":")[0] == "article":
            return self.get_kind_display()
        return _OF_OTHERS.get(ChangeKind(self.kind)) or self.get_kind_display()

    @property
    def has_wording(self) -> bool:
        """Whether there are two versions to compare."""
        return None not in (self.old_version_id, self.new_version_id)

    @property
    def in_words(self) -> str:
        return "、".join(map(str, self.parts))


def record_change(
    thing: str,
    kind: str,
    reason: str,
    by,
    parts: list[str] | None = None,
    before: dict | None = None,
    versions: tuple[int | None, int | None] = (None, None),
    version: int | None = None,
) -> PublishedChange:
    """Note a deed after the first publication. Part of its transaction, which tells the journal. `versions`: the numbers of
    Wagtail's versions that readers saw until then and see now; `version`: the number of a published version that was erased."""
    return PublishedChange.objects.create(
        thing=thing,
        kind=kind,
        reason=reason,
        parts=parts or [],
        before=before or {},
        old_version_id=versions[0],
        new_version_id=versions[1],
        version=version,
        at=timezone.now(),
        by=by,
    )


def changes_of(thing: str, count: int, before: int | None = None) -> list[PublishedChange]:
    """The `count` newest changes of a thing, or those before number `before`. One query."""
    found = PublishedChange.objects.filter(thing=thing)
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-pk")[:count])


def last_changed_at(thing: str) -> datetime | None:
    """When a thing was changed last, as readers are told; None where there is no change to tell of. One query. What an order took from
    an earlier version changes nothing of it."""
    found = PublishedChange.objects.filter(thing=thing).exclude(kind=ChangeKind.ERASED)
    return found.order_by("-pk").values_list("at", flat=True).first()


def asked_kind(kind: str) -> ChangeKind:
    """The kind of change that was chosen. Raises `ValidationError`."""
    if kind not in {value for value, _ in CHOSEN}:
        raise ValidationError("请选修改类别：更新、小改或更正。")
    return ChangeKind(kind)


def asked_reason(reason: str, deed: str) -> str:
    """The reason that readers are told of a `deed` (修改, 撤下). Raises `ValidationError` without one."""
    return asked_words(reason, LONGEST_REASON, f"请写明{deed}的原因，读者会看到。", "原因")
