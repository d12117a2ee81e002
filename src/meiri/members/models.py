"""People with an account: readers who are members, and staff who work in the newsroom; what a member keeps."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Q
from django.utils import timezone
from taggit.models import Tag

from meiri.journal.public_models import NotPublic
from meiri.members.avatars import Avatar
from meiri.members.scan_requests import ScanRequest
from meiri.newsroom.models import Article, Author
from meiri.newsroom.river import Place
from meiri.newsroom.tags import tag_address
from meiri.policy import may_enter
from meiri.sections.models import Channel, Station, Topic

__all__ = [
    "Application",
    "ArticleOfMember",
    "Avatar",
    "Decision",
    "Favourite",
    "Follow",
    "Manuscript",
    "NewsRound",
    "NoticeChoice",
    "QueryMatch",
    "Reading",
    "SavedSearch",
    "SavedSearchRound",
    "ScanRequest",
    "SignIn",
    "User",
    "WatchedQuery",
    "WatchedWord",
    "address_of",
]


class User(AbstractUser):
    nickname = models.CharField("昵称", max_length=20, blank=True, help_text="评论时显示的名字。")
    phone = models.CharField("手机号", max_length=16, null=True, blank=True, editable=False, unique=True)
    phone_verified = models.BooleanField(default=False, editable=False)
    # Whether the account was made by its owner, with a contact that is proven before the first sign-in.
    registered = models.BooleanField(default=False, editable=False)
    keeps_history = models.BooleanField("保存阅读记录", default=False, editable=False)

    public = NotPublic("an account")

    class Meta(AbstractUser.Meta):
        verbose_name = "用户"
        verbose_name_plural = "用户"
        indexes = [
            models.Index(
                fields=["date_joined"],
                condition=Q(registered=True, last_login=None),
                name="accounts_unproven",
            )
        ]

    def __str__(self):
        return self.nickname or self.get_full_name() or self.username

    def get_full_name(self):
        """The name in Chinese order: in one field, or, as of old, in two."""
        family, given = self.last_name.strip(), self.first_name.strip()
        if (family + given).isascii():
            return super().get_full_name()
        return f"{family}{given}"

    def get_short_name(self):
        """How mails address somebody."""
        return self.get_full_name()

    @property
    def shown_avatar(self) -> str:
        """The address of the avatar that readers see, "" where it is drawn from the name."""
        avatar = getattr(self, "avatar", None)
        return avatar.file.url if avatar and avatar.is_shown else ""

    @property
    def is_of_newsroom(self) -> bool:
        """Whether the account may enter the newsroom."""
        return may_enter(self)


class SignIn(models.Model):
    """A session in which a member is signed in. It goes with the session."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="signin")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    device = models.CharField(max_length=40)
    began_at = models.DateTimeField(default=timezone.now)
    used_on = models.DateField()

    public = NotPublic("for its member")

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.member_id}: {self.device}"


