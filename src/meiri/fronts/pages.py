"""The pages that editors lay out: home, special topics, magazine, standard pages."""

from typing import Any
from urllib.parse import quote

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models, transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import redirect, render
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.redirects.models import Redirect
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page, PageViewRestriction, Site

from meiri.changes.models import CHOSEN, LONGEST_REASON
from meiri.delivery.editions import is_for_minors
from meiri.delivery.keys import EVERYWHERE, uses
from meiri.fronts.addresses import FrontCopyForm, FrontForm, taken_by_others
from meiri.fronts.blocks import DepartmentBlock, HomeBody, MagazineEntry, SheetBlock, TopicBody
from meiri.fronts.events import FrontMoved, FrontPublished, FrontWithdrawn, RedirectCreated
from meiri.fronts.front_changes import changes_shown, record_what_became
from meiri.fronts.layout import PlannedBlock, plan_home, plan_topic
from meiri.fronts.page_sheets import MOST_SHEETS, sheets_of
from meiri.fronts.topics import TopicCopyForm, TopicPageForm, topic_of
from meiri.journal.cache import InvalidatingCache
from meiri.journal.content_keys import FRONTS, MAGAZINE, NAV, PAGE, REDIRECTS, RIVER, TOPICS, ContentKey
from meiri.journal.encoding import content_digest
from meiri.journal.public_models import Public, Specific, declaration_of, declare
from meiri.media.models import Picture
from meiri.media.use import CountsDrafts
from meiri.newsroom.keyset import EPOCH, Cursor
from meiri.sections.design_choice import DesignChoice
from meiri.sections.minors import is_set_apart, minors_risk_field, not_set_apart
from meiri.sections.models import Design, Topic

# Topics and issues of the magazine on one page of their lists.
TOPICS_PER_PAGE = 60
ISSUES_PER_PAGE = 120
LONGEST_SLUG = 255


def position_in(request) -> Cursor | None:
    """The position that `?before=` names; None where it names none. Raises `Http404` where it can't be read."""
    before = request.GET.get("before", "")
    cursor = Cursor.parse(before) if before else None
    if before and cursor is None:
        raise Http404
    return cursor


def related(row: models.Model, name: str):
    """What the foreign key `name` of a row leads to; None where it leads nowhere, or to what is gone."""
    try:
        return getattr(row, name)
    except ObjectDoesNotExist:
        return None


class LaidOutPage(CountsDrafts, Page):
    """A page that editors lay out. Each kind says in `public` what readers see of it, so that the journal is told."""

    # What other pages that list pages of this kind depend on.
    listed_under: tuple[ContentKey, ...] = ()
    base_form_class = FrontForm
    copy_form_class = FrontCopyForm
    # Fronts are for everybody: what is stored as a file can't ask who reads it.
    private_page_options: list[str] = []
    # Whether readers can look up what was changed of it. Home is laid out anew all day: the journal tells of that.
    keeps_changes = True

    # Of the next publication of a page that readers see already; readers see both among the changes.
    change_kind = models.CharField("修改类别", max_length=10, choices=CHOSEN, blank=True)
    change_reason = models.CharField(
        "修改原因", max_length=LONGEST_REASON, blank=True, help_text="读者在修改记录里可以看到。"
    )
    withdrawal_reason = models.CharField(
        "撤下原因", max_length=LONGEST_REASON, blank=True, editable=False, default=""
    )

    class Meta:
        abstract = True

    @transaction.atomic
    def save(self, *args, **kwargs):
        # A version that is only kept saves a few fields of the page.
        if not self.keeps_changes or self.pk is None or kwargs.get("update_fields") is not None:
            super().save(*args, **kwargs)
            return
        before = type(self)._base_manager.filter(pk=self.pk).first()
        # They are of one publication: what is saved next has its own.
        kind, reason, self.change_kind, self.change_reason = self.change_kind, self.change_reason, "", ""
        if self.live:
            self.withdrawal_reason = ""
        elif self.alias_of_id and not self.withdrawal_reason:
            self.withdrawal_reason = getattr(self.alias_of.specific, "withdrawal_reason", "")
        super().save(*args, **kwargs)
        if before is not None:
            record_what_became(before, self, kind, reason)

    def with_content_json(self, content):
        """A version as an object; why it was withdrawn is the page's, not the version's."""
        page = super().with_content_json(content)
        page.withdrawal_reason = self.withdrawal_reason
        return page

    @property
    def content_key(self):
        return PAGE.key(self.pk)

    @property
    def journal_keys(self) -> list[ContentKey]:
        return [self.content_key, FRONTS, *self.listed_under]

    def get_context(self, request, *args, **kwargs):
        uses(self.content_key)
        context = super().get_context(request, *args, **kwargs)
        return context | (changes_shown(self) if self.keeps_changes and self.pk else {})

    def clean(self):
        super().clean()
        if reason := taken_by_others(self.slug, self.get_parent()):
            raise ValidationError({"slug": reason})


