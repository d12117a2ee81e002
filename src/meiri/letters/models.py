"""Letters from the public: who writes, about which place, and how far it was followed up."""

import hmac
from datetime import date, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from wagtail.contrib.settings.models import register_setting

from meiri.changes.models import LONGEST_REASON
from meiri.journal.content_keys import LETTER
from meiri.journal.public_models import NotPublic, Public
from meiri.letters.sealing import SealedTextField, digest_of_key, open_contact, unseal
from meiri.newsroom.models import Desk
from meiri.sections.models import Station
from meiri.stored_settings import StoredSettings


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


def _days(label: str, default: int, help_text: str):
    return models.PositiveSmallIntegerField(
        label, default=default, help_text=help_text, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )


@register_setting(icon="mail")
class LetterSettings(StoredSettings):
    """How many days a letter may stay at each stage before it is overdue."""

    days_received = _days("已收到", 2, "几天内开始核实。")
    days_checking = _days("核实中", 5, "几天内转交或答复。")
    days_asked = _days("已转交", 10, "有关单位几天内答复。")
    days_answered = _days("已答复", 5, "几天内公开或办结。")

    public = Public(
        ("days_received", "days_checking", "days_asked", "days_answered"),
        keys=lambda settings: [],
        appears=False,
    )

    class Meta:
        verbose_name = "来信办理期限"

    def __str__(self):
        return "来信办理期限"

    def due_on(self, stage: str) -> date | None:
        """The day by which a letter that comes to `stage` today is to go on; None where nothing waits for anybody."""
        days = getattr(self, f"days_{stage}", None)
        return timezone.localdate() + timedelta(days=days) if days else None


# What tells of a letter, its writer and its answer, each sealed with a key that is not in the database.
SEALED = ("subject", "text", "place", "masked_name", "unit", "answer", "closing_words", "sealed_print")


class LetterQuerySet(models.QuerySet):
    def published(self):
        return self.exclude(published_at=None)

    def once_published(self):
        """What readers see, and what was withdrawn from them; not what its writer took back."""
        return self.filter(
            models.Q(published_at__isnull=False) | models.Q(withdrawn_at__isnull=False, taken_back_at=None)
        )

    def newest_published(self, count: int, before: int | None = None) -> list["Letter"]:
        letters = self.published().as_printed()
        if before is not None:
            letters = letters.filter(pk__lt=before)
        return list(letters.order_by("-pk")[:count])

    def as_printed(self):
        """Without what only the newsroom and the writer may read."""
        return self.select_related("station").defer(*SEALED, "sealed_contact")

    def overdue(self):
        return self.filter(due_on__lt=timezone.localdate())


