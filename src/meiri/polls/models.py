"""How often what was chosen in the polls of articles. What is asked is a block of the article's body (newsroom/body/poll.py)."""

from django.db import models
from django.db.models import Q

from meiri.journal.content_keys import POLLS, ContentKey
from meiri.journal.public_models import NotPublic
from meiri.newsroom.models import Article


class PollQuerySet(models.QuerySet):
    def to_close(self, now):
        """Those whose time is over and that were not closed yet."""
        return self.filter(closed=False, closes__lte=now)


class Poll(models.Model):
    """A poll of a published article. `block`: the id of its block in the body. `question` and `closes` are as published last."""

    article = models.ForeignKey(Article, verbose_name="稿件", on_delete=models.CASCADE, related_name="+")
    block = models.CharField(max_length=36)
    question = models.CharField("题目", max_length=80)
    closes = models.DateTimeField("截止时间", null=True)
    closed = models.BooleanField(default=False)
    voters = models.PositiveIntegerField("参加人数", default=0)
    # Whether somebody voted since readers' pages were told last.
    voted = models.BooleanField(default=False)

    public = NotPublic(
        "told by the clock (polls/telling.py), a vote alone is too little to make a page again"
    )

    objects = PollQuerySet.as_manager()

    class Meta:
        verbose_name = "投票"
        verbose_name_plural = "投票"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["article", "block"], name="one_poll_a_block")]
        indexes = [
            models.Index(fields=["closes"], condition=Q(closed=False), name="polls_to_close"),
            models.Index(fields=["id"], condition=Q(voted=True), name="polls_to_tell"),
        ]

    def __str__(self):
        return self.question

    @property
    def content_key(self) -> ContentKey:
        return POLLS.key(self.article_id)


def newest_polls(polls: models.QuerySet, count: int, before: int | None = None) -> list[Poll]:
    """The `count` newest of `polls`, or those before number `before`, with their articles. One query."""
    found = polls.select_related("article__channel")
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-pk")[:count])


class ChosenCount(models.Model):
    """How many readers chose something. `choice`: the id of what is listed in the poll's block."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="counts", db_index=False)
    choice = models.CharField(max_length=36)
    votes = models.PositiveIntegerField(default=0)

    public = NotPublic("told by the clock, with its poll")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "choice"], name="one_count_a_choice")]

    def __str__(self):
        return f"{self.poll_id}/{self.choice}: {self.votes}"


class Vote(models.Model):
    """That a reader voted, and for what. `reader` is `member:3`, or `device:` and the name of a device."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="+", db_index=False)
    reader = models.CharField(max_length=40, db_index=True)
    chosen = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)

    public = NotPublic("who voted for what is nobody's business; counted in its poll")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "reader"], name="one_vote_a_reader")]

    def __str__(self):
        return f"{self.poll_id}: {self.reader}"
