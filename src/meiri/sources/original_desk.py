"""转载核对: what the register says of a reprint's source, its original with what was changed of it, exceptions; beside the form and
as a page."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.asked_numbers import asked_number
from meiri.newsroom.models import Article
from meiri.newsroom.plain_text import paragraphs
from meiri.policy import may
from meiri.policy.checked_view import CheckedView
from meiri.sources.checks import is_reprint, listing_finding
from meiri.sources.exceptions import ReprintException, except_reprint, is_excepted
from meiri.sources.kept_files import BrokenOriginal
from meiri.sources.original_changes import compare_texts, headline_changes
from meiri.sources.originals import Original, original_of
from meiri.sources.register import listing_named

# Originals of one article, and exceptions of one page, that are listed.
MOST_ORIGINALS = 20
PER_PAGE = 50


class OriginalSidePanel(BaseSidePanel):
    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = "打开或收起转载核对"
        icon_name = "resubmit"

    name = "original"
    title = "转载核对"
    template_name = "sources/original_panel.html"
    order = 360

    def get_context_data(self, parent_context):
        key = self.object.pk
        original = original_of(key)
        return super().get_context_data(parent_context) | {
            "original": original,
            "listing": listing_named(self.object.source.name) if self.object.source else None,
            "source": self.object.source,
            "address": reverse("sources_original", args=[key]) if key else "",
        }


def comparison(original: Original, version: Article) -> dict:
    """What the page shows of an original beside a version: all of it, and what differs."""
    try:
        title, text = original.read_text()
    except BrokenOriginal:
        return {"unreadable": True, "changes": None}
    return {
        "unreadable": False,
        "title": title,
        "headline": headline_changes(version.original_title or title, version.title),
        "changes": compare_texts(text, paragraphs(version.body.raw_data)),
    }


class OriginalView(CheckedView):
    """One reprint: GET shows it; POST with `reason` makes an exception."""

    page_title = "转载核对"
    header_icon = "resubmit"
    template_name = "sources/original.html"

    def check_permission(self):
        self.article = get_object_or_404(Article, pk=self.kwargs["article_id"])

    def get_breadcrumbs_items(self):
        edit = AdminURLFinder(self.request.user).get_edit_url(self.article)
        return [
            *WagtailAdminTemplateMixin.breadcrumbs_items,
            {"url": edit or "", "label": str(self.article)},
            {"url": "", "label": "转载核对"},
        ]

    def get(self, request, **kwargs):
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs):
        version = self.article.get_latest_revision_as_object()
        originals = list(
            Original.objects.filter(article=self.article.pk)
            .select_related("kept_by")
            .defer("seal", "text")
            .order_by("-pk")[:MOST_ORIGINALS]
        )
        wanted = asked_number(self.request.GET.get("original"))
        shown = next((one for one in originals if one.pk == wanted), originals[0] if originals else None)
        finding = listing_finding(version) if is_reprint(version) else None
        excepted = bool(finding and is_excepted(version, finding.code))
        return super().get_context_data(**kwargs) | {
            "article": self.article,
            "version": version,
            "is_reprint": is_reprint(version),
            "listing": listing_named(version.source.name) if version.source else None,
            "finding": finding,
            "exceptions": ReprintException.objects.filter(article=self.article.pk).select_related("by")[
                :PER_PAGE
            ],
            "may_except": bool(
                finding and not excepted and may(self.request.user, "except", ReprintException)
            ),
            "originals": originals,
            "shown": shown,
            "compared": comparison(shown, version) if shown else {"unreadable": False, "changes": None},
            "attach_url": reverse("ingest_keep_original", args=[self.article.pk])
            if may(self.request.user, "change", self.article)
            else "",
        }

    def post(self, request, **kwargs):
        version = self.article.get_latest_revision_as_object()
        finding = listing_finding(version) if is_reprint(version) else None
        if finding is None:
            messages.error(request, "这篇稿件的来源没有问题，不需要例外。")
        else:
            try:
                except_reprint(version, finding.code, request.POST.get("reason", ""), request.user)
            except ValidationError as error:
                messages.error(request, error.messages[0])
            else:
                messages.success(request, f"已批准从“{version.source}”转载，理由记入日志。")
        return redirect("sources_original", self.article.pk)


class OriginalFileView(CheckedView):
    """The bytes as they came, to be saved: what is in them is another's, so no browser opens it here."""

    def check_permission(self):
        self.original = get_object_or_404(
            Original, pk=self.kwargs["original_id"], article=self.kwargs["article_id"]
        )

    def get(self, request, **kwargs):
        try:
            data = self.original.read()
        except BrokenOriginal:
            raise Http404("The kept file can't be read.") from None
        answer = HttpResponse(data, content_type="application/octet-stream")
        answer["Content-Disposition"] = f'attachment; filename="original-{self.original.pk}.bin"'
        answer["X-Content-Type-Options"] = "nosniff"
        return answer


class ExceptionsView(CheckedView):
    """All exceptions, the newest first, page by page (`?from=KEY`): for inspection."""

    page_title = "转载例外"
    header_icon = "warning"
    template_name = "sources/exceptions.html"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "转载例外"}]

    deed, thing = "see", ReprintException

    def get(self, request):
        exceptions = ReprintException.objects.select_related("by").order_by("-pk")
        if start := asked_number(request.GET.get("from")):
            exceptions = exceptions.filter(pk__lt=start)
        found = list(exceptions[: PER_PAGE + 1])
        return self.render_to_response(
            self.get_context_data(
                exceptions=found[:PER_PAGE],
                next=found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None,
            )
        )
