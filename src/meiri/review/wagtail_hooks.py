"""审校 in the admin: addresses, menu, and what the form of an article shows of its reviews."""

from typing import Any

from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.models import TaskState, WorkflowState
from wagtail.snippets.action_menu import ActionMenuItem

from meiri.newsroom.editing import side_panels
from meiri.newsroom.models import Article
from meiri.policy import administers, may
from meiri.policy.gate import admit, found, one, somewhere
from meiri.review.after_checks import AfterCheck
from meiri.review.chain_desk import ChainsView, ChainView
from meiri.review.chains import ChainStep, chain_of
from meiri.review.margin_notes import MarginNote
from meiri.review.margin_notes_desk import MarginNotesPanel, notes_of_article, settle_margin_note
from meiri.review.permissions import may_set_up
from meiri.review.review_records import record_of
from meiri.review.review_sheets import ReviewSheet
from meiri.review.reviewed_publication import excepts, is_unchanged
from meiri.review.reviewing_desk import AfterCheckView, ReviewsWaitingView, ReviewView, WayView
from meiri.review.sheets_desk import (
    InspectionView,
    ReviewSheetView,
    SheetExportView,
    SheetFileView,
    SheetListView,
)
from meiri.review.states import ReviewState, states_of


def of_review(request, kwargs) -> bool:
    """Whoever may see the article that a review is of."""
    state: Any = found(ReviewState, kwargs["state_id"])
    article = found(Article, state.workflow_state.object_id)
    return may(request.user, "see", article)


def of_check(request, kwargs) -> bool:
    check: Any = found(AfterCheck, kwargs["check_id"])
    return may(request.user, "see", check.article)


def of_note(request, kwargs) -> bool:
    note: Any = found(MarginNote, kwargs["note_id"])
    return may(request.user, "see", note.article)


def of_sheet(request, kwargs) -> bool:
    sheet = ReviewSheet.objects.select_related("article").filter(number=kwargs["number"]).first()
    return sheet is not None and may(request.user, "see", sheet)


def chiefs(request, kwargs) -> bool:
    return may_set_up(request.user)


def inspectors(request, kwargs) -> bool:
    """Those who answer for everything, and who administer the site, look at how the newsroom reviews."""
    return administers(request.user) or may_set_up(request.user)


admit(
    {
        "review_inbox": somewhere("newsroom.Article", "see"),
        "review_one": of_review,
        "review_article": one("newsroom.Article", "article_id", "see"),
        "review_notes": one("newsroom.Article", "article_id", "see"),
        "review_note": of_note,
        "review_check": of_check,
        "review_sheets": somewhere("review.ReviewSheet", "see"),
        "review_sheets_export": somewhere("review.ReviewSheet", "see"),
        "review_sheet": of_sheet,
        "review_sheet_file": of_sheet,
        "review_inspection": inspectors,
        "review_chains": inspectors,
        "review_chain_add": chiefs,
        "review_chain": chiefs,
    }
)


@hooks.register("register_admin_urls")
def review_addresses():
    return [
        path("review/", ReviewsWaitingView.as_view(), name="review_inbox"),
        path("review/<int:state_id>/", ReviewView.as_view(), name="review_one"),
        path("review/of/<int:article_id>/", WayView.as_view(), name="review_article"),
        path("review/of/<int:article_id>/notes/", notes_of_article, name="review_notes"),
        path("review/notes/<int:note_id>/", settle_margin_note, name="review_note"),
        path("review-sheets/", SheetListView.as_view(), name="review_sheets"),
        path("review-sheets/export/", SheetExportView.as_view(), name="review_sheets_export"),
        path("review-sheets/<slug:number>/", ReviewSheetView.as_view(), name="review_sheet"),
        path("review-sheets/<slug:number>/<slug:kind>/", SheetFileView.as_view(), name="review_sheet_file"),
        path("review/inspection/", InspectionView.as_view(), name="review_inspection"),
        path("review/chains/", ChainsView.as_view(), name="review_chains"),
        path("review/chains/add/", ChainView.as_view(), name="review_chain_add"),
        path("review/chains/<int:chain_id>/", ChainView.as_view(), name="review_chain"),
        path("review/checks/<int:check_id>/", AfterCheckView.as_view(), name="review_check"),
    ]


@hooks.register("register_admin_menu_item")
def review_menu_item():
    return MenuItem("审稿", reverse("review_inbox"), icon_name="clipboard-list", order=110)


