"""An article offered to a place whose desk decides whether it stands there (送稿)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from meiri.journal.public_models import NotPublic
from meiri.sections.models import Channel, Station


class ProposalState(models.TextChoices):
    ASKED = "asked", "等待采用"
    ACCEPTED = "accepted", "已采用"
    DECLINED = "declined", "未采用"
    WITHDRAWN = "withdrawn", "已收回"


class ProposalMode(models.TextChoices):
    """As what the place may have the article: its giver says so."""

    LINK = "link", "同一篇：列入对方版面，改动同步"
    QUOTE = "quote", "引用：对方另存一篇，文字不得改动"
    OWN = "own", "另成一稿：对方可以改写"

    @property
    def short(self) -> str:
        return str(self.label).partition("：")[0]


class ProposalQuerySet(models.QuerySet):
    def asked(self):
        return self.filter(state=ProposalState.ASKED)

    def of(self, article_id: int):
        """Those of an article that still count: a proposal that was taken back leaves the way open for a new one."""
        return self.filter(article=article_id).exclude(state=ProposalState.WITHDRAWN)

    def of_places(self):
        """Those by which the article itself is to stand at the place."""
        return self.filter(mode=ProposalMode.LINK)


class Proposal(models.Model):
    """One article offered to one channel or one station."""

    article = models.ForeignKey(
        "newsroom.Article", verbose_name="稿件", on_delete=models.CASCADE, related_name="proposals"
    )
    channel = models.ForeignKey(
        Channel, verbose_name="频道", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    station = models.ForeignKey(
        Station, verbose_name="地方站", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    state = models.CharField("状态", max_length=9, choices=ProposalState.choices, default=ProposalState.ASKED)
    mode = models.CharField("方式", max_length=5, choices=ProposalMode.choices, default=ProposalMode.LINK)
    note = models.CharField("附言", max_length=200, blank=True)
    # What the place made of it, where it was given to be quoted or changed.
    version = models.OneToOneField(
        "newsroom.Article",
        verbose_name="采用的稿件",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="送稿人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    asked_at = models.DateTimeField("送稿时间", default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="处理人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    decided_at = models.DateTimeField("处理时间", null=True)
    reason = models.CharField("原因", max_length=200, blank=True)

    objects = ProposalQuerySet.as_manager()
    public = NotPublic("readers see where an article stands once `placing` has told the journal")

    class Meta:
        verbose_name = "送稿"
        verbose_name_plural = "送稿"
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(channel=None, station__isnull=False) | Q(channel__isnull=False, station=None),
                name="proposal_to_one_place",
            ),
            models.UniqueConstraint(
                fields=["article", "channel"],
                condition=~Q(state="withdrawn") & Q(channel__isnull=False),
                name="proposed_once_to_a_channel",
            ),
            models.UniqueConstraint(
                fields=["article", "station"],
                condition=~Q(state="withdrawn") & Q(station__isnull=False),
                name="proposed_once_to_a_station",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="proposals_by_state"),
            models.Index(fields=["asked_by", "state", "-decided_at"], name="proposals_of_asker"),
        ]

    def __str__(self):
        return f"{self.article_id} → {self.place}"

    @property
    def mode_name(self) -> str:
        return ProposalMode(self.mode).short

    @property
    def place(self) -> Channel | Station:
        place = self.channel or self.station
        assert place is not None  # noqa: S101 the database has it so: `proposal_to_one_place`
        return place
