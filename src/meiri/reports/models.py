"""What readers say is wrong, and what the newsroom did about it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from meiri.journal.content_keys import REPORT
from meiri.journal.public_models import NotPublic
from meiri.newsroom.models import Article, Correction
from meiri.policy import visible

LONGEST_QUOTE, LONGEST = 300, 1000


class ReportState(models.TextChoices):
    OPEN = "open", "待处理"
    ANSWERED = "answered", "已答复"
    CORRECTED = "corrected", "已更正"
    REFUSED = "refused", "未采纳"

    @property
    def in_words(self):
        """What the state means for the reader who reported."""
        return {
            ReportState.OPEN: "编辑部已收到，等待责任编辑核实。",
            ReportState.ANSWERED: "编辑已答复，答复见下。",
            ReportState.CORRECTED: "经核实，您指出的差错属实，已刊登更正。谢谢您。",
            ReportState.REFUSED: "经核实，没有采纳，原因见下。",
        }[self]


class ReportQuerySet(models.QuerySet):
    def waiting_for(self, user):
        """Those that `user` handles first of all: of the own articles, and of those of nobody with an account."""
        return visible(user, self, "handle").filter(Q(responsible=user) | Q(responsible=None))


class Report(models.Model):
    """One report: of an error in an article, or, without an article, of a barrier on the page at `address`."""

    article = models.ForeignKey(
        Article, verbose_name="稿件", null=True, on_delete=models.CASCADE, related_name="+"
    )
    address = models.CharField("页面地址", max_length=300, blank=True)
    quote = models.CharField("有误的文字", max_length=LONGEST_QUOTE, blank=True)
    text = models.TextField("说明", max_length=LONGEST)
    # The account of the article's editor when the report came; None where the channel's editors share it.
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="责任编辑",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField("时间", default=timezone.now)
    state = models.CharField("状态", max_length=9, choices=ReportState.choices, default=ReportState.OPEN)
    answer = models.TextField("答复", max_length=LONGEST, blank=True)
    correction = models.ForeignKey(
        Correction, verbose_name="更正", null=True, on_delete=models.PROTECT, related_name="+"
    )
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="处理人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    handled_at = models.DateTimeField("处理时间", null=True)
    # Of the key to the receipt, which follows from the form: sending twice makes one report.
    key_digest = models.CharField(max_length=64, unique=True, editable=False)

    public = NotPublic("for its reader and the desk")

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = "读者纠错"
        verbose_name_plural = "读者纠错"
        default_permissions = ()
        indexes = [
            models.Index(fields=["state", "-id"], name="reports_by_state"),
            models.Index(fields=["responsible", "state", "-id"], name="reports_of_editor"),
        ]

    def __str__(self):
        return f"{self.pk} {self.text[:20]}"

    @property
    def content_key(self):
        return REPORT.key(self.pk)

    @property
    def state_in_words(self):
        return ReportState(self.state).in_words
