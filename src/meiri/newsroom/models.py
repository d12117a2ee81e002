"""Articles. The other models of the newsroom stand in modules of their own; who needs them finds them here."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Protocol, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from taggit.models import TaggedItemBase
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    PreviewableMixin,
    RevisionMixin,
    WorkflowMixin,
)

from meiri.changes.models import CHOSEN, LONGEST_REASON
from meiri.journal.content_keys import ARTICLE
from meiri.journal.public_models import NotPublic, Public
from meiri.media.models import Picture
from meiri.media.use import CountsDrafts, leaving_references
from meiri.newsroom.addresses import article_address
from meiri.newsroom.ai_record import AiRecord
from meiri.newsroom.article_choices import Kind, MinorsChecked, Origin
from meiri.newsroom.article_sources import Source
from meiri.newsroom.body.stream import ArticleBody
from meiri.newsroom.body_field import BodyField
from meiri.newsroom.bylines import Author, Byline
from meiri.newsroom.cards import Card
from meiri.newsroom.cards import in_order as cards_in_order
from meiri.newsroom.clock import in_words
from meiri.newsroom.corrections import Correction
from meiri.newsroom.dates import EARLIEST, fault_of_date
from meiri.newsroom.desks import Desk
from meiri.newsroom.keyset import Cursor
from meiri.newsroom.link_checks import CheckedLink
from meiri.newsroom.open_forms import OpenForm
from meiri.newsroom.posts import Post
from meiri.newsroom.proposals import Proposal, ProposalMode
from meiri.newsroom.proposals import ProposalState as ProposalState
from meiri.newsroom.publication_checks import check_publication
from meiri.newsroom.publication_rules import PublicationRule
from meiri.newsroom.reviewing import ReviewTask, when_a_version_is_saved, workflow_choices
from meiri.newsroom.river import DayCount, Listing, Place
from meiri.newsroom.sharing import ArticleShare
from meiri.policy.reach import Reach
from meiri.sections.minors import minors_risk_field, not_set_apart
from meiri.sections.models import Channel, CommentPolicy, Station, Subsection, Topic

__all__ = [
    "Article",
    "ArticleShare",
    "ArticleTag",
    "Author",
    "Byline",
    "CheckedLink",
    "Correction",
    "DayCount",
    "Desk",
    "Kind",
    "Listing",
    "OpenForm",
    "Origin",
    "Post",
    "Proposal",
    "ProposalMode",
    "PublicationRule",
    "ReviewTask",
    "Source",
]


# Why an article ended that was to end by itself.
EXPIRED = "到期"
# What editors see where a draft has no title yet.
UNTITLED = "（无标题）"


class ArticleTag(TaggedItemBase):
    content_object = ParentalKey("newsroom.Article", on_delete=models.CASCADE, related_name="tagged_items")

    public = NotPublic("a part of its article")


class ArticleQuerySet(models.QuerySet):
    def live(self):
        return self.filter(live=True)

    def q_within(self, reach: Reach) -> models.Q:
        """The condition that an article's home is in `reach`."""
        return reach.q_homes("home_station")

    def within(self, reach: Reach):
        """The articles whose home is in `reach`."""
        return self.filter(self.q_within(reach))

    def not_live(self):
        """Those that readers do not see. SQLite looks a value up in an index, and walks through it for `NOT live`."""
        return self.filter(live__in=[False])


class ArticleManager(models.Manager.from_queryset(ArticleQuerySet)):  # type: ignore[misc]
    def in_order(self, ids: Sequence[int], with_set_apart: bool = False) -> list[Card]:
        """The live articles among `ids` as cards, in the order of `ids`; see `cards.in_order`."""
        return cards_in_order(ids, with_set_apart)

    def times_of(self, ids: Sequence[int]) -> dict[int, datetime]:
        """When each of the live articles among `ids` was published. One query, by key, none for no ids."""
        return dict(self.live().filter(pk__in=ids).values_list("pk", "published_at")) if ids else {}

    def in_front(self, ids: Sequence[int]) -> set[int]:
        """Those of the articles `ids` that may stand on fronts. One query, none for no ids."""
        found = self.live().filter(not_set_apart(), pk__in=ids) if ids else self.none()
        return set(found.values_list("pk", flat=True))

    def newest_at(self, place: Place, count: int, before: Cursor | None = None) -> list[Card]:
        """The `count` newest articles listed at `place` as cards. Two queries, whatever the size of the archive."""
        listings = Listing.objects.at(place).before(before).newest()
        return self.in_order(list(listings.values_list("article_id", flat=True)[:count]))

    def on_day(self, place: Place, day, count: int, before: Cursor | None = None) -> list[Card]:
        """The articles that `place` listed on `day` (Beijing time), newest first, at most `count`."""
        start, end = day_bounds(day)
        listings = Listing.objects.at(place).between(start, end).before(before).newest()
        return self.in_order(list(listings.values_list("article_id", flat=True)[:count]))


