"""审稿单 in the admin: their list by period and channel, one of them as a page and as PDF, many as a file; and what to inspect."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.asked_numbers import asked_number
from meiri.csv_cells import csv_lines
from meiri.policy import check, visible
from meiri.policy.checked_view import CheckedView
from meiri.review.review_exceptions import ReviewException, UrgentReview
from meiri.review.review_sheets import ReviewSheet
from meiri.review.sheet_fields import tables_of
from meiri.review.sheet_pdf import pdf_of
from meiri.sections.models import Channel

PER_PAGE = 50
# An export holds at most so many: a month of a busy site.
MOST_EXPORTED = 20_000
LISTS = {"all": "全部", "irregular": "例外与未审"}


class SheetsView(CheckedView):
    page_title = "审稿单"
    header_icon = "doc-full-inverse"
    deed, thing = "see", ReviewSheet
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "审稿单"}]


class PeriodForm(forms.Form):
    """Which sheets: the last seven days where nothing is asked for."""

    start = forms.DateField(label="从", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    end = forms.DateField(label="到", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    channel = forms.ModelChoiceField(Channel.objects.all(), label="频道", required=False, empty_label="全部")
    only = forms.ChoiceField(label="范围", choices=list(LISTS.items()), required=False)

    def clean(self):
        cleaned = super().clean() or {}
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and start > end:
            raise forms.ValidationError("开始日期晚于结束日期，请核对。")
        return cleaned

    def sheets(self, user):
        """The sheets that were asked for and that `user` may see, the newest first."""
        asked = self.cleaned_data
        found = visible(user, ReviewSheet.objects.between(asked["start"], asked["end"]))
        if asked["channel"]:
            found = found.filter(channel=asked["channel"])
        if asked["only"] == "irregular":
            found = found & ReviewSheet.objects.irregular()
        return found.order_by("-day", "-pk")


def period_in(given) -> PeriodForm:
    today = timezone.localdate()
    week: dict[str, date | str] = {"start": today - timedelta(days=6), "end": today, "only": "all"}
    return PeriodForm({**week, **{name: given[name] for name in given if given[name]}})


class SheetListView(SheetsView):
    template_name = "review/sheets.html"

    def get(self, request):
        form = period_in(request.GET)
        sheets, more = [], None
        if form.is_valid():
            found = form.sheets(request.user).select_related("channel")
            if before := asked_number(request.GET.get("before")):
                found = found.filter(pk__lt=before)
            sheets = list(found.defer("document", "parts")[: PER_PAGE + 1])
            more = sheets[PER_PAGE - 1].pk if len(sheets) > PER_PAGE else None
        asked = {
            name: request.GET[name] for name in ("start", "end", "channel", "only") if request.GET.get(name)
        }
        context = self.get_context_data(
            form=form, sheets=sheets[:PER_PAGE], next=more, asked=urlencode(asked)
        )
        return self.render_to_response(context, status=200 if form.is_valid() else 422)


class ReviewSheetView(SheetsView):
    template_name = "review/sheet.html"

    def check_permission(self):
        self.sheet = get_object_or_404(
            ReviewSheet.objects.select_related("article"), number=self.kwargs["number"]
        )
        check(self.request.user, "see", self.sheet)

    def get_breadcrumbs_items(self):
        sheets = {"url": reverse("review_sheets"), "label": "审稿单"}
        return [*WagtailAdminTemplateMixin.breadcrumbs_items, sheets, {"url": "", "label": self.sheet.number}]

    def get(self, request, **kwargs):
        document = json.loads(self.sheet.document)
        return self.render_to_response(
            self.get_context_data(sheet=self.sheet, tables=list(tables_of(document)))
        )


class SheetFileView(ReviewSheetView):
    """A sheet as a file: `pdf` or `json`."""

    def get(self, request, **kwargs):
        sheet, kind = self.sheet, self.kwargs["kind"]
        match kind:
            case "pdf":
                document = json.loads(sheet.document)
                content, type_ = pdf_of(document, sheet), "application/pdf"
            case "json":
                content, type_ = sheet.document.encode(), "application/json"
            case _:
                raise Http404
        name = f"{sheet.number}.{kind}"
        return HttpResponse(content, type_, headers={"Content-Disposition": f'attachment; filename="{name}"'})


class SheetExportView(SheetsView):
    """The sheets of a period and a channel in one file: each as it was signed, and a table of all of them."""

    def get(self, request):
        form = period_in(request.GET)
        if not form.is_valid():
            raise Http404
        asked = form.cleaned_data
        name = f"sheets-{asked['start']:%Y%m%d}-{asked['end']:%Y%m%d}.zip"
        return StreamingHttpResponse(
            zipped(form.sheets(request.user)[:MOST_EXPORTED]),
            content_type="application/zip",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


COLUMNS = ["编号", "发布时间", "频道", "标题", "未经本站审校", "例外", "SHA-256", "签名"]
SM2_COLUMN = "国密签名（SM2）"


def zipped(sheets) -> Iterator[bytes]:
    """A zip file in pieces: `<number>.json` for each sheet, with its signature in `sheets.csv`."""
    out, rows = _Pipe(), [[*COLUMNS, SM2_COLUMN] if settings.SM2 else COLUMNS]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for sheet in sheets.select_related("channel").iterator(chunk_size=200):
            file.writestr(f"{sheet.number}.json", sheet.document)
            rows.append(_row(sheet))
            yield out.take()
        file.writestr("sheets.csv", "".join(csv_lines(rows)))
    yield out.take()


def _row(sheet: ReviewSheet) -> list[str]:
    return [
        sheet.number,
        timezone.localtime(sheet.published_at).isoformat(timespec="seconds"),
        sheet.channel.name if sheet.channel else "",
        sheet.title,
        sheet.unreviewed,
        "例外" if sheet.excepted else "",
        sheet.digest,
        sheet.signature,
        *([sheet.sm2_in_base64] if settings.SM2 else []),
    ]


class _Pipe(io.RawIOBase):
    """What a zip file is written into and taken from, piece by piece."""

    def __init__(self):
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


class InspectionView(SheetsView):
    """What went another way than its chain, the newest first: exceptions, the fast lane."""

    page_title = "审校例外"
    template_name = "review/inspection.html"

    def get(self, request):
        exceptions = ReviewException.objects.select_related("article", "by").order_by("-pk")
        hurried = UrgentReview.objects.select_related("article", "by").order_by("-pk")
        irregular = visible(request.user, ReviewSheet.objects.irregular()).select_related("channel")
        return self.render_to_response(
            self.get_context_data(
                exceptions=exceptions[:PER_PAGE],
                hurried=hurried[:PER_PAGE],
                sheets=irregular.defer("document", "parts").order_by("-day", "-pk")[:PER_PAGE],
            )
        )
