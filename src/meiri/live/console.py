"""The live desk in the admin: the list of coverages, the form of one, and the console from which one is reported."""

from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Sum
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import cached_property
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.asked_numbers import asked_number
from meiri.live.composing import compose_body
from meiri.live.directing import MOVES, WORDS, announce_coverage, change_coverage, move_coverage
from meiri.live.entry_checks import findings_in
from meiri.live.forms import CoverageForm, QuickForm
from meiri.live.into_articles import freeze_coverage
from meiri.live.models import Coverage, CoverageState, EntryState, LiveEntry
from meiri.live.reporting import write_entry
from meiri.policy import may, visible
from meiri.policy.checked_view import CheckedView

PER_PAGE, SHOWN = 30, 50
# So many of the newest entries that readers see are proofread on the console.
LOOKED_AT = 10


class LiveDeskView(CheckedView):
    page_title = "直播"
    header_icon = "radio-full"

    deed, thing = "see", Coverage

    def get_breadcrumbs_items(self):
        return [
            *WagtailAdminTemplateMixin.breadcrumbs_items,
            {"url": reverse("live_coverages"), "label": "直播"},
        ]


class CoveragesView(LiveDeskView):
    template_name = "live/coverages.html"

    def get(self, request):
        state = request.GET.get("state")
        found = visible(request.user, Coverage.objects.select_related("channel", "station"))
        if state in CoverageState.values:
            found = found.filter(state=state)
        rows = list(found.newest(PER_PAGE + 1, asked_number(request.GET.get("from"))))
        return self.render_to_response(
            self.get_context_data(
                coverages=rows[:PER_PAGE],
                next=rows[PER_PAGE - 1].pk if len(rows) > PER_PAGE else None,
                state=state if state in CoverageState.values else "",
                states=CoverageState.choices,
                may_add=may(request.user, "add", Coverage),
            )
        )


class OneCoverageView(LiveDeskView):
    """For a view of one coverage, that of the address."""

    @cached_property
    def coverage(self) -> Coverage:
        return get_object_or_404(Coverage.objects.to_read(), pk=self.kwargs["coverage_id"])

    def check_permission(self):
        self.thing = self.coverage
        super().check_permission()

    def get_page_title(self):
        return self.coverage.title

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.coverage.title}]


class CoverageFormPart:
    """For a view of the form of a coverage."""

    template_name = "live/coverage_form.html"

    def answer_form(self, form, status=200):
        return self.render_to_response(
            self.get_context_data(form=form, media=form.media, coverage=form.instance), status=status
        )

    def keep(self, form, deed):
        """Have `deed` store the coverage of a valid form."""
        coverage = deed(form.instance, self.request.user)
        coverage.reporters.set(form.cleaned_data["reporters"])
        return redirect("live_console", coverage.pk)


class NewCoverageView(CoverageFormPart, LiveDeskView):
    deed = "add"
    page_title = "新建直播"

    def get(self, request):
        return self.answer_form(CoverageForm(user=request.user))

    def post(self, request):
        form = CoverageForm(request.POST, user=request.user)
        return self.keep(form, announce_coverage) if form.is_valid() else self.answer_form(form, 422)


class CoverageView(CoverageFormPart, OneCoverageView):
    deed = "change"

    def get(self, request, **kwargs):
        return self.answer_form(CoverageForm(instance=self.coverage, user=request.user))

    def post(self, request, **kwargs):
        form = CoverageForm(request.POST, instance=self.coverage, user=request.user)
        return self.keep(form, change_coverage) if form.is_valid() else self.answer_form(form, 422)


