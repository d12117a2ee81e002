"""Chains of reviews (审校流程): which steps an article passes before readers see it. Built on Wagtail's workflows and tasks."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from wagtail.models import Revision, TaskState, Workflow
from wagtail.signals import task_submitted

from meiri.journal.public_models import NotPublic
from meiri.newsroom.change_checks import beyond_small
from meiri.newsroom.models import Article, Kind, Origin, ReviewTask
from meiri.newsroom.newest_version import newest
from meiri.newsroom.reviewing import ReviewRefused
from meiri.policy import administers
from meiri.policy.reach import NOWHERE, Reach
from meiri.review.review_exceptions import UrgentReview
from meiri.review.review_records import record_of
from meiri.review.review_rules import ReviewRecord, RuleStep, persons_of
from meiri.review.states import BY_SCREEN, ReviewState
from meiri.sections.models import Channel, Station


class Lane(models.TextChoices):
    NORMAL = "normal", "常规"
    FAST = "fast", "快讯应急"
    REPRINT = "reprint", "转载"
    REPAIR = "repair", "发后小改"


class StepPart(models.TextChoices):
    REVIEW = "review", "审"
    PROOF = "proof", "校"
    BOTH = "both", "审校合一"


class ReviewChain(models.Model):
    """The steps that articles of some places and of a kind pass before they are published."""

    name = models.CharField("名称", max_length=60, unique=True)
    lane = models.CharField("类别", max_length=8, choices=Lane.choices, default=Lane.NORMAL)
    channels = models.ManyToManyField(
        Channel,
        verbose_name="频道",
        blank=True,
        related_name="+",
        help_text="频道和地方站都不选，则用于各处。",
    )
    stations = models.ManyToManyField(Station, verbose_name="地方站", blank=True, related_name="+")
    kind = models.CharField(
        "体裁", max_length=9, choices=Kind.choices, blank=True, help_text="不选则不分体裁。"
    )
    active = models.BooleanField("启用", default=True)
    check_after = models.PositiveIntegerField(
        "发后复核时限（分钟）", null=True, blank=True, help_text="填写则发布后须由第三个人复核，逾期报警。"
    )
    workflow = models.OneToOneField(
        Workflow, null=True, editable=False, on_delete=models.PROTECT, related_name="review_chain"
    )

    public = NotPublic("a part of the newsroom's work")

    class Meta:
        verbose_name = "审校流程"
        verbose_name_plural = "审校流程"

    def __str__(self):
        return self.name

    @property
    def current_steps(self) -> list["ChainStep"]:
        """Its steps in their order; one query, or none where they were fetched with it."""
        return sorted((step for step in self.steps.all() if step.in_force), key=lambda step: step.order)

    def rule_steps(self) -> list[RuleStep]:
        """The steps as the rules know them."""
        return [RuleStep(step.pk, step.name, step.checks_credits) for step in self.current_steps]

    def suits(self, article: Article) -> int:
        """How closely it is made for an article: 0 where it is not."""
        channels, stations = list(self.channels.all()), list(self.stations.all())
        fits = 1
        if channels or stations:
            home = article.home_station_id
            at_home = any(s.pk == home for s in stations) if home else False
            in_channel = not home and any(c.pk == article.channel_id for c in channels)
            if not (at_home or in_channel):
                return 0
            fits += 4
        if self.kind:
            if self.kind != article.kind:
                return 0
            fits += 2
        return fits


class ChainStep(ReviewTask):
    """One review of a chain: what the chain's workflow has for a task."""

    chain = models.ForeignKey(ReviewChain, on_delete=models.PROTECT, related_name="steps")
    order = models.PositiveIntegerField(default=0)
    # Wagtail's own `active` can be switched off by whoever administers the site; whether a step is asked for is the chiefs' matter.
    in_force = models.BooleanField(default=True)
    part = models.CharField("性质", max_length=6, choices=StepPart.choices, default=StepPart.REVIEW)
    minutes = models.PositiveIntegerField("时限（分钟）", default=120)
    checklist = models.TextField("审校要点", blank=True, help_text="每行一条，审稿时逐条打勾。")
    checks_credits = models.BooleanField("供图、责任编辑改动后须重审", default=False)

    public = NotPublic("a part of the newsroom's work")
    task_state_class = ReviewState

    class Meta:
        verbose_name = "审校步骤"
        verbose_name_plural = "审校步骤"

    @property
    def points(self) -> list[str]:
        """What the reviewer ticks."""
        return [line.strip() for line in self.checklist.splitlines() if line.strip()]

    def reach(self, user) -> Reach:
        """Where `user` does this review. To administer the site is no post of the newsroom."""
        if administers(user) and not user.groups.filter(pk__in=self._group_keys).exists():
            return NOWHERE
        return super().reach(user)

    def start(self, workflow_state, user=None):
        """Begin the first step that is missing. What stands already of this very text, from before it was sent again, is passed."""
        article = workflow_state.content_object
        record = record_of(article, self.chain.rule_steps())
        if not record.missing:
            raise ReviewRefused("这一稿的审校已经全部完成，可以直接发布。")
        first = record.missing[0].key
        if first != self.pk and self.pk not in record.standing:
            return ChainStep.objects.get(pk=first).start(workflow_state, user=user)
        state = ReviewState(workflow_state=workflow_state, task=self, revision=article.get_latest_revision())
        if self.pk in record.standing:
            state.status, state.finished_at = TaskState.STATUS_SKIPPED, timezone.now()
            state.save()
            return state
        state.due_at = timezone.now() + timedelta(minutes=self.minutes)
        state.save()
        bar(state, record)
        task_submitted.send(sender=ReviewState, instance=state, user=user)
        return state

    def get_actions(self, obj, user):
        """Nothing is decided beside the text: reviewers do it on a screen of their own."""
        return []

    def on_action(self, task_state, user, action_name, **kwargs):
        raise ReviewRefused(BY_SCREEN)