@hooks.register("register_admin_menu_item")
def sheets_menu_item():
    return MenuItem("审稿单", reverse("review_sheets"), icon_name="doc-full-inverse", order=111)


@hooks.register("register_settings_menu_item")
def chains_menu_item():
    return MenuItem("审校流程", reverse("review_chains"), icon_name="clipboard-list", order=300)


@hooks.register("register_reports_menu_item")
def inspection_menu_item():
    return MenuItem("审校例外", reverse("review_inspection"), icon_name="warning", order=300)


class ReviewActionItem(ActionMenuItem):
    """Leads from the form to the review that waits."""

    name = "action-review"
    label = "审稿"
    icon_name = "clipboard-list"
    order = 5

    def is_shown(self, context):
        return context["view"] == "edit" and context["model"] is Article and bool(self._state(context))

    def get_url(self, parent_context):
        return reverse("review_one", args=[self._state(parent_context)])

    def _state(self, context) -> int | None:
        waiting = states_of(context["instance"]).filter(status=TaskState.STATUS_IN_PROGRESS)
        return waiting.values_list("pk", flat=True).first()


@hooks.register("register_snippet_action_menu_item")
def review_action(model):
    return ReviewActionItem() if model is Article else None


@hooks.register("construct_snippet_action_menu")
def publish_what_was_reviewed(items, request, context):
    """发布 is offered where the reviews are done: before, 送审 stands in its place."""
    article = context.get("instance")
    if context["model"] is not Article or not any(item.name == "action-publish" for item in items):
        return
    if article is None or article.pk is None:
        reviewed = not chain_of(article or Article())
    else:
        reviewed = is_reviewed(article)
    if not reviewed:
        items[:] = [item for item in items if item.name != "action-publish"]


def is_reviewed(article: Article) -> bool:
    """Whether nothing of its reviews stands in the way of publishing the newest version."""
    chain = chain_of(article, article.latest_revision)
    if chain is None:
        return True
    stored = Article.objects.select_related("live_revision").get(pk=article.pk)
    if article.latest_revision and is_unchanged(stored, article.latest_revision.content):
        return True
    record = record_of(stored, chain.rule_steps())
    return not record.missing or excepts(article.pk, record) is not None


@hooks.register("before_edit_snippet")
def tell_of_review(request, instance):
    """Above the form: why the article came back, or that a change begins its reviews again."""
    if request.method != "GET" or not isinstance(instance, Article):
        return
    state = instance.current_workflow_state
    if state is None:
        return
    decided = states_of(instance).exclude(verdict="").filter(workflow_state=state)
    last = decided.select_related("task", "finished_by").order_by("-pk").first()
    if state.status == WorkflowState.STATUS_NEEDS_CHANGES and last:
        messages.warning(request, returned_in_words(last))
    elif last is not None and isinstance(last.task.specific, ChainStep):
        messages.info(request, "稿件正在审校：改动正文后，已做的审校一律重做，改动的人不能再审这一稿。")


def returned_in_words(state: ReviewState):
    """Who sent it back, why, and the places that they marked."""
    marks = format_html_join(
        "", "<li>{}：{}</li>", ((f"“{mark['text']}”", mark["note"]) for mark in state.marks)
    )
    return format_html(
        "<strong>{}（{}）{}</strong>：{}{}",
        state.task.name,
        state.finished_by or "—",
        state.get_verdict_display(),
        state.comment,
        format_html("<ul>{}</ul>", marks) if marks else mark_safe(""),
    )


class ReviewSidePanel(BaseSidePanel):
    """审校 beside the form: how far it is, and the way to all of it."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = "打开或收起审校"
        icon_name = "clipboard-list"

    name = "review"
    title = "审校"
    template_name = "review/side_panel.html"
    order = 340

    def get_context_data(self, parent_context):
        context, article = super().get_context_data(parent_context), self.object
        chain = chain_of(article, article.latest_revision) if article.pk else None
        record = record_of(Article.objects.get(pk=article.pk), chain.rule_steps()) if chain else None
        return context | {
            "chain": chain,
            "steps": [(step.name, step.key in record.standing) for step in record.steps] if record else [],
            "way_url": reverse("review_article", args=[article.pk]) if article.pk else "",
        }


side_panels += [ReviewSidePanel, MarginNotesPanel]
