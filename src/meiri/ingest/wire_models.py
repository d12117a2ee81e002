"""Sources of wire copy (通稿来源), the rules by which it is sent on, and what came of each story."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from meiri.ingest.wire_facts import PubStatus
from meiri.ingest.wire_servers import FOLDER, server_choices
from meiri.journal.public_models import NotPublic
from meiri.newsroom.models import Article, Source
from meiri.planning.models import PlanItem
from meiri.sections.models import Channel, Station

# A source that fails is asked more seldom each time, and no more seldom than this.
LONGEST_WAIT = timedelta(hours=6)
# How long deliveries are remembered.
REMEMBERED = timedelta(days=7)


class WireDeed(models.TextChoices):
    DRAFT = "draft", "存为草稿"
    PLAN = "plan", "报为选题"
    LEAVE = "leave", "不收"


class WireSourceQuerySet(models.QuerySet):
    def due(self, now):
        """Those that are asked by themselves and whose time has come, the longest waiting first."""
        asked = self.exclude(way=WireSource.Way.POST).filter(paused=False)
        return asked.filter(Q(due_at=None) | Q(due_at__lte=now)).order_by("due_at", "pk")


class WireSource(models.Model):
    class Way(models.TextChoices):
        ADDRESS = "address", "网址"
        FOLDER = "folder", "文件夹"
        POST = "post", "推送"
        MAIL = "mail", "邮件"
        SFTP = "sftp", "SFTP 服务器"
        S3 = "s3", "S3 存储"

    name = models.CharField("名称", max_length=60, unique=True)
    way = models.CharField("怎样收稿", max_length=7, choices=Way.choices, default=Way.ADDRESS)
    address = models.URLField(
        "网址", max_length=500, blank=True, help_text="订阅源或通稿文件的网址，必须是公开的网址。"
    )
    folder = models.CharField(
        "文件夹",
        max_length=60,
        blank=True,
        validators=[RegexValidator(r"\A[a-z0-9][a-z0-9_-]*\Z", "只能用小写字母、数字、“-”和“_”。")],
        help_text="数据文件夹的 wires 里面的一个文件夹，收过的文件会移到它的 taken 里。",
    )
    senders = models.CharField(
        "发件人", max_length=300, blank=True, help_text="来稿邮箱里哪些发件人的邮件算这个来源，用逗号分开。"
    )
    server = models.CharField(
        "服务器",
        max_length=200,
        blank=True,
        db_default="",
        choices=server_choices,
        help_text="来源放稿件的 SFTP 或 S3 服务器，由技术人员设置（MEIRI_WIRE_SERVERS）；文件留在原处，每个只收一次。",
    )
    subfolder = models.CharField(
        "服务器上的文件夹",
        max_length=300,
        blank=True,
        db_default="",
        validators=[RegexValidator(FOLDER, "写成 a/b 这样，不能用 .. 和以点开头的名字。")],
        help_text="在服务器给出的文件夹里面；不填就是那个文件夹本身。",
    )
    every = models.PositiveSmallIntegerField(
        "每几分钟收一次", default=5, validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    paused = models.BooleanField("暂停", default=False)
    source = models.ForeignKey(
        Source, verbose_name="来源", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="收来的稿件写什么来源；不选就用通稿自己写的。",
    )  # fmt: skip
    deed = models.CharField("收到后", max_length=5, choices=WireDeed.choices, default=WireDeed.DRAFT)
    channel = models.ForeignKey(
        Channel, verbose_name="频道", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="没有规则、主题也认不出频道时归入这里。",
    )  # fmt: skip
    station = models.ForeignKey(
        Station, verbose_name="地方站", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Of the key by which a post says that it is this source; none is not a digest that two share.
    key_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001
    etag = models.CharField(max_length=300, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    due_at = models.DateTimeField("下一次", null=True, editable=False, db_index=True)
    asked_at = models.DateTimeField("最近一次", null=True, editable=False)
    failures = models.PositiveSmallIntegerField("连续失败", default=0, editable=False)
    last_failure = models.CharField("最近一次失败", max_length=300, blank=True, editable=False)

    public = NotPublic("where copy comes from, for editors")

    objects = WireSourceQuerySet.as_manager()

    class Meta:
        verbose_name = "通稿来源"
        verbose_name_plural = "通稿来源"
        ordering = ["name"]
        default_permissions = ("add", "change")

    def __str__(self):
        return self.name

    def clean(self):
        needed = {
            self.Way.ADDRESS: "address",
            self.Way.FOLDER: "folder",
            self.Way.MAIL: "senders",
            self.Way.SFTP: "server",
            self.Way.S3: "server",
        }
        field = needed.get(self.Way(self.way)) if self.way in self.Way.values else None
        if field and not getattr(self, field):
            raise ValidationError({field: f"按{self.get_way_display()}收稿，请填写这一项。"})
        if self.way == self.Way.ADDRESS and not self.address.lower().startswith(("http://", "https://")):
            raise ValidationError({"address": "网址要以 http:// 或 https:// 开头。"})
        server = settings.WIRE_SERVERS.get(self.server)
        if field == "server" and server and server.kind != self.way:
            raise ValidationError(
                {"server": f"这是 {server.kind.upper()} 服务器，请另选一个，或改怎样收稿。"}
            )

    @property
    def wait(self) -> timedelta:
        """How long until it is asked again: twice as long after each failure."""
        return min(timedelta(minutes=self.every) * 2 ** min(self.failures, 10), LONGEST_WAIT)

    @property
    def state(self) -> str:
        """How it stands, in words."""
        if self.paused:
            return "已暂停"
        if self.failures:
            return f"连续 {self.failures} 次失败"
        return "正常" if self.asked_at else "还没有收过"


class WireRule(models.Model):
    """What becomes of copy that matches: the first rule in order decides. A rule matches where all that it names does."""

    source = models.ForeignKey(
        WireSource, verbose_name="通稿来源", null=True, blank=True, on_delete=models.CASCADE, related_name="rules",
        help_text="不选就是所有来源。",
    )  # fmt: skip
    order = models.PositiveSmallIntegerField("顺序", default=10, help_text="数小的先看，先合的算。")
    topics = models.CharField(
        "主题",
        max_length=300,
        blank=True,
        help_text="主题的代码（medtop:15000000）或名称，用逗号分开，有一个就算。",
    )
    words = models.CharField(
        "词语", max_length=300, blank=True, help_text="标题或关键词里的词，用逗号分开，有一个就算。"
    )
    urgency = models.PositiveSmallIntegerField(
        "紧急程度", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text="1 最急，9 最不急；这样急的和更急的才算。",
    )  # fmt: skip
    deed = models.CharField("怎样处理", max_length=5, choices=WireDeed.choices, default=WireDeed.DRAFT)
    channel = models.ForeignKey(
        Channel, verbose_name="送到频道", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    station = models.ForeignKey(
        Station, verbose_name="送到地方站", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    public = NotPublic("how copy is sent on, for editors")

    class Meta:
        verbose_name = "通稿规则"
        verbose_name_plural = "通稿规则"
        ordering = ["order", "pk"]
        default_permissions = ("add", "change", "delete")

    def __str__(self):
        named = [part for part in (self.topics, self.words) if part]
        return f"{'；'.join(named) or '全部'} → {self.get_deed_display()}"


class WireTopic(models.Model):
    """A topic of a vocabulary (IPTC Media Topics and others) and the channel that its copy goes to."""

    code = models.CharField("代码", max_length=80, unique=True)
    name = models.CharField("名称", max_length=120)
    broader = models.CharField("上级主题的代码", max_length=80, blank=True)
    channel = models.ForeignKey(
        Channel, verbose_name="频道", null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        help_text="不选就看上级主题的。",
    )  # fmt: skip

    public = NotPublic("which channel a topic means, for editors")

    class Meta:
        verbose_name = "通稿主题"
        verbose_name_plural = "通稿主题"
        ordering = ["code"]
        default_permissions = ("add", "change", "delete")

    def __str__(self):
        return f"{self.name}（{self.code}）"


class WireItem(models.Model):
    """A story of a wire in all its versions. `key`: by which the next version is known to be of it."""

    class Outcome(models.TextChoices):
        DRAFT = "draft", "已存为草稿"
        PLAN = "plan", "已报选题"
        UPDATED = "updated", "草稿已更新"
        WAITING = "waiting", "新版待采用"
        SAME = "same", "与另一通稿相同"
        LEFT = "left", "按规则未收"
        STOPPED = "stopped", "已被来源撤销"
        REFUSED = "refused", "没有收入"

    source = models.ForeignKey(
        WireSource, verbose_name="通稿来源", on_delete=models.PROTECT, related_name="items"
    )
    key = models.CharField(max_length=500, db_index=True)
    title = models.CharField("标题", max_length=255)
    version = models.BigIntegerField("版本", default=0)
    status = models.CharField("状态", max_length=8, default=PubStatus.USABLE.value)
    digest = models.CharField(max_length=64)
    embargoed_until = models.DateTimeField("禁发至", null=True)
    article = models.ForeignKey(
        Article, verbose_name="稿件", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    plan = models.ForeignKey(
        PlanItem, verbose_name="选题", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    outcome = models.CharField("结果", max_length=8, choices=Outcome.choices, default=Outcome.LEFT)
    reason = models.CharField("说明", max_length=300, blank=True)
    received_at = models.DateTimeField("收到时间", default=timezone.now)
    changed_at = models.DateTimeField("最近变化", default=timezone.now)

    public = NotPublic("what came of copy, for editors")

    class Meta:
        verbose_name = "通稿"
        verbose_name_plural = "通稿"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="wire_item_once")]
        indexes = [
            models.Index(fields=["source", "-changed_at"], name="wire_items_of_source"),
            models.Index(fields=["-changed_at", "-id"], name="wire_items_newest"),
        ]

    def __str__(self):
        return self.title

    @property
    def is_stopped(self) -> bool:
        return self.status != PubStatus.USABLE


class WireVersion(models.Model):
    """One version of a story as the wire sent it, of the newest few."""

    item = models.ForeignKey(WireItem, on_delete=models.CASCADE, related_name="versions")
    version = models.BigIntegerField("版本", default=0)
    status = models.CharField("状态", max_length=8)
    is_correction = models.BooleanField("更正", default=False)
    title = models.CharField("标题", max_length=255)
    body = models.TextField("正文", blank=True)
    note = models.CharField("编辑须知", max_length=1000, blank=True)
    received_at = models.DateTimeField("收到时间", default=timezone.now)

    public = NotPublic("copy as it came, for editors")

    class Meta:
        verbose_name = "通稿版本"
        verbose_name_plural = "通稿版本"
        default_permissions = ()
        indexes = [models.Index(fields=["item", "-id"], name="wire_versions_of_item")]

    def __str__(self):
        return f"{self.title}（{self.version}）"


class WireFile(models.Model):
    """A file on a source's server that was taken. `digest`: of its name; `stamp` changes when the file does."""

    source = models.ForeignKey(
        WireSource, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    digest = models.BigIntegerField()
    stamp = models.CharField(max_length=100)

    public = NotPublic("which files were taken")

    class Meta:
        verbose_name = "收过的文件"
        verbose_name_plural = "收过的文件"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["source", "digest"], name="wire_file_once")]

    def __str__(self):
        return f"{self.source} {self.digest}"


class WireDelivery(models.Model):
    """One time that a source was asked, or sent something: how many items were new or changed, how many refused, and what failed."""

    source = models.ForeignKey(WireSource, on_delete=models.CASCADE, related_name="deliveries")
    at = models.DateTimeField("时间", default=timezone.now, db_index=True)
    taken = models.PositiveIntegerField("新的和有变化的", default=0)
    refused = models.PositiveIntegerField("没有收入", default=0)
    reason = models.CharField("原因", max_length=300, blank=True)

    public = NotPublic("how asking went, for editors")

    class Meta:
        verbose_name = "到稿记录"
        verbose_name_plural = "到稿记录"
        default_permissions = ()
        indexes = [models.Index(fields=["source", "-at"], name="wire_deliveries_of_source")]

    def __str__(self):
        return f"{self.source} {self.at:%Y-%m-%d %H:%M}"
