"""The duty roster in the admin, with what shifts hand over; and the monthly sheets."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.asked_numbers import asked_number
from meiri.csv_cells import csv_lines
from meiri.planning.board import asked_month
from meiri.planning.counted_articles import CountedArticle
from meiri.planning.duty import on_duty
from meiri.planning.forms import DutyShiftForm, HandoverForm
from meiri.planning.models import DutyShift, HandoverNote
from meiri.planning.sheets import BY, HEADS, sheet_of
from meiri.policy import check, may, visible
from meiri.policy.checked_view import CheckedView

DAYS, MOST_SHIFTS, NOTES = 14, 300, 30


class DutyView(CheckedView):
    """Who is on duty now and in the next two weeks, and the hand-over log."""

    page_title = "值班"
    header_icon = "calendar-alt"
    template_name = "planning/duty.html"

    deed, thing = "see", DutyShift

    def get_breadcrumbs_items(self):
        return [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "值班"}]

    def get(self, request):
        return self.answer_duty(DutyShiftForm(), HandoverForm())

    def post(self, request):
        match request.POST.get("deed"):
            case "note":
                check(request.user, "add", HandoverNote)
                form = HandoverForm(request.POST)
                form.instance.by = request.user
                if not form.is_valid():
                    return self.answer_duty(DutyShiftForm(), form, 422)
                form.save()
            case "shift":
                check(request.user, "add", DutyShift)
                form = DutyShiftForm(request.POST)
                form.instance.user_id = None
                if not form.is_valid():
                    return self.answer_duty(form, HandoverForm(), 422)
                form.save()
            case "delete":
                check(request.user, "delete", DutyShift)
                get_object_or_404(DutyShift, pk=asked_number(request.POST.get("shift"))).delete()
            case _:
                messages.error(request, "请选择要做的事。")
        return redirect("planning_duty")

    def answer_duty(self, shift_form, note_form, status=200):
        now, user = timezone.now(), self.request.user
        shifts = DutyShift.objects.between(now, now + timedelta(days=DAYS)).select_related("user")
        notes = HandoverNote.objects.select_related("by")
        if (before := asked_number(self.request.GET.get("before"))) is not None:
            notes = notes.filter(pk__lt=before)
        found = list(notes[: NOTES + 1])
        context = self.get_context_data(
            now=on_duty(moment=now),
            shifts=list(shifts[:MOST_SHIFTS]),
            notes=found[:NOTES],
            next=found[NOTES - 1].pk if len(found) > NOTES else None,
            form=shift_form,
            note_form=note_form,
            media=shift_form.media,
            may_add=may(user, "add", DutyShift),
            may_delete=may(user, "delete", DutyShift),
        )
        return self.render_to_response(context, status=status)


class SheetView(CheckedView):
    """The sheet of a month, as a table or, with `?format=csv`, as a file for spreadsheets."""

    page_title = "稿件统计"
    header_icon = "table"
    template_name = "planning/sheet.html"

    deed, thing = "see", CountedArticle

    def get_breadcrumbs_items(self):
        return [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "稿件统计"}]

    def get(self, request):
        asked = request.GET
        month = asked_month(asked.get("month")).replace(day=1)
        by = asked.get("by") if asked.get("by") in BY else "author"
        contributors = bool(asked.get("contributors")) and by == "author"
        rows = sheet_of(visible(request.user, CountedArticle.objects.all()), by, month, contributors)
        if asked.get("format") == "csv":
            return as_csv(rows, f"{month:%Y-%m}-{by}.csv")
        context = self.get_context_data(
            rows=rows,
            heads=HEADS,
            by=by,
            choices=[(word, label, word == by and not contributors) for word, label in BY.items()],
            contributors=contributors,
            month=month,
            previous=month - timedelta(days=1),
            next=month + timedelta(days=32),
            totals=(sum(row.total for row in rows), sum(row.points for row in rows)),
            rules=reverse("wagtailsnippets_planning_feerule:list"),
        )
        return self.render_to_response(context)


def as_csv(rows, name: str) -> HttpResponse:
    lines = csv_lines([HEADS, *(row.cells() for row in rows)])
    answer = HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
