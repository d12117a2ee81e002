"""Letters from the public: who writes, about which place, and how far it was followed up."""

import hmac

from django.conf import settings
from django.db import models
from django.utils import timezone

from meiri.letters.sealing import digest_of_key, open_contact
from meiri.sections.models import Station


class Stage(models.TextChoices):
    RECEIVED = "received", "已收到"
    CHECKING = "checking", "核实中"
    ASKED = "asked", "已转交"
    ANSWERED = "answered", "已答复"
    PUBLISHED = "published", "已公开"
    CLOSED = "closed", "已办结"

    @property
    def in_words(self):
        """What the stage means for the writer."""
        return {
            Stage.RECEIVED: "编辑部已收到来信，等待处理。",
            Stage.CHECKING: "编辑正在核实来信反映的情况。",
            Stage.ASKED: "来信已转交有关单位，等待答复。",
            Stage.ANSWERED: "有关单位已经答复，答复内容见下。",
            Stage.PUBLISHED: "来信和答复已公开刊登。",
            Stage.CLOSED: "来信已办结。",
        }[self]


class LetterQuerySet(models.QuerySet):
    def published(self):
        return self.exclude(published_at=None)

    def newest_published(self, count: int, before: int | None = None) -> list["Letter"]:
        letters = self.published().select_related("station")
        if before is not None:
            letters = letters.filter(pk__lt=before)
        return list(letters.order_by("-pk")[:count])


class Letter(models.Model):
    receipt = models.CharField("回执号", max_length=20, unique=True)
    key_digest = models.CharField(max_length=64, editable=False)
    # Of the form it was sent with, so that sending twice makes one letter.
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    subject = models.CharField("标题", max_length=60)
    text = models.TextField("内容", max_length=5000)
    station = models.ForeignKey(
        Station, verbose_name="反映地区", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # The writer's name and how to reach them, sealed with a key that is not in the database.
    sealed_contact = models.BinaryField(editable=False)
    masked_name = models.CharField("来信人", max_length=20, editable=False)
    may_publish = models.BooleanField("同意公开", default=False)
    stage = models.CharField("进度", max_length=9, choices=Stage.choices, default=Stage.RECEIVED)
    created_at = models.DateTimeField("来信时间", default=timezone.now)
    unit = models.CharField("转交单位", max_length=60, blank=True)
    answer = models.TextField("答复", max_length=5000, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    published_text = models.TextField("刊登的来信", max_length=5000, blank=True)
    published_at = models.DateTimeField("公开时间", null=True, blank=True)
    closing_words = models.CharField("办结说明", max_length=300, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = "群众来信"
        verbose_name_plural = "群众来信"
        default_permissions = ()
        permissions = [("handle_letter", "可以办理来信"), ("open_contact", "可以查看来信人联系方式")]
        indexes = [
            models.Index(fields=["stage", "-id"], name="letters_by_stage"),
            models.Index(
                fields=["-id"], condition=models.Q(published_at__isnull=False), name="letters_published"
            ),
        ]

    def __str__(self):
        return f"{self.receipt} {self.subject}"

    @property
    def content_key(self):
        return f"letter:{self.pk}"

    @property
    def stage_in_words(self):
        return Stage(self.stage).in_words

    def opens_with(self, key: str) -> bool:
        """Whether `key` is the one that was shown to the writer."""
        return hmac.compare_digest(self.key_digest, digest_of_key(self.receipt, key))

    def contact(self) -> dict[str, str]:
        """The name and contact in clear. Only `handling.open_contact` shows it to anyone."""
        return open_contact(bytes(self.sealed_contact))


class Step(models.Model):
    """A stage that a letter reached."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="steps")
    stage = models.CharField("进度", max_length=9, choices=Stage.choices)
    at = models.DateTimeField("时间", default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="办理人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        ordering = ["at", "id"]

    def __str__(self):
        return f"{self.letter_id}: {self.get_stage_display()}"


class StageCount(models.Model):
    """How many letters are at a stage. Kept by `handling`, so that no page counts rows."""

    stage = models.CharField(max_length=9, primary_key=True, choices=Stage.choices)
    letters = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.stage}: {self.letters}"
