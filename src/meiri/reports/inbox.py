"""The inbox of reports in the newsroom: those of an editor's own articles first, and one report with what can be done."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from wagtail.actions.publish_revision import PublishPermissionError
from wagtail.admin import messages

from meiri.asked_numbers import asked_number
from meiri.newsroom.correcting import places_of
from meiri.newsroom.corrections_desk import amendment_of, tell_what_stops
from meiri.newsroom.publication_checks import PublicationStopped
from meiri.policy import may, visible
from meiri.policy.checked_view import CheckedView
from meiri.reports import handling
from meiri.reports.models import Report, ReportState

PER_PAGE = 50
# Whose reports: address words of the lists, and what they are called.
WHOSE = {"mine": "我负责的", "all": "全部"}


class InboxView(CheckedView):
    page_title = "读者纠错"
    header_icon = "warning"

    deed, thing = "handle", Report


class ReportsView(InboxView):
    template_name = "reports/admin/list.html"
    breadcrumbs_items = [*InboxView.breadcrumbs_items, {"url": "", "label": "读者纠错"}]

    def get(self, request):
        state = request.GET.get("state")
        state = state if state in ReportState.values else ReportState.OPEN
        whose = "all" if request.GET.get("whose") == "all" else "mine"
        reports = Report.objects.waiting_for(request.user)
        if whose == "all":
            reports = visible(request.user, Report.objects.all(), "handle")
        reports = reports.filter(state=state).select_related("article__channel", "responsible")
        if (start := asked_number(request.GET.get("from"))) is not None:
            reports = reports.filter(pk__lt=start)
        found = list(reports.order_by("-pk")[: PER_PAGE + 1])
        return self.render_to_response(
            self.get_context_data(
                reports=found[:PER_PAGE],
                next=found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None,
                state=state,
                states=ReportState.choices,
                whose=whose,
                lists=WHOSE.items(),
            )
        )


class ReportView(InboxView):
    template_name = "reports/admin/report.html"

    def setup(self, request, *args, report_id, **kwargs):
        super().setup(request, *args, **kwargs)
        self.report_id = report_id

    def get(self, request, **kwargs):
        return self.answer_page(self.report)

    def post(self, request, **kwargs):
        report, given = self.report, request.POST
        words, amendment = given.get("answer", ""), amendment_of(given)
        deeds = {
            "answer": lambda: handling.answer_report(report, words, request.user),
            "refuse": lambda: handling.refuse_report(report, words, request.user),
            "correct": lambda: handling.correct_by_report(
                report,
                given.get("wrong", ""),
                given.get("right", ""),
                request.user,
                given.get("note", ""),
                amendment,
                words,
            ),
        }
        try:
            if given.get("deed") not in deeds:
                raise ValidationError("请选择要做的事。")
            if given["deed"] == "correct" and "amend" in given and amendment is None and report.article:
                return self.answer_page(report, given, places_of(report.article, given.get("wrong", "")))
            done = deeds[given["deed"]]()
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return self.answer_page(report, given=given)
        except PublicationStopped as error:
            if report.article:
                tell_what_stops(request, report.article, error)
            return self.answer_page(report, given=given)
        except PublishPermissionError:
            raise PermissionDenied from None
        messages.success(request, f"已转为“{done.get_state_display()}”，读者在回执页可以看到。")
        return redirect("reports_inbox_report", report.pk)

    @property
    def report(self) -> Report:
        reports = visible(self.request.user, Report.objects.all(), "handle")
        reports = reports.select_related("article__channel", "correction", "handled_by", "responsible")
        return get_object_or_404(reports, pk=self.report_id)

    def answer_page(self, report: Report, given=None, found=None):
        """The report, with what was given for it and, where words are to be exchanged, the places `found` to be ticked."""
        article = report.article
        may_correct = (
            article is not None
            and article.live
            and report.state != ReportState.CORRECTED
            and may(self.request.user, "correct", article)
        )
        context = self.get_context_data(
            report=report,
            is_open=report.state != ReportState.CORRECTED,
            may_correct=may_correct,
            found=found,
            given=given or {"wrong": report.quote, "amend": True},
        )
        return self.render_to_response(context)

    def get_page_title(self):
        return "纠错"

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse("reports_inbox"), "label": "读者纠错"},
            {"url": "", "label": "纠错"},
        ]
