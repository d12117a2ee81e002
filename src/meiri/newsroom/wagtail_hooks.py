"""The newsroom in the admin: articles, authors, desks, and the day's work on the first screen."""

from datetime import datetime

from django.contrib.auth import get_user_model
from django.urls import path, reverse
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.forms.workflows import WorkflowContentTypeForm
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import TabbedInterface
from wagtail.admin.search import SearchArea
from wagtail.admin.views.home import (
    LockedPagesPanel,
    UserObjectsInWorkflowModerationPanel,
    WorkflowObjectsToModeratePanel,
)
from wagtail.log_actions import LogFormatter
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from meiri.journal.snippets import RowViewSet
from meiri.newsroom.choosing import ArticleChooserViewSet
from meiri.newsroom.clock import in_words
from meiri.newsroom.corrections_desk import (
    CorrectionsSidePanel,
    CorrectionsView,
    CorrectView,
    WithdrawCorrectionView,
)
from meiri.newsroom.editing import (
    ArticleCopyView,
    ArticleCreateView,
    ArticleEditView,
    ArticleForm,
    WithdrawView,
    at_hand,
    side_panels,
)
from meiri.newsroom.embargo import EMBARGO_LIFTED, EMBARGOED
from meiri.newsroom.embargo_desk import EmbargoView
from meiri.newsroom.erasing_desk import EraseVersionView
from meiri.newsroom.flash_desk import FlashView
from meiri.newsroom.form_panels import ARTICLE_TABS
from meiri.newsroom.listing import COLUMNS, ArticleFilterSet, ArticleIndexView
from meiri.newsroom.models import Article, Author, Desk, PublicationRule
from meiri.newsroom.picking import CHOICES, OF_ARTICLES, offer_choices
from meiri.newsroom.presence import signed_in, tell_article_presence
from meiri.newsroom.proposals_desk import ProposalsView
from meiri.newsroom.publication_panel import PublicationPanel, PublicationRulesView, tell_findings
from meiri.newsroom.recycle_bin import BINNED, PUT_BACK
from meiri.newsroom.recycle_bin_desk import BinView, ToBinView, into_the_bin
from meiri.newsroom.saving import KEPT_ASIDE
from meiri.newsroom.scheduling import STOPPED
from meiri.newsroom.sharing import SHARED, UNSHARED
from meiri.newsroom.sharing_desk import SendingSidePanel, SendingView
from meiri.newsroom.taking import TAKEN
from meiri.newsroom.today import TodayPanel
from meiri.policy import may
from meiri.policy.gate import admit, everybody, one, somewhere
from meiri.sections.in_use import CountedEditView, DeleteUnusedView


class ArticleViewSet(SnippetViewSet):
    model = Article
    icon = "doc-full"
    menu_label = "稿件"
    menu_order = 100
    add_to_admin_menu = True
    index_view_class = ArticleIndexView
    index_results_template_name = "newsroom/article_index_results.html"
    unpublish_view_class = WithdrawView
    delete_view_class = ToBinView
    copy_view_class = ArticleCopyView
    add_view_class = ArticleCreateView
    edit_view_class = ArticleEditView
    chooser_viewset_class = ArticleChooserViewSet
    create_template_name = "newsroom/drafts/create.html"
    edit_template_name = "newsroom/drafts/edit.html"
    chooser_per_page = 12
    filterset_class = ArticleFilterSet
    list_display = COLUMNS
    list_per_page = 40

    def construct_view(self, view_class, **kwargs):
        return super().construct_view(at_hand(view_class), **kwargs)

    edit_handler = TabbedInterface(ARTICLE_TABS, base_form_class=ArticleForm)


register_snippet(ArticleViewSet)
# Wagtail gives this field no name of its own: what is made of its variable would be read out in English.
WorkflowContentTypeForm.base_fields["content_types"].label = "适用的内容"
side_panels.extend([PublicationPanel, CorrectionsSidePanel])
side_panels.append(SendingSidePanel)