def bar(state: ReviewState, record: ReviewRecord) -> None:
    """Note who may not do a review, for lists."""
    reviewers = {person for adoption in record.standing.values() for person in persons_of(adoption)}
    state.barred.set(record.writers | reviewers)


def has_chains() -> bool:
    """Whether the newsroom has set its reviews up: before, nothing binds."""
    return ReviewChain.objects.filter(active=True).exists()


def active_chains() -> list[ReviewChain]:
    return list(
        ReviewChain.objects.filter(active=True)
        .select_related("workflow")
        .prefetch_related("channels", "stations", "steps")
        .order_by("pk")
    )


def chain_of(article: Article, revision: Revision | None = None) -> ReviewChain | None:
    """The chain that a version of an article has to pass; None where there is none for it. `article` has the content of
    `revision`."""
    chains = active_chains()
    if not chains:
        return None
    for lane in (lane_of(article, revision), Lane.NORMAL):
        fitting = [(chain.suits(article), chain) for chain in chains if chain.lane == lane]
        best = max(fitting, key=lambda found: found[0], default=(0, None))
        if best[0]:
            return best[1]
    return None


def lane_of(article: Article, revision: Revision | None = None) -> Lane:
    """Which kind of chain a version of an article takes."""
    # What readers see is asked of the row: a version knows only what it was when it was saved.
    stored = Article.objects.filter(pk=article.pk).select_related("latest_revision").first()
    if stored is not None and _is_small_repair(stored, article if revision else newest(stored)):
        return Lane.REPAIR
    if article.kind == Kind.FLASH or (stored is not None and UrgentReview.objects.is_asked_for(stored)):
        return Lane.FAST
    if article.origin in (Origin.REPRINT, Origin.WIRE):
        return Lane.REPRINT
    return Lane.NORMAL


def _is_small_repair(stored: Article, version: Article) -> bool:
    return stored.live and stored.live_revision_id is not None and not beyond_small(stored, version)


def workflow_of(article: Article) -> Workflow | None:
    """The workflow of the chain that an article takes."""
    chain = chain_of(article)
    return chain.workflow if chain else None
