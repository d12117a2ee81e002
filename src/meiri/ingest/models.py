"""What was imported and what came from old sites, so that importing again finds it and old addresses lead on; the tables of wires."""

from django.db import models

from meiri.ingest.wire_models import (
    WireDelivery,
    WireFile,
    WireItem,
    WireRule,
    WireSource,
    WireTopic,
    WireVersion,
)
from meiri.journal.public_models import NotPublic
from meiri.media.models import Picture
from meiri.newsroom.models import Article
from meiri.sections.models import Channel

__all__ = [
    "Import",
    "MoveIn",
    "MoveState",
    "MovedPost",
    "OldAddress",
    "PostFate",
    "WireDelivery",
    "WireFile",
    "WireItem",
    "WireRule",
    "WireSource",
    "WireTopic",
    "WireVersion",
]


class Import(models.Model):
    """`address`: where the item said it came from. `digest`: of its headline and text as imported. `left_out`: the paragraphs
    that stood with the text and were not taken for its own."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, primary_key=True, related_name="+")
    address = models.CharField("原文地址", max_length=500, blank=True, db_index=True)
    digest = models.CharField("内容指纹", max_length=64, db_index=True)
    left_out = models.JSONField("没有收入的文字", default=list, blank=True)
    imported_at = models.DateTimeField("导入时间", auto_now=True)

    public = NotPublic("where an article came from, for editors")

    class Meta:
        verbose_name = "导入记录"
        verbose_name_plural = "导入记录"

    def __str__(self):
        return f"{self.article_id}: {self.address or self.digest[:12]}"


class MoveState(models.TextChoices):
    WAITING = "waiting", "待迁入"
    RUNNING = "running", "正在迁入"
    PAUSED = "paused", "已暂停"
    ENDED = "ended", "已迁完"
    FAILED = "failed", "出错停止"
    UNDONE = "undone", "已撤销"


class AskedOfMove(models.TextChoices):
    """What an editor has asked the worker to do with an old site."""

    NOTHING = "", "—"
    LOOK = "look", "查看旧站"
    TRY = "try", "试迁"
    RUN = "run", "迁入"
    UNDO = "undo", "撤销"


class MoveIn(models.Model):
    """The archive of another site that is moved here. `site` tells it from others of the same system, wherever its files lie.

    `columns`: its columns by their keys, each with `name`, `count` and the address word of the `channel` that it goes to, empty for none;
    `otherwise`: that of posts whose column has none. `files`: the folder in which pictures are looked for. `seen`: posts looked at by
    the run of now. `trial`: the first posts as they would come in. An archive at which nobody looked yet has no `system`.
    """

    system = models.CharField("系统", max_length=40)
    site = models.CharField("旧站", max_length=200)
    source = models.CharField("数据", max_length=1000)
    files = models.CharField("图片所在的文件夹", max_length=1000, blank=True)
    columns = models.JSONField("栏目对应", default=dict, blank=True)
    publishes = models.BooleanField("旧站公开的稿件在这里也公开", default=True)
    state = models.CharField("状态", max_length=8, choices=MoveState.choices, default=MoveState.WAITING)
    seen = models.PositiveIntegerField("已看过的篇数", default=0)
    found = models.JSONField("旧站有什么", default=dict, blank=True)
    faults = models.JSONField("没有读懂的数据", default=list, blank=True)
    message = models.CharField("说明", max_length=500, blank=True)
    asked = models.CharField(
        "正在做", max_length=4, choices=AskedOfMove.choices, blank=True, default=AskedOfMove.NOTHING
    )
    otherwise = models.CharField("没有对应频道的稿件归入", max_length=50, blank=True)
    trial = models.JSONField("试迁的结果", default=list, blank=True)
    began_at = models.DateTimeField("开始时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    public = NotPublic("a run that brings articles in; they tell of themselves")

    class Meta:
        verbose_name = "旧站迁入"
        verbose_name_plural = "旧站迁入"
        constraints = [models.UniqueConstraint(fields=["system", "site"], name="one_move_a_site")]

    def __str__(self):
        return self.site or self.system


class PostFate(models.TextChoices):
    IMPORTED = "imported", "已迁入"
    DUPLICATE = "duplicate", "已有同样的稿件"
    REFUSED = "refused", "没有迁入"


class MovedPost(models.Model):
    """What became of one post of an old site. `digest`: of `key`, what its system calls it. `revision`: the version of the article that
    the move made; while that is its newest, nobody has touched it. `pictures`: the keys of those that the move stored for it."""

    move = models.ForeignKey(MoveIn, on_delete=models.CASCADE, related_name="+", db_index=False)
    digest = models.BigIntegerField(editable=False)
    key = models.CharField("旧编号", max_length=200)
    title = models.CharField("标题", max_length=200, blank=True)
    fate = models.CharField("结果", max_length=9, choices=PostFate.choices)
    reason = models.TextField("原因", blank=True)
    article = models.ForeignKey(Article, null=True, on_delete=models.SET_NULL, related_name="+")
    revision = models.BigIntegerField(null=True, editable=False)
    pictures = models.JSONField(default=list, blank=True)

    public = NotPublic("where an article was before it came here")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["move", "digest"], name="one_fate_a_post")]
        indexes = [models.Index(fields=["move", "fate", "id"], name="moved_posts_by_fate")]

    def __str__(self):
        return f"{self.key} {self.title}"


class OldAddress(models.Model):
    """An address of an old site that leads on for good: to an article, a channel or a picture. `digest`: of `address`, a path with its
    query in canonical form (`migration/old_addresses.py`)."""

    digest = models.BigIntegerField(primary_key=True, editable=False)
    address = models.TextField("旧地址")
    move = models.ForeignKey(MoveIn, on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey(Article, null=True, on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, null=True, on_delete=models.CASCADE, related_name="+")
    picture = models.ForeignKey(Picture, null=True, on_delete=models.CASCADE, related_name="+")

    public = NotPublic("leads to what readers see at another address")

    class Meta:
        verbose_name = "旧地址"
        verbose_name_plural = "旧地址"

    def __str__(self):
        return self.address