class NamedViewSet(RowViewSet):
    edit_view_class = CountedEditView
    delete_view_class = DeleteUnusedView
    search_fields = ["name"]
    list_per_page = 40


class AuthorViewSet(NamedViewSet):
    model = Author
    icon = "user"
    list_display = ["name", "role", "slug"]


class DeskViewSet(NamedViewSet):
    model = Desk
    icon = "group"
    list_display = ["group"]
    search_fields = ["group__name"]


class NewsroomGroup(SnippetViewSetGroup):
    items = (AuthorViewSet, DeskViewSet)
    menu_label = "采编资料"
    menu_icon = "folder-open-inverse"
    menu_order = 150


register_snippet(NewsroomGroup)


def who_may_choose(request, kwargs) -> bool:
    """Those who write articles or keep the people of the newsroom, in the fields that there are."""
    if kwargs["field"] not in CHOICES:
        return False
    keeps_people = may(request.user, "change", get_user_model())
    return keeps_people or (kwargs["field"] in OF_ARTICLES and may(request.user, "choose", Article))


admit(
    {
        "proposals_inbox": somewhere("newsroom.Proposal", "see"),
        "corrections_desk": somewhere("newsroom.Article", "correct"),
        "corrections_correct": one("newsroom.Article", "article_id", "correct"),
        "corrections_withdraw": one("newsroom.Correction", "correction_id", "withdraw"),
        "erase_version": one("newsroom.Article", "article_id", "erase"),
        "article_embargo": one("newsroom.Article", "article_id", "change"),
        "article_presence": one("newsroom.Article", "article_id", "change"),
        "article_signed_in": everybody,
        "article_flash": somewhere("newsroom.Article", "add"),
        "article_findings": one("newsroom.Article", "article_id", "change", "publish"),
        "publication_rules": somewhere("newsroom.PublicationRule", "change"),
        "article_choices": who_may_choose,
        "article_sending": one("newsroom.Article", "article_id", "propose", "share"),
        "recycle_bin": somewhere("newsroom.Article", "put back"),
    }
)


@hooks.register("register_admin_urls")
def newsroom_addresses():
    return [
        path("proposals/", ProposalsView.as_view(), name="proposals_inbox"),
        path("articles/<int:article_id>/presence/", tell_article_presence, name="article_presence"),
        path("articles/<int:article_id>/findings/", tell_findings, name="article_findings"),
        path("articles/flash/", FlashView.as_view(), name="article_flash"),
        path("articles/rules/", PublicationRulesView.as_view(), name="publication_rules"),
        path("articles/<int:article_id>/embargo/", EmbargoView.as_view(), name="article_embargo"),
        path("articles/choices/<slug:field>/", offer_choices, name="article_choices"),
        path("articles/<int:article_id>/sending/", SendingView.as_view(), name="article_sending"),
        path(
            "articles/<int:article_id>/versions/<int:number>/erase/",
            EraseVersionView.as_view(),
            name="erase_version",
        ),
        path("articles/bin/", BinView.as_view(), name="recycle_bin"),
        path("articles/signed-in/", signed_in, name="article_signed_in"),
        path("corrections/", CorrectionsView.as_view(), name="corrections_desk"),
        path("corrections/of/<int:article_id>/", CorrectView.as_view(), name="corrections_correct"),
        path(
            "corrections/<int:correction_id>/withdraw/",
            WithdrawCorrectionView.as_view(),
            name="corrections_withdraw",
        ),
    ]


@hooks.register("register_admin_menu_item")
def corrections_menu_item():
    return MenuItem("更正", reverse("corrections_desk"), icon_name="edit", order=335)


@hooks.register("register_admin_menu_item")
def proposals_menu_item():
    return MenuItem("送稿", reverse("proposals_inbox"), icon_name="mail", order=120)


