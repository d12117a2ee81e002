"""What becomes of one review of an article: who opened the text, what they decided, of which text."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from wagtail.models import TaskState

from meiri.journal.public_models import NotPublic
from meiri.newsroom.models import Article
from meiri.newsroom.reviewing import ReviewRefused

BY_SCREEN = "请在“审稿”页看过全文、写下意见再定，这里不能直接通过或退回。"


class ReviewVerdict(models.TextChoices):
    ADOPT = "adopt", "采用"
    HOLD = "hold", "待用"
    CHANGE = "change", "修改"
    REJECT = "reject", "退稿"


class ReviewState(TaskState):
    """One review of one article, from when it begins to wait to what was decided. Wagtail's `comment` is the opinion."""

    # Of the text that was decided about: TextDigest.
    words = models.CharField(max_length=64, blank=True)
    credits = models.CharField(max_length=64, blank=True)
    verdict = models.CharField("结论", max_length=6, choices=ReviewVerdict.choices, blank=True)
    # Places in the text: objects with `block` (its id), `text` (how it begins) and `note`.
    marks = models.JSONField(default=list)
    # The points of the step's checklist that were ticked.
    checked = models.JSONField(default=list)
    # As which group it was done, and in whose place.
    role = models.CharField(max_length=80, blank=True)
    acting_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    opened_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    # Where it went back to: the name of a step, or the author.
    sent_back_to = models.CharField(max_length=255, blank=True)
    void_reason = models.CharField(max_length=100, blank=True)
    # Who may not do it, for lists; the rules look for themselves.
    barred = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")

    public = NotPublic("a step of the newsroom's work")

    class Meta:
        verbose_name = "审校"
        verbose_name_plural = "审校"
        default_permissions = ()
        indexes = [models.Index(fields=["due_at"], name="review_due")]

    def approve(self, user=None, update=True, comment=""):
        self._check_decided(ReviewVerdict.ADOPT)
        return super().approve(user=user, update=update, comment=comment)

    def reject(self, user=None, update=True, comment=""):
        self._check_decided(ReviewVerdict.CHANGE, ReviewVerdict.HOLD)
        return super().reject(user=user, update=update, comment=comment)

    def _check_decided(self, *verdicts: ReviewVerdict) -> None:
        if self.verdict not in verdicts:
            raise ReviewRefused(BY_SCREEN)

    @property
    def is_late(self) -> bool:
        return self.due_at is not None and self.due_at < timezone.now()

    def get_comment(self):
        told = [self.get_verdict_display(), self.comment, *(f"{m['text']}：{m['note']}" for m in self.marks)]
        return "；".join(filter(None, told))


class ReviewOpening(models.Model):
    """A reviewer opened a text to read it, the first time."""

    state = models.ForeignKey(ReviewState, on_delete=models.CASCADE, related_name="openings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    words = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    public = NotPublic("a step of the newsroom's work")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["state", "user", "words"], name="review_opened_once")]

    def __str__(self):
        return f"{self.user_id}: {self.state_id}"


def states_of(article: Article) -> models.QuerySet[ReviewState]:
    """All reviews of an article, the oldest first."""
    return ReviewState.objects.for_instance(article).order_by("pk")