CHANGE_PANEL = MultiFieldPanel(
    [FieldPanel("change_kind"), FieldPanel("change_reason")], heading="修改已发布的页面"
)


def public_front(*fields: str) -> Public:
    """What readers see of a kind of page: `fields` of its own, and what all pages have."""
    return Public(
        (*fields, "title", "slug", "url_path", "seo_title", "search_description"),
        keys=lambda page: page.journal_keys,
        shown_while=("live", True),
        key_forms=(PAGE, FRONTS, TOPICS, MAGAZINE, NAV),
        created=FrontPublished,
        changed=FrontPublished,
        deleted=FrontWithdrawn,
        change=lambda before, after: FrontMoved if has_moved(before, after) else FrontPublished,
        # Whatever links to it, or to what stands below it, leads elsewhere now.
        also=lambda before, after: [NAV] if before.url_path != after.url_path else [],
        payload=lambda page: {
            "title": page.title,
            "url": page.url or "",
            "reason": page.withdrawal_reason or None,
            "text": shown_digest(page),
        },
    )


def shown_digest(page: Page) -> str:
    """The digest of what a laid-out page says: SHA-256 of the canonical JSON of its public fields, as they are stored, but for its place
    and for what leads to other rows, which may change without it."""
    public = declaration_of(type(page))
    names = public.fields if isinstance(public, Public) else ()
    fields = [page._meta.get_field(name) for name in names if name != "url_path"]
    said = {f.name: f.get_prep_value(getattr(page, f.attname)) for f in fields if not f.is_relation}
    return content_digest(said)


def has_moved(before: Page, after: Page) -> bool:
    """Whether it stands below another page now, with nothing else changed by that."""
    return before.url_path != after.url_path and before.slug == after.slug


def kind_of_page(page: Page) -> type[Page] | None:
    return page.specific_class


def restricted_pages(restriction: PageViewRestriction) -> list[ContentKey]:
    below = restriction.page.get_descendants(inclusive=True).values_list("pk", flat=True)
    return [FRONTS, MAGAZINE, *(PAGE.key(pk) for pk in below)]


REDIRECT = ("old_path", "site", "is_permanent", "redirect_page", "redirect_page_route_path", "redirect_link")

declare(Page, Specific(kind_of_page))
declare(
    PageViewRestriction,
    Public(("restriction_type", "page"), keys=restricted_pages, key_forms=(FRONTS, MAGAZINE, PAGE)),
)
declare(
    Site, Public(("hostname", "port", "root_page"), keys=lambda site: [NAV], key_forms=(NAV,), appears=False)
)
declare(
    Redirect,
    Public(REDIRECT, keys=lambda redirect: [REDIRECTS], key_forms=(REDIRECTS,), created=RedirectCreated),
)


class HomePage(LaidOutPage):
    keeps_changes = False

    body = StreamField(HomeBody(required=False), verbose_name="版面", blank=True)

    public = public_front("body")

    template = "web/home.html"
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["fronts.TopicIndexPage", "fronts.MagazineShelfPage", "fronts.StandardPage"]
    max_count = 1
    content_panels = [*Page.content_panels, FieldPanel("body")]

    class Meta:
        verbose_name = "首页"

    def get_context(self, request, *args, **kwargs):
        uses(RIVER)
        return {
            **super().get_context(request, *args, **kwargs),
            "blocks": self.planned_blocks(),
        }

    def planned_blocks(self) -> list[PlannedBlock]:
        """Its blocks with the articles that stand in each now."""
        return plan_home(self.body, newest_topics, newest_issue)


class TopicIndexPage(LaidOutPage):
    public = public_front()

    template = "web/topic_index.html"
    parent_page_types = ["fronts.HomePage"]
    subpage_types = ["fronts.TopicPage"]
    max_count = 1

    class Meta:
        verbose_name = "专题首页"

    def get_context(self, request, *args, **kwargs):
        """The newest topics; with `?before=` those that were first published before that position. One query."""
        uses(TOPICS)
        opened = Coalesce("first_published_at", Value(EPOCH))
        topics = (
            TopicPage.objects.live()
            .child_of(self)
            .filter(not_set_apart(), topic__isnull=False)
            .defer("body", "intro")
            .select_related("banner", "topic")
            .annotate(opened=opened)
            .order_by("-opened", "-pk")
        )
        cursor = position_in(request)
        if cursor:
            topics = topics.filter(opened__lte=cursor.at).exclude(opened=cursor.at, pk__gte=cursor.key)
        found = list(topics[: TOPICS_PER_PAGE + 1])
        shown = found[:TOPICS_PER_PAGE]
        older = str(Cursor(shown[-1].opened, shown[-1].pk)) if len(found) > TOPICS_PER_PAGE else ""
        context = {"topics": shown, "older": older, "is_first": cursor is None}
        return {**super().get_context(request, *args, **kwargs), **context}