@hooks.register("register_admin_menu_item")
def bin_menu_item():
    return MenuItem("回收站", reverse("recycle_bin"), icon_name="bin", order=160)


class RulesMenuItem(MenuItem):
    def is_shown(self, request):
        return may(request.user, "change", PublicationRule)


@hooks.register("register_admin_menu_item")
def rules_menu_item():
    return RulesMenuItem("发布规则", reverse("publication_rules"), icon_name="tasks", order=340)


hooks.register("before_delete_snippet", into_the_bin)


@hooks.register("construct_snippet_action_menu")
def deeds_that_are_possible(items, request, context):
    """Wagtail shows 发布 and 撤下 to whoever may publish anything; here to whoever may publish this article."""
    article = context.get("instance")
    if context["model"] is Article and article is not None and not may(request.user, "publish", article):
        items[:] = [item for item in items if item.name not in ("action-publish", "action-unpublish")]


UNBOUNDED = (WorkflowObjectsToModeratePanel, UserObjectsInWorkflowModerationPanel, LockedPagesPanel)


@hooks.register("construct_homepage_panels")
def todays_work(request, panels):
    """Wagtail's own panels list all that waits, without an end: today's work takes their place."""
    panels[:] = [panel for panel in panels if not isinstance(panel, UNBOUNDED)]
    panels.insert(0, TodayPanel())


@hooks.register("construct_homepage_summary_items")
def without_counts(request, items):
    """The summary counts pages, images and documents: counts over everything that say nothing of today."""
    items.clear()


@hooks.register("construct_help_menu")
def without_other_hosts(request, items):
    """What's new and the editor guide stand on another host; the shortcuts stay."""
    items[:] = [item for item in items if item.name == "keyboard-shortcuts-trigger"]


class ArticleSearchArea(SearchArea):
    """The first of the areas: the sidebar's search leads to it."""

    def __init__(self):
        address = reverse("wagtailsnippets_newsroom_article:list")
        super().__init__("稿件", address, name="articles", icon_name="doc-full", order=50)

    def is_shown(self, request):
        return may(request.user, "see", Article)


hooks.register("register_admin_search_area", ArticleSearchArea)


@hooks.register("register_log_actions")
def log_actions(actions):
    actions.register_action(KEPT_ASIDE, "另存版本", "另存了没能保存的文字")
    actions.register_action(BINNED, "放进回收站", "已放进回收站")
    actions.register_action(SHARED, "共享", "已共享给同事")
    actions.register_action(UNSHARED, "取消共享", "已取消共享")
    actions.register_action(TAKEN, "采用送稿", "由送来的稿件采用而成")
    actions.register_action(PUT_BACK, "从回收站放回", "已从回收站放回")
    actions.register_action(STOPPED)(StoppedSchedule)
    actions.register_action(EMBARGOED)(SetEmbargo)
    actions.register_action(EMBARGO_LIFTED, "解除禁发", "已解除禁发")


class SetEmbargo(LogFormatter):
    """How the history tells of an embargo."""

    label = "设禁发"

    def format_message(self, log_entry):
        return f"已设禁发，至{in_words(datetime.fromisoformat(log_entry.data['until']))}"


class StoppedSchedule(LogFormatter):
    """How the history tells of a version that did not go live by itself."""

    label = "取消定时发布"

    def format_message(self, log_entry):
        return f"定时发布已取消：{log_entry.data.get('reason', '')}"


@hooks.register("insert_editor_js")
def scheduled_button():
    from django.templatetags.static import static

    return format_html('<script src="{}"></script>', static("newsroom/scheduled_button.js"))


@hooks.register("insert_global_admin_css")
def admin_css():
    from django.templatetags.static import static

    return format_html('<link rel="stylesheet" href="{}">', static("newsroom/admin.css"))


@hooks.register("insert_global_admin_js")
def admin_script():
    from django.templatetags.static import static

    return format_html('<script src="{}" defer></script>', static("newsroom/field_names.js"))
