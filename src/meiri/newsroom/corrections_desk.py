"""Corrections in the admin: their list, correcting an article, taking a correction back; and the panel beside the form."""

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from wagtail.admin import messages
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.asked_numbers import asked_number
from meiri.changes.correct_places_desk import ticked_in
from meiri.changes.exchanging_words import Amendment
from meiri.newsroom.correcting import correct, places_of, withdraw_correction
from meiri.newsroom.corrections import Correction, corrections_of
from meiri.newsroom.models import Article
from meiri.newsroom.publication_checks import PublicationStopped
from meiri.policy.checked_view import CheckedView

PER_PAGE = 50


class CorrectionsDeskView(CheckedView):
    page_title = "更正"
    header_icon = "edit"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "更正"}]

    deed, thing = "correct", Article


class CorrectionsView(CorrectionsDeskView):
    """All corrections, newest first: they are public, so every editor who may publish reads them."""

    template_name = "newsroom/corrections.html"

    def get(self, request):
        found = Correction.objects.newest(PER_PAGE + 1, asked_number(request.GET.get("from")))
        return self.render_to_response(
            self.get_context_data(
                corrections=found[:PER_PAGE],
                next=found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None,
            )
        )


class OneArticleView(CorrectionsDeskView):
    """For a view of one article, which `find_article` gives: the desk decides who may correct it."""

    def check_permission(self):
        self.article = self.thing = self.find_article()
        super().check_permission()

    def get_breadcrumbs_items(self):
        return [
            *WagtailAdminTemplateMixin.breadcrumbs_items,
            {"url": reverse("corrections_desk"), "label": "更正"},
            {"url": "", "label": self.article.title},
        ]


def amendment_of(given: QueryDict) -> Amendment | None:
    """What was ticked in a form that showed the places; None where it has not shown them yet, or nothing is to be amended."""
    return ticked_in(given) if "amend" in given else None


def tell_what_stops(request, article: Article, error: PublicationStopped) -> None:
    """Say to an editor what stops the publication of an article whose words were to be exchanged, and where to put it right."""
    edit = messages.button(reverse("wagtailsnippets_newsroom_article:edit", args=[article.pk]), "编辑稿件")
    told = f"{error}可以先只刊登更正；稿件请在编辑页里改好，送审后发布。"
    messages.error(request, told, buttons=[edit])


class CorrectView(OneArticleView):
    template_name = "newsroom/correct.html"

    def find_article(self) -> Article:
        return get_object_or_404(Article.objects.select_related("channel"), pk=self.kwargs["article_id"])

    def get(self, request, **kwargs):
        return self.render_to_response(self.get_context_data())

    def post(self, request, **kwargs):
        given = request.POST
        wrong, right, note = (given.get(name, "") for name in ("wrong", "right", "note"))
        try:
            amendment = amendment_of(given)
            if "amend" in given and amendment is None:
                return self.ask_where(given)
            correct(self.article, wrong, right, request.user, note, amendment)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return self.render_to_response(self.get_context_data(given=given))
        except PublicationStopped as error:
            tell_what_stops(request, self.article, error)
            return self.render_to_response(self.get_context_data(given=given))
        messages.success(request, "更正已刊登，读者在稿件页和更正页都能看到。")
        return redirect("corrections_correct", self.article.pk)

    def ask_where(self, given):
        """Show each place where the words stand, to be ticked."""
        return self.render_to_response(
            self.get_context_data(given=given, found=places_of(self.article, given.get("wrong", "")))
        )

    def get_context_data(self, given=None, found=None, **kwargs):
        return super().get_context_data(
            article=self.article,
            corrections=corrections_of(self.article.pk),
            given=given,
            found=found,
            **kwargs,
        )


class WithdrawCorrectionView(OneArticleView):
    http_method_names = ["post"]

    def find_article(self) -> Article:
        corrections = Correction.objects.select_related("article")
        self.correction = get_object_or_404(corrections, pk=self.kwargs["correction_id"])
        return self.correction.article

    def post(self, request, **kwargs):
        try:
            withdraw_correction(self.correction, request.POST.get("reason", ""), request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, "更正已撤回，读者仍能看到它和撤回的原因。")
        return redirect("corrections_correct", self.article.pk)


class CorrectionsSidePanel(BaseSidePanel):
    """更正 beside the form of an article that readers have seen."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = "打开或收起更正"
        icon_name = "edit"

    name = "corrections"
    title = "更正"
    template_name = "newsroom/corrections_panel.html"
    order = 350

    def get_context_data(self, parent_context):
        context, key = super().get_context_data(parent_context), self.object.pk
        return context | {
            "corrections": corrections_of(key) if key else [],
            "correct_url": reverse("corrections_correct", args=[key]) if key and self.object.live else "",
        }