def day_bounds(day):
    """The first moment of `day` and of the day after it, in the site's time zone."""
    zone = timezone.get_default_timezone()
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    return start, start + timedelta(days=1)


class Publication(Protocol):
    """What a publication and a withdrawal ask and bring about. `newsroom.publishing`, which stands above the models, is it."""

    def check_may_publish(self, article: "Article", user, revision=None) -> None: ...
    def record_publication(self, article_id: int, revision, by, before: "Article | None" = None) -> None: ...
    def record_withdrawal(self, article: "Article", by) -> None: ...


class Article(
    AiRecord,
    CountsDrafts,
    PreviewableMixin,
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    ClusterableModel,
):
    # Given by the app when it is ready: Wagtail publishes and withdraws by methods of the model.
    publication: ClassVar[Publication]

    kicker = models.CharField("引题", max_length=80, blank=True)
    title = models.CharField("标题", max_length=120)
    subtitle = models.CharField("副题", max_length=120, blank=True)
    short_title = models.CharField(
        "首页短标题", max_length=40, blank=True, help_text="首页和列表位置窄时用，不填则用标题。"
    )
    summary = models.CharField("摘要", max_length=300, blank=True)
    body: Any = BodyField(ArticleBody(required=False), verbose_name="正文", blank=True)
    picture = models.ForeignKey(
        Picture, verbose_name="题图", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    # None while a draft waits to be filed: whatever readers have seen is filed.
    channel: Any = models.ForeignKey(
        Channel, verbose_name="频道", null=True, on_delete=models.PROTECT, related_name="+"
    )
    stations = ParentalManyToManyField(
        Station, verbose_name="地方站", blank=True, related_name="+",
        help_text="勾选您不负责的地方站或频道，发布时自动向那里送稿，由那里的编辑决定是否采用。",
    )  # fmt: skip
    # The station that filed it and looks after it; None where that is the channel.
    home_station = models.ForeignKey(
        Station, verbose_name="本站稿件", null=True, blank=True, editable=False,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip
    subsections = ParentalManyToManyField(
        Subsection, verbose_name="子栏目", blank=True, related_name="+",
        help_text="只能选所属频道和地方站的子栏目。",
    )  # fmt: skip
    topics = ParentalManyToManyField(Topic, verbose_name="专题", blank=True, related_name="+")
    tags = ClusterTaggableManager("标签", through=ArticleTag, blank=True)

    source = models.ForeignKey(
        Source, verbose_name="来源", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    original_title = models.CharField("原标题", max_length=200, blank=True)
    original_url = models.CharField(
        "原文地址", max_length=500, blank=True, db_index=True, validators=[URLValidator(["http", "https"])]
    )
    editor = models.ForeignKey(
        Author, verbose_name="责任编辑", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    origin = models.CharField("稿源", max_length=8, choices=Origin.choices, default=Origin.ORIGINAL)
    kind = models.CharField("体裁", max_length=9, choices=Kind.choices, default=Kind.REPORT)
    dateline = models.CharField("电头", max_length=60, blank=True, help_text="如“每日新闻网杭州11月23日电”。")
    # Of the next publication of an article that readers see already.
    change_kind = models.CharField("修改类别", max_length=10, choices=CHOSEN, blank=True)
    change_reason = models.CharField(
        "修改原因", max_length=LONGEST_REASON, blank=True, help_text="读者在修改记录里可以看到。"
    )
    minors = models.CharField("未成年人", max_length=7, choices=MinorsChecked.choices, blank=True)
    minors_risk = minors_risk_field()
    comment_policy = models.CharField(
        "评论", max_length=8, choices=CommentPolicy.choices, blank=True, help_text="不选则按频道的规定。"
    )
    published_at = models.DateTimeField(
        "发布时间", null=True, blank=True, help_text="精确到秒；不填则取发布的那一刻。"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="建稿人", null=True, blank=True, editable=False,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    updated_at = models.DateTimeField("最后修改", auto_now=True)
    withdrawal_reason = models.CharField("撤稿原因", max_length=200, blank=True, editable=False)
    # Until when nothing of it may leave the newsroom, and who said so; see `newsroom.embargo`.
    embargo_until = models.DateTimeField("禁发至", null=True, blank=True, editable=False)
    embargo_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="设禁发的编辑", null=True, editable=False,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    # Of a draft that lies in the recycle bin: since when, and who put it there.
    binned_at = models.DateTimeField("删除时间", null=True, editable=False)
    binned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="删除人", null=True, editable=False,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip

    public = Public(
        (
            *("kicker", "title", "subtitle", "short_title", "summary", "body", "picture"),
            *("channel", "source", "original_title", "original_url", "editor", "origin", "kind", "dateline"),
            *(
                "aigc_label",
                "ai_use",
                "ai_kinds",
                "ai_blocks",
                "minors_risk",
                "comment_policy",
                "published_at",
            ),
        ),
        relations=("stations", "subsections", "topics"),
        parts=("bylines", "tagged_items"),
        shown_while=("live", True),
        keys=lambda article: [article.content_key],
        deeds=True,
    )

    objects = ArticleManager()

    class Meta:
        verbose_name = "稿件"
        verbose_name_plural = "稿件"
        permissions = [
            ("publish_article", "可以发布稿件"),
            ("repair_article", "可以小改已发布的稿件"),
            ("erase_article", "可以依令删除已发布的文字"),
        ]
        indexes = [
            # The editors' list, newest change first, whole and by each of its filters.
            models.Index(fields=["-updated_at", "-id"], name="article_changed"),
            models.Index(fields=["channel", "-updated_at", "-id"], name="article_changed_in_channel"),
            models.Index(fields=["live", "-updated_at", "-id"], name="article_changed_by_state"),
            models.Index(fields=["source", "-updated_at", "-id"], name="article_changed_by_source"),
            models.Index(fields=["created_by", "live", "-updated_at"], name="article_changed_by_maker"),
            # States of which an archive has few: among all it would be looked for them to the end.
            models.Index(
                fields=["-updated_at", "-id"],
                name="article_unpublished_changes",
                condition=models.Q(live=True, has_unpublished_changes=True),
            ),
            models.Index(
                fields=["-updated_at", "-id"],
                name="article_withdrawn",
                condition=models.Q(live=False, first_published_at__isnull=False),
            ),
            models.Index(fields=["published_at"], name="article_published"),
            # The few that end by themselves, for the scheduler, which asks every few seconds.
            models.Index(
                fields=["expire_at"], name="article_expiring", condition=models.Q(expire_at__isnull=False)
            ),
            models.Index(
                fields=["embargo_until"],
                name="article_embargoed",
                condition=models.Q(embargo_until__isnull=False),
            ),
            models.Index(
                fields=["binned_at"], name="article_binned", condition=models.Q(binned_at__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(live=False, first_published_at=None) | models.Q(channel__isnull=False),
                name="article_published_is_filed",
            )
        ]

    def __str__(self):
        return self.title or UNTITLED

    @property
    def content_key(self):
        return ARTICLE.key(self.pk)

    @property
    def cursor(self):
        return Cursor(cast(datetime, self.published_at), self.pk)

    @property
    def headline(self):
        return self.short_title or self.title

    @property
    def kind_number(self):
        return Kind(self.kind).number

    @property
    def comments_by(self):
        if self.channel is None:
            return CommentPolicy.CLOSED
        return CommentPolicy(self.comment_policy or self.channel.comment_policy)

    def clean(self):
        super().clean()
        if fault := fault_of_date(self.published_at, self.go_live_at):
            raise ValidationError({"published_at": fault})
        if self.go_live_at and self.go_live_at < EARLIEST:
            raise ValidationError({"go_live_at": "上线时间有误，请核对年份。"})
        if self.go_live_at and self.embargo_until and self.go_live_at < self.embargo_until:
            raise ValidationError(
                {"go_live_at": f"稿件禁发至{in_words(self.embargo_until)}，上线时间不能早于它。"}
            )

    def get_absolute_url(self):
        """Its address, empty while it is not filed."""
        if self.channel is None:
            return ""
        return article_address(self.channel.slug, self.published_at or timezone.now(), self.pk)

    @property
    def full_url(self):
        return settings.BASE_URL + self.get_absolute_url() if self.channel else ""

    def stands_within(self, reach: Reach) -> bool:
        """Whether its home is in `reach`."""
        return reach.has_home(self.channel_id, self.home_station_id)

    @property
    def stands_in_channel(self) -> bool:
        """Whether its channel lists it: the channel that is its home, or that took it from a station."""
        if self.home_station_id is None:
            return True
        taken = Proposal.objects.of_places().filter(channel=self.channel_id, state=ProposalState.ACCEPTED)
        return taken.filter(article=self.pk).exists()

    def serve_preview(self, request, mode_name):
        if self.channel is None:
            self.channel = Channel(name="频道未定", slug="draft")
        return import_string(settings.ARTICLE_PREVIEW)(request, self)

    def serializable_data(self):
        """What a version keeps of it. The time of publication to the microsecond, where Django would cut it off: it is part of the text
        that is attested."""
        content = super().serializable_data()
        if self.published_at and self.published_at.microsecond % 1000:
            content["published_at"] = self.published_at.astimezone(UTC).isoformat()
        return content

    def with_content_json(self, content):
        """A revision as an object; what belongs to the article as a whole stays as it is."""
        article = super().with_content_json(self._without_missing(content))
        article.published_at = article.published_at or self.published_at
        article.created_by_id = self.created_by_id
        article.withdrawal_reason = self.withdrawal_reason
        article.home_station_id = self.home_station_id
        article.binned_at, article.binned_by_id = self.binned_at, self.binned_by_id
        article.embargo_until, article.embargo_by_id = self.embargo_until, self.embargo_by_id
        return article

    def _without_missing(self, content: dict) -> dict:
        """The content of a revision without the channel, source, editor and authors that were deleted since."""
        kept = dict(content)
        for field in map(self._meta.get_field, ("channel", "source", "editor")):
            named = kept.get(field.name)
            if named and not field.related_model.objects.filter(pk=named).exists():
                kept[field.name] = getattr(self, field.attname)
        if self.first_published_at and not kept.get("channel"):
            kept["channel"] = self.channel_id
        bylines = kept.get("bylines") or []
        authors = Author.objects.in_bulk([byline["author"] for byline in bylines]) if bylines else {}
        kept["bylines"] = [byline for byline in bylines if byline["author"] in authors]
        return kept

    @transaction.atomic
    def save_revision(self, *args, goes_live: bool = False, **kwargs):
        """`goes_live`: whether the revision is published next, in the same transaction, and no draft to look into."""
        with leaving_references() if goes_live else nullcontext():
            revision = super().save_revision(*args, **kwargs)
        if not self.live and self.first_published_at is None:
            # Who may open a draft is asked of the row: it is where the newest version says.
            Article.objects.filter(pk=self.pk).update(channel=self.channel_id)
        for hear in when_a_version_is_saved:
            hear(self, revision)
        return revision

    def get_workflow(self):
        chosen = (choose(self) for choose in workflow_choices)
        return next((workflow for workflow in chosen if workflow), None) or super().get_workflow()

    @transaction.atomic
    def publish(self, revision, user=None, **options):
        """Make `revision` what readers see. Every way to publish (editor, workflow, schedule, import) ends here."""
        self._lock()
        before = Article.objects.filter(pk=self.pk, first_published_at__isnull=False).first()
        # Also where a form says that it asked before: it asks about articles in general.
        self.publication.check_may_publish(self, user, revision)
        version = revision.as_object()
        check_publication(version, revision, user)
        super().publish(revision, user=user, **options)
        self.publication.record_publication(self.pk, revision, by=user, before=before)

    @transaction.atomic
    def unpublish(self, set_expired=False, commit=True, user=None, log_action=True):
        """Take the article from the readers' site. Where somebody else has, meanwhile, it does nothing."""
        if not self._lock():
            self.live = False
            return
        if set_expired:
            self.withdrawal_reason = EXPIRED
        super().unpublish(set_expired=set_expired, commit=commit, user=user, log_action=log_action)
        self.publication.record_withdrawal(self, by=user)

    def _lock(self) -> bool:
        """Keep others from publishing and withdrawing the article until the transaction ends. Whether it is live now."""
        stored = Article.objects.select_for_update().filter(pk=self.pk).values_list("live", flat=True)
        return bool(stored.first())