class ArticleOfMember(models.Model):
    """An article that a member keeps somewhere."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self):
        return f"{self.member_id}: {self.article_id}"


class Favourite(ArticleOfMember):
    """收藏: an article that a member wants to find again."""

    public = NotPublic("for its member")

    class Meta(ArticleOfMember.Meta):
        constraints = [models.UniqueConstraint(fields=["member", "article"], name="favourite_once")]
        indexes = [models.Index(fields=["member", "-at", "-id"], name="favourites_newest")]


class Reading(ArticleOfMember):
    """When a member who keeps a history last read an article."""

    public = NotPublic("for its member")

    class Meta(ArticleOfMember.Meta):
        constraints = [models.UniqueConstraint(fields=["member", "article"], name="reading_once")]
        indexes = [models.Index(fields=["member", "-at", "-id"], name="readings_newest")]


class Follow(models.Model):
    """A channel, a station, a topic, an author or a tag whose news a member wants to see."""

    # What can be followed, each by a field of this name.
    KINDS = ("channel", "topic", "station", "author", "tag")

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, null=True, on_delete=models.CASCADE, related_name="+")
    topic = models.ForeignKey(Topic, null=True, on_delete=models.CASCADE, related_name="+")
    station = models.ForeignKey(Station, null=True, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(Author, null=True, on_delete=models.CASCADE, related_name="+")
    tag = models.ForeignKey(Tag, null=True, on_delete=models.CASCADE, related_name="+")

    public = NotPublic("for its member")

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__isnull=False, topic=None, station=None, author=None, tag=None)
                | Q(channel=None, topic__isnull=False, station=None, author=None, tag=None)
                | Q(channel=None, topic=None, station__isnull=False, author=None, tag=None)
                | Q(channel=None, topic=None, station=None, author__isnull=False, tag=None)
                | Q(channel=None, topic=None, station=None, author=None, tag__isnull=False),
                name="follows_one_thing",
            ),
            # Rows of other kinds hold no value here, which differs from any other.
            models.UniqueConstraint(fields=["member", "channel"], name="follows_channel_once"),
            models.UniqueConstraint(fields=["member", "topic"], name="follows_topic_once"),
            models.UniqueConstraint(fields=["member", "station"], name="follows_station_once"),
            models.UniqueConstraint(fields=["member", "author"], name="follows_author_once"),
            models.UniqueConstraint(fields=["member", "tag"], name="follows_tag_once"),
        ]

    def __str__(self):
        return f"{self.member_id}: {self.section}"

    @property
    def kind(self) -> str:
        return next(kind for kind in self.KINDS if getattr(self, f"{kind}_id"))

    @property
    def section(self):
        return getattr(self, self.kind)

    @property
    def place(self) -> Place:
        """Where its news is listed."""
        return {
            "channel": Place.channel,
            "topic": Place.topic,
            "station": Place.station,
            "author": Place.author,
            "tag": Place.tag,
        }[self.kind](self.section)

    @property
    def address(self) -> str:
        """The page of what is followed."""
        return address_of(self.section)


def address_of(section) -> str:
    """The page of something that can be followed."""
    return tag_address(section) if isinstance(section, Tag) else section.get_absolute_url()


class NoticeChoice(models.Model):
    """By which ways a member wants to be told, and how far they have been. `told`: what concerns the member, which always stands on the
    page 通知 too; `news`: what was published where the member follows; `searches`: what was published that a saved search finds."""

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    told_by_mail = models.BooleanField("发到邮箱", default=False)
    told_by_push = models.BooleanField("推送到设备", default=False)
    news_on_page = models.BooleanField("放进通知", default=False)
    news_by_mail = models.BooleanField("每天早上发一封邮件", default=False)
    news_by_push = models.BooleanField("推送到设备", default=False)
    searches_on_page = models.BooleanField("放进通知", default=False)
    searches_by_mail = models.BooleanField("每天早上发一封邮件", default=False)
    searches_by_push = models.BooleanField("推送到设备", default=False)
    # The last look at what is new, and the one before that visit, after which things count as new.
    looked_at = models.DateTimeField(null=True, editable=False)
    new_since = models.DateTimeField(null=True, editable=False)
    mailed_on = models.DateField(null=True, editable=False)
    # The last day on which news were pushed, and how many.
    pushed_on = models.DateField(null=True, editable=False)
    pushed = models.PositiveSmallIntegerField(default=0, editable=False)

    public = NotPublic("for its member")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["mailed_on"],
                condition=Q(news_by_mail=True) | Q(searches_by_mail=True),
                name="morning_mail_due",
            ),
        ]

    def __str__(self):
        return str(self.member_id)


class NewsRound(models.Model):
    """A published article of which followers are being told: its places one after another, at each its followers by key. The row
    stays for a while after the end, so that another version of the article begins no other round."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="+")
    # Up to where the round has come: place and follower.
    place_kind = models.PositiveSmallIntegerField(default=0)
    place_id = models.PositiveBigIntegerField(default=0)
    follow = models.PositiveBigIntegerField(default=0)
    began_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    public = NotPublic("work of the clock")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["id"], condition=Q(done_at=None), name="news_rounds_open"),
            models.Index(fields=["done_at"], name="news_rounds_done"),
        ]

    def __str__(self):
        return str(self.article_id)


class WatchedQuery(models.Model):
    """What one or more members saved to be searched for, once, however many they are. `words`: folded, operators among them."""

    words = models.CharField(max_length=100, unique=True)

    public = NotPublic("for those who saved it")

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.words