class ConsoleView(OneCoverageView):
    """The console: the quick box above, what waits, then what readers see."""

    template_name = "live/console.html"

    def get(self, request, **kwargs):
        return self.answer_console(QuickForm())

    def post(self, request, **kwargs):
        """Begin, pause, go on, end, or make an article of the coverage."""
        asked = request.POST.get("state")
        try:
            if asked == "article":
                article = freeze_coverage(self.coverage, request.user)
                messages.success(request, "已成稿，请审阅后送审。")
                return redirect("wagtailsnippets_newsroom_article:edit", article.pk)
            if asked not in MOVES:
                raise ValidationError("请选择要做的事。")
            move_coverage(self.coverage, CoverageState(asked), request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        return redirect("live_console", self.coverage.pk)

    def answer_console(self, form, status=200):
        coverage, user = self.coverage, self.request.user
        may_direct = may(user, "change", coverage)
        return self.render_to_response(
            self.get_context_data(
                coverage=coverage,
                form=form,
                may_direct=may_direct,
                may_write=coverage.is_running and may(user, "write", coverage),
                posts=may(user, "post", coverage),
                moves=[
                    (to, words) for (before, to), words in WORDS.items()
                    if may_direct and before == coverage.state and not (coverage.article_id and to == "live")
                ],
                stamp=stamp_of(coverage),
                before=asked_number(self.request.GET.get("before")),
                **entries_for(user, coverage, asked_number(self.request.GET.get("before"))),
            ),
            status=status,
        )  # fmt: skip


class ConsoleEntriesView(OneCoverageView):
    """The entries alone, for a console that is open: 204 while they are as it has them."""

    def get(self, request, **kwargs):
        stamp = stamp_of(self.coverage)
        if request.GET.get("stamp") == stamp:
            return HttpResponse(status=204)
        context = entries_for(request.user, self.coverage) | {"coverage": self.coverage, "stamp": stamp}
        return HttpResponse(render_to_string("live/console_entries.html", context, request))


class SendView(ConsoleView):
    """What a reporter sends. A script asks for JSON; without one the answer is the console."""

    deed = "write"

    def get(self, request, **kwargs):
        return redirect("live_console", self.coverage.pk)

    def post(self, request, **kwargs):
        form = QuickForm(request.POST, request.FILES)
        try:
            entry = self.send(form) if form.is_valid() else None
        except ValidationError as error:
            form.add_error(None, error)
            entry = None
        if "application/json" in request.headers.get("Accept", ""):
            if entry is None:
                return JsonResponse(
                    {"errors": [e for list_ in form.errors.values() for e in list_]}, status=422
                )
            return JsonResponse({"entry": entry.pk, "state": entry.state, "number": entry.number})
        return redirect("live_console", self.coverage.pk) if entry else self.answer_console(form, 422)

    def send(self, form: QuickForm) -> LiveEntry:
        given = form.cleaned_data
        earlier = LiveEntry.objects.filter(key=given["key"], coverage=self.coverage).first()
        if earlier:  # its pictures need not be stored again
            return earlier
        entry = LiveEntry(
            coverage=self.coverage,
            key=given["key"],
            title=given["title"].strip(),
            is_important=given["important"],
        )
        entry.body = compose_body(
            given["text"], given["pictures"], given["video"], given["caption"].strip(), self.request.user
        )
        return write_entry(entry, self.request.user)


def stamp_of(coverage: Coverage) -> str:
    """What changes with everything that a console shows of the entries. One query."""
    unseen = coverage.entries.filter(state__in=[EntryState.WAITING, EntryState.REFUSED])
    count, newest, versions = unseen.aggregate(n=Count("pk"), newest=Max("pk"), sum=Sum("version")).values()
    return f"{coverage.change}-{coverage.state}-{count}-{newest or 0}-{versions or 0}"


def entries_for(user, coverage: Coverage, before: int | None = None) -> dict:
    """The entries as a console of `user` shows them: those that wait, oldest first, own ones that were refused, the newest of those
    that readers see, with what the checks find in them. Six queries at most, and those of the checks."""
    releases, own = may(user, "release", coverage), coverage.entries.filter(author=user.pk)
    waiting = coverage.entries.waiting() if releases else own.waiting()
    shown = list(
        coverage.entries.to_read()
        .filter(number__isnull=False, **({"number__lt": before} if before else {}))
        .order_by("-number")[: SHOWN + 1]
    )
    waiting = list(waiting[:SHOWN]) if before is None else []
    posts = may(user, "post", coverage)
    refused = list(own.filter(state=EntryState.REFUSED).order_by("-pk")[:5]) if before is None else []
    # What is new is read for what is doubted in it; older entries were.
    new = [entry for entry in shown[:LOOKED_AT] if entry.state == EntryState.SHOWN] if before is None else []
    looked_at = [*waiting, *new]
    for entry in (*waiting, *refused, *shown):
        entry.findings = []
    for entry, findings in zip(looked_at, findings_in(coverage, looked_at), strict=True):
        entry.findings = findings
    for entry in shown:
        entry.is_open = releases or (posts and entry.author_id == user.pk)
    return {
        "releases": releases,
        "waiting": waiting,
        "refused": refused,
        "shown": shown[:SHOWN],
        "next": shown[SHOWN - 1].number if len(shown) > SHOWN else None,
    }