class TopicPage(RoutablePageMixin, LaidOutPage):
    listed_under = (TOPICS,)

    topic = models.OneToOneField(
        Topic, verbose_name="专题", null=True, blank=True, on_delete=models.PROTECT, related_name="page",
        help_text="稿件归在哪个专题下。选了已有的专题，页面就用它的地址；不选则按标题新建。",
        error_messages={"unique": "这个专题已经有页面，请另选一个。"},
    )  # fmt: skip
    kicker = models.CharField("引题", max_length=40, blank=True)
    summary = models.CharField("摘要", max_length=200, blank=True)
    intro = models.TextField("导语", blank=True)
    banner = models.ForeignKey(
        Picture, verbose_name="题图", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    design = models.CharField(
        "版式",
        max_length=10,
        choices=Design.choices,
        default=Design.STANDARD,
        help_text="“最新报道”的样子；各分栏另选自己的。预览里看得到。",
    )
    minors_risk = minors_risk_field()
    body = StreamField(TopicBody(required=False), verbose_name="版面", blank=True)

    public = public_front("topic", "kicker", "summary", "intro", "banner", "design", "body", "minors_risk")

    template = "web/topic.html"
    parent_page_types = ["fronts.TopicIndexPage"]
    subpage_types: list[str] = []
    base_form_class = TopicPageForm
    copy_form_class = TopicCopyForm
    exclude_fields_in_copy = ["topic"]
    content_panels = [
        *Page.content_panels,
        FieldPanel("topic"),
        MultiFieldPanel([FieldPanel(f) for f in ("kicker", "summary", "intro", "banner")], heading="导读"),
        FieldPanel("design", widget=DesignChoice),
        FieldPanel("body"),
        FieldPanel("minors_risk"),
        CHANGE_PANEL,
    ]

    class Meta:
        verbose_name = "专题"

    @transaction.atomic
    def save(self, *args, **kwargs):
        # Articles belong to a Topic; the page is how it looks. Each live page has one, under the same address. A version
        # that is only kept, which saves a few fields of the page, changes neither.
        if self.live and kwargs.get("update_fields") is None:
            topic = topic_of(self)
            if topic.slug != self.slug or topic.pk is None:
                topic.slug = self.slug
                topic.save()
            self.topic = topic
        super().save(*args, **kwargs)

    def clean(self):
        super().clean()
        topic_of(self)

    def with_content_json(self, content):
        """A version as an object; the topic that the page got when it was published is not in the version itself."""
        page = super().with_content_json(content)
        page.topic = page.topic or self.topic
        return page

    def serve(self, request, view=None, args=None, kwargs=None):
        return super().serve(request, view or self.index_route, args, kwargs)

    @path("")
    def index_route(self, request, *args, **kwargs):
        """The topic; a notice where it may harm minors. Editors see in a preview what they wrote."""
        if is_set_apart(self) and not getattr(request, "is_preview", False):
            uses(self.content_key)
            return self._notice(request)
        return self.render(request)

    @path("quanwen/", name="set-apart")
    def set_apart(self, request):
        """What stands behind the notice; without one, the way to the topic."""
        uses(self.content_key)
        if not is_set_apart(self):
            return redirect(self.url)
        return self._notice(request) if is_for_minors() else self.render(request)

    def _notice(self, request):
        context = {"thing": self, "onward": f"{self.url}quanwen/"}
        return render(request, "web/minors_notice.html", context)

    def get_context(self, request, *args, **kwargs):
        topic = related(self, "topic")
        if topic:
            uses(topic.content_key)
        context = {
            "topic": topic,
            "banner": related(self, "banner"),
            "is_first": True,
            **plan_topic(self.body, topic, self.design),
        }
        return {**super().get_context(request, *args, **kwargs), **context}


class MagazineShelfPage(LaidOutPage):
    public = public_front()

    template = "web/magazine_shelf.html"
    parent_page_types = ["fronts.HomePage"]
    subpage_types = ["fronts.MagazineIssuePage"]
    max_count = 1

    class Meta:
        verbose_name = "杂志书架"

    def get_context(self, request, *args, **kwargs):
        """The newest issues; with `?before=` those before the issue of that address. One query."""
        uses(MAGAZINE)
        issues = MagazineIssuePage.objects.live().child_of(self).select_related("cover").order_by("-slug")
        before = request.GET.get("before", "")
        if before:
            if len(before) > LONGEST_SLUG or "\x00" in before:
                raise Http404
            issues = issues.filter(slug__lt=before)
        found = list(issues.defer("contents", "words")[: ISSUES_PER_PAGE + 1])
        older = found[ISSUES_PER_PAGE - 1].slug if len(found) > ISSUES_PER_PAGE else ""
        context = {"issues": found[:ISSUES_PER_PAGE], "older": quote(older), "is_first": not before}
        return {**super().get_context(request, *args, **kwargs), **context}


class MagazineIssuePage(RoutablePageMixin, LaidOutPage):
    listed_under = (MAGAZINE,)

    number = models.CharField("期号", max_length=40)
    cover = models.ForeignKey(
        Picture, verbose_name="封面", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    words = models.TextField("卷首语", blank=True)
    contents = StreamField([("entry", MagazineEntry())], verbose_name="内容", blank=True)
    sheets = StreamField([("sheet", SheetBlock())], verbose_name="版面", blank=True, max_num=MOST_SHEETS)

    public = public_front("number", "cover", "words", "contents", "sheets")

    template = "web/magazine_issue.html"
    parent_page_types = ["fronts.MagazineShelfPage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("number"),
        FieldPanel("cover"),
        FieldPanel("words"),
        FieldPanel("contents"),
        FieldPanel("sheets"),
        CHANGE_PANEL,
    ]

    class Meta:
        verbose_name = "杂志一期"

    def get_context(self, request, *args, **kwargs):
        context = {"cover": related(self, "cover"), "sheets": sheets_of(self)}
        return {**super().get_context(request, *args, **kwargs), **context}

    def clean(self):
        super().clean()
        if wrong := [sheet.name for sheet in sheets_of(self) if sheet.lead_nowhere]:
            names = "、".join(wrong)
            raise ValidationError({"sheets": f"{names}有区域指向的篇目不在“内容”里，请改“第几篇”。"})

    @path("<int:number>/", name="piece")
    def piece(self, request, number):
        """One piece of the issue, numbered from 1 in the order of its contents."""
        if not 1 <= number <= len(self.contents):
            raise Http404
        return self.render(
            request,
            template="web/magazine_piece.html",
            context_overrides={
                "piece": self.contents[number - 1].value,
                "number": number,
                "count": len(self.contents),
                "sheet": next((s for s in sheets_of(self) if number in s.pieces), None),
            },
        )

    @path("banmian/<int:number>/", name="sheet")
    def sheet(self, request, number):
        """One page of paper as an image whose areas lead to pieces, with the same as a list; numbered from 1."""
        found = sheets_of(self)
        if not 1 <= number <= len(found):
            raise Http404
        return self.render(
            request, template="web/magazine_sheet.html", context_overrides={"sheet": found[number - 1]}
        )


def public_issues():
    """The issues that everybody may read, newest first: what is offered of them outside of their pages asks nobody who reads it. One
    query, and the one for its rows."""
    return MagazineIssuePage.objects.live().public().order_by("-slug")


class StandardPage(LaidOutPage):
    body = RichTextField(
        "正文", features=["h2", "h3", "bold", "link", "ol", "ul", "document-link"], blank=True
    )
    with_contact = models.BooleanField("显示联系方式", default=False, help_text="取自“站点信息”。")
    departments = StreamField([("department", DepartmentBlock())], verbose_name="部门", blank=True)
    with_settings = models.BooleanField(
        "显示阅读设置", default=False, help_text="字号、长辈版、高对比等，以及无障碍反馈的入口。"
    )

    public = public_front("body", "with_contact", "departments", "with_settings")

    template = "web/standard_page.html"
    parent_page_types = ["fronts.HomePage", "fronts.StandardPage"]
    subpage_types = ["fronts.StandardPage"]
    content_panels = [
        *Page.content_panels,
        FieldPanel("body"),
        FieldPanel("with_contact"),
        FieldPanel("departments"),
        FieldPanel("with_settings"),
        CHANGE_PANEL,
    ]

    class Meta:
        verbose_name = "标准页面"


# They change seldom. Nobody alters these objects: all pages of a process share them.
_newest: InvalidatingCache[str, Any] = InvalidatingCache(2, EVERYWHERE)


def newest_topics() -> list:
    """The pages of the newest topics, without their bodies."""

    def read():
        topics = list(
            TopicPage.objects.live()
            .defer("body", "intro")
            .select_related("banner", "topic")
            .filter(not_set_apart(), topic__isnull=False)
            .order_by("-first_published_at")[:4]
        )
        return topics, [TOPICS, *(t.banner.content_key for t in topics if t.banner)]

    uses(TOPICS)
    return _newest.one("topics", read)


def newest_issue():
    """The page of the newest issue of the magazine; None where there is none."""

    def read():
        issue = MagazineIssuePage.objects.live().select_related("cover").order_by("-slug").first()
        return issue, [MAGAZINE, *([issue.cover.content_key] if issue and issue.cover else [])]

    uses(MAGAZINE)
    return _newest.one("magazine", read)
