"""稿源名录 in the admin: its list, and a CSV file in and out."""

from django import forms
from django.http import StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button
from wagtail.snippets.views.snippets import IndexView

from meiri.policy import check, may
from meiri.policy.checked_view import CheckedView
from meiri.sources.lists import LARGEST, BadList, read_list, take_list, write_list
from meiri.sources.register import SourceListing, listings_found


class ListingIndexView(IndexView):
    """Found by name, other name and domain."""

    @cached_property
    def header_more_buttons(self):
        buttons = [
            *super().header_more_buttons,
            Button("导出名录", reverse("sources_export"), icon_name="download"),
        ]
        if may(self.request.user, "change", SourceListing):
            buttons.append(Button("导入名录", reverse("sources_import"), icon_name="upload"))
        return buttons

    def search_queryset(self, queryset):
        if not self.is_searching:
            return queryset
        return queryset.filter(pk__in=listings_found(self.search_query).values("pk"))


class ListForm(forms.Form):
    file = forms.FileField(
        label="名录文件（CSV）",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        help_text="第一行是列名，须有“单位名称”，还可以有版次、类别、别名、域名、状态、起始日期、截止日期、说明；"
        "别名和域名有几个时用“；”隔开。可以先导出一份照着填。",
    )
    edition = forms.CharField(
        label="版次",
        max_length=20,
        required=False,
        help_text="名单的公布时间，如“2025-06”；文件里写了版次的以文件为准。",
    )
    whole = forms.BooleanField(
        label="这是完整的新名单",
        required=False,
        help_text="勾选后，名录里有而文件里没有的单位，自今日起标为已移出名单。",
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(f"文件超过 {LARGEST // 1024 // 1024} MB。")
        return file


class ImportListView(CheckedView, FormView):
    """Takes a list whole or not at all: each fault is told with its line."""

    form_class = ListForm
    page_title = "导入稿源名录"
    header_icon = "upload"
    template_name = "sources/import_list.html"

    def check_permission(self):
        for deed in ("add", "change"):
            check(self.request.user, deed, SourceListing)

    def get_breadcrumbs_items(self):
        return [
            *WagtailAdminTemplateMixin.breadcrumbs_items,
            {"url": reverse("wagtailsnippets_sources_sourcelisting:list"), "label": "稿源名录"},
            {"url": "", "label": "导入名录"},
        ]

    def form_valid(self, form):
        try:
            listings = read_list(form.cleaned_data["file"].read(), form.cleaned_data["edition"])
            outcome = take_list(listings, form.cleaned_data["whole"])
        except BadList as error:
            for fault in error.faults:
                form.add_error("file", fault)
            form.add_error(None, "没有导入任何单位，请改好文件再试。")
            return self.form_invalid(form)
        messages.success(self.request, f"名录已导入：{outcome}。")
        return redirect("wagtailsnippets_sources_sourcelisting:list")


class ExportListView(CheckedView):
    deed, thing = "see", SourceListing

    def get(self, request):
        lines = write_list(SourceListing.objects.order_by("category", "name").iterator(chunk_size=500))
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        name = f"gaoyuan-{timezone.localdate():%Y%m%d}.csv"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