class WatchedWord(models.Model):
    """A word that an article has one of, where it can be what a watched query asks for: the others are not looked at."""

    query = models.ForeignKey(WatchedQuery, on_delete=models.CASCADE, related_name="anchors")
    word = models.CharField(max_length=120)

    public = NotPublic("follows from its query")

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["word", "query"], name="watched_words")]

    def __str__(self):
        return self.word


class SavedSearch(models.Model):
    """A search that a member saved. `words`: as the member wrote them."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    query = models.ForeignKey(WatchedQuery, on_delete=models.PROTECT, related_name="saved")
    words = models.CharField(max_length=100)
    made_at = models.DateTimeField(default=timezone.now)
    # The last look at what it found, and the one before that visit, after which things count as new.
    looked_at = models.DateTimeField(default=timezone.now)
    new_since = models.DateTimeField(default=timezone.now)

    public = NotPublic("for its member")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["member", "query"], name="search_saved_once")]

    def __str__(self):
        return f"{self.member_id}: {self.words}"


class QueryMatch(models.Model):
    """An article that a watched query finds, as of its publication."""

    query = models.ForeignKey(WatchedQuery, on_delete=models.CASCADE, related_name="matches", db_index=False)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now, db_index=True)

    public = NotPublic("for those who saved the query")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["query", "article"], name="query_matched_once")]
        indexes = [models.Index(fields=["query", "-at", "-id"], name="newest_of_query")]

    def __str__(self):
        return f"{self.query_id}: {self.article_id}"


class SavedSearchRound(models.Model):
    """A published article that is being compared with what is watched, and of which members are being told after that. As
    `NewsRound` it stays for a while."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="+")
    # Up to where the round has come: the queries compared, whether all were, the members told.
    query = models.PositiveBigIntegerField(default=0)
    compared = models.BooleanField(default=False)
    told = models.PositiveBigIntegerField(default=0)
    began_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    public = NotPublic("work of the clock")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["id"], condition=Q(done_at=None), name="search_rounds_open"),
            models.Index(fields=["done_at"], name="search_rounds_done"),
        ]

    def __str__(self):
        return str(self.article_id)


class Decision(models.TextChoices):
    WAITING = "waiting", "待处理"
    ACCEPTED = "accepted", "已通过"
    DECLINED = "declined", "未通过"


class Application(models.Model):
    """Somebody wants to write for the paper (通讯员). One who was declined may apply again: the same row begins anew."""

    member = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField("姓名", max_length=40, help_text="署名用的真实姓名。")
    reasons = models.TextField("申请理由", max_length=1000)
    state = models.CharField("状态", max_length=8, choices=Decision.choices, default=Decision.WAITING)
    reply = models.CharField("答复", max_length=200, blank=True)
    sent_at = models.DateTimeField("申请时间", default=timezone.now)
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)

    public = NotPublic("for its member and the desk")

    class Meta:
        verbose_name = "通讯员申请"
        verbose_name_plural = "通讯员申请"
        default_permissions = ()
        permissions = [("handle_contributor", "可以处理通讯员申请和来稿")]
        indexes = [models.Index(fields=["state", "-id"], name="applications_by_state")]

    def __str__(self):
        return f"{self.name}：{self.get_state_display()}"


class Manuscript(models.Model):
    """What a contributor wrote. It is a draft of the newsroom; whether it is used shows in the article itself."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="+")
    title = models.CharField("标题", max_length=60)
    state = models.CharField("状态", max_length=8, choices=Decision.choices, default=Decision.WAITING)
    reply = models.CharField("答复", max_length=200, blank=True)
    sent_at = models.DateTimeField("来稿时间", default=timezone.now)
    # Of the form it was sent with, so that sending twice makes one manuscript.
    token_digest = models.CharField(max_length=64, unique=True, editable=False)

    public = NotPublic("for its member and the desk")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["member", "-id"], name="manuscripts_of_member"),
            models.Index(fields=["state", "-id"], name="manuscripts_by_state"),
        ]

    def __str__(self):
        return self.title

    @property
    def in_words(self) -> str:
        """How it stands, for its writer."""
        return {
            Decision.WAITING: "已收到，编辑正在处理",
            Decision.ACCEPTED: "已采用",
            Decision.DECLINED: "未采用",
        }[Decision(self.state)]