class Letter(models.Model):
    receipt = models.CharField("回执号", max_length=20, unique=True)
    key_digest = models.CharField(max_length=64, editable=False)
    # Of the form it was sent with, so that sending twice makes one letter.
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    subject = SealedTextField("标题")
    text = SealedTextField("内容")
    place = SealedTextField("反映地点")
    station = models.ForeignKey(
        Station, verbose_name="反映地区", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # The editors it was routed to; without one it is for all who handle letters.
    desk = models.ForeignKey(
        Desk, verbose_name="承办", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # The writer's name and how to reach them.
    sealed_contact = models.BinaryField(editable=False)
    masked_name = SealedTextField("来信人")
    may_publish = models.BooleanField("同意公开", default=False)
    stage = models.CharField("进度", max_length=9, choices=Stage.choices, default=Stage.RECEIVED)
    due_on = models.DateField("办理期限", null=True, editable=False)
    # The writer added something that nobody of the newsroom has answered to yet.
    has_news = models.BooleanField("有补充", default=False, editable=False)
    created_at = models.DateTimeField("来信时间", default=timezone.now)
    unit = SealedTextField("转交单位")
    answer = SealedTextField("答复")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    # What readers see, in clear; empty where nothing is printed.
    published_subject = models.CharField("刊登的标题", max_length=60, blank=True)
    published_text = models.TextField("刊登的来信", max_length=5000, blank=True)
    published_answer = models.TextField("刊登的答复", max_length=5000, blank=True)
    published_name = models.CharField("刊登的来信人", max_length=20, blank=True)
    published_unit = models.CharField("刊登的单位", max_length=60, blank=True)
    published_at = models.DateTimeField("公开时间", null=True, blank=True)
    # When it was printed first, and when readers were last told of a change; what had been printed of a letter that was withdrawn
    # (JSON), and why it was.
    first_published_at = models.DateTimeField("首次公开", null=True, editable=False)
    changed_at = models.DateTimeField("刊登后修改", null=True, editable=False)
    sealed_print = SealedTextField("撤下前的刊登稿")
    withdrawn_at = models.DateTimeField("撤下时间", null=True, editable=False)
    withdrawal_reason = models.CharField("撤下原因", max_length=LONGEST_REASON, blank=True, editable=False)
    closing_words = SealedTextField("办结说明")
    # When its writer took it back; what told who wrote was deleted then.
    taken_back_at = models.DateTimeField("撤回时间", null=True, editable=False)

    public = Public(
        (
            "published_subject",
            "published_text",
            "published_answer",
            "published_name",
            "published_unit",
            "published_at",
        ),
        keys=lambda letter: [letter.content_key],
        deeds=True,
    )

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = "群众来信"
        verbose_name_plural = "群众来信"
        default_permissions = ()
        permissions = [("handle_letter", "可以办理来信"), ("open_contact", "可以查看来信人联系方式")]
        indexes = [
            models.Index(fields=["stage", "-id"], name="letters_by_stage"),
            models.Index(fields=["station", "stage", "-id"], name="letters_by_station"),
            models.Index(fields=["desk", "stage", "-id"], name="letters_by_desk"),
            models.Index(
                fields=["due_on", "id"], condition=models.Q(due_on__isnull=False), name="letters_by_due_day"
            ),
            models.Index(
                fields=["-id"], condition=models.Q(published_at__isnull=False), name="letters_published"
            ),
        ]

    def __str__(self):
        return self.receipt

    @property
    def content_key(self):
        return LETTER.key(self.pk)

    @property
    def stage_in_words(self):
        return "来信已按您的要求撤回。" if self.taken_back_at else Stage(self.stage).in_words

    @property
    def is_overdue(self):
        return self.due_on is not None and self.due_on < timezone.localdate()

    @property
    def where(self) -> str:
        """The place in words, as readers see it."""
        return self.station.name if self.station else "全国或其他"

    def opens_with(self, key: str) -> bool:
        """Whether `key` is the one that was shown to the writer."""
        return hmac.compare_digest(self.key_digest, digest_of_key(self.receipt, key))

    def contact(self) -> dict[str, str]:
        """The name and contact in clear. Only `handling.open_contact` shows it to anyone."""
        if self.taken_back_at:
            return {"name": "", "contact": ""}
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

    public = NotPublic("for the writer and the desk")

    class Meta:
        ordering = ["at", "id"]

    def __str__(self):
        return f"{self.letter_id}: {self.get_stage_display()}"


class Message(models.Model):
    """What was said about a letter after it came."""

    class Kind(models.TextChoices):
        NOTE = "note", "内部备注"
        REPLY = "reply", "编辑部回复"
        ADDITION = "addition", "来信人补充"

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    text = SealedTextField("内容")
    at = models.DateTimeField("时间", default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="办理人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    # Of the form of an addition, so that sending twice adds once; None for what the newsroom says.
    token_digest = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001

    public = NotPublic("for the writer and the desk")

    class Meta:
        ordering = ["at", "id"]

    def __str__(self):
        return f"{self.letter_id}: {self.get_kind_display()}"


class Attachment(models.Model):
    """A picture or PDF that came with a letter, sealed. Nothing tells what its file was called."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="attachments")
    type = models.CharField("格式", max_length=15)
    size = models.PositiveIntegerField("字节")
    sealed = models.BinaryField(editable=False)
    at = models.DateTimeField("时间", default=timezone.now)

    public = NotPublic("for the desk")

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return f"{self.letter_id}: {self.type}"

    @property
    def is_picture(self):
        return self.type == "image/jpeg"

    def content(self) -> bytes:
        """The file itself. Raises `cryptography.fernet.InvalidToken` where no key fits."""
        return unseal(bytes(self.sealed))


class StageCount(models.Model):
    """How many letters are at a stage. Kept by `handling`, so that no page counts rows."""

    stage = models.CharField(max_length=9, primary_key=True, choices=Stage.choices)
    letters = models.PositiveIntegerField(default=0)

    public = NotPublic("follows from the letters")

    def __str__(self):
        return f"{self.stage}: {self.letters}"


class MonthCount(models.Model):
    """Letters about a station (0 for none) that came, and that were answered, in a month. Kept by `tally`."""

    month = models.DateField()
    station = models.BigIntegerField()
    received = models.IntegerField(default=0)
    answered = models.IntegerField(default=0)
    # Of those that were answered in the month: the sum of the days it took.
    days = models.IntegerField(default=0)

    public = NotPublic("follows from the letters")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "station"], name="letters_one_count_a_month")]

    def __str__(self):
        return f"{self.month:%Y-%m} {self.station}"
