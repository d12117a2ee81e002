"""迁入旧站 in the admin: archives that the operator put into the data folder, their columns, a trial, the run, its report, undoing it. The
worker does what is asked here."""

from collections.abc import Callable
from pathlib import Path

from django import forms
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.csv_cells import csv_lines
from meiri.ingest.migration.fetching_site import base_of
from meiri.ingest.migration.moving_by_clock import folder_of_archives
from meiri.ingest.migration.report import report_rows
from meiri.ingest.models import AskedOfMove, MoveIn, MoveState
from meiri.ingest.parsed import Unreadable
from meiri.policy import check
from meiri.policy.checked_view import CheckedView
from meiri.sections.models import Channel

MOST_FILES, MOST_MOVES, MOST_COLUMNS = 200, 100, 500


class OldSiteForm(forms.Form):
    """Which of the files in the folder is an archive, and where its pictures are; or the address of a site that is fetched."""

    source = forms.ChoiceField(
        label="旧站的数据", required=False, choices=lambda: [("", "—"), *_choices(lambda path: True)]
    )
    pictures = forms.ChoiceField(
        label="旧站的图片",
        required=False,
        choices=lambda: [("", "在数据旁边"), *_choices(Path.is_dir)],
        help_text="旧站的网站目录；不选则在数据旁边找图片。",
    )
    address = forms.URLField(
        label="或旧站的网址",
        required=False,
        assume_scheme="https",
        max_length=200,
        help_text="没有数据备份时填写。是 Wagtail 网站就用它的公开接口，否则按网站地图一页一页地取，每秒不超过一页，可能要几个小时。",
    )

    def clean(self):
        super().clean()
        data = self.cleaned_data
        if bool(data.get("source")) == bool(data.get("address")) and not self.errors:
            raise forms.ValidationError("数据和网址请选填一项。")
        if address := data.get("address"):
            try:
                base_of(address)
            except Unreadable as error:
                self.add_error("address", error.reason)
        return data


def _choices(is_wanted: Callable[[Path], bool]) -> list[tuple[str, str]]:
    return [(path.name, path.name) for path in _entries() if is_wanted(path)]


def _entries() -> list[Path]:
    """What lies in the folder for archives, by name; links are left out."""
    folder = folder_of_archives()
    if not folder.is_dir():
        return []
    found = (path for path in folder.iterdir() if not path.name.startswith(".") and not path.is_symlink())
    return sorted(found)[:MOST_FILES]


class ColumnsForm(forms.Form):
    """The channel of each column, and what is done with posts of columns that have none."""

    publishes = forms.BooleanField(
        label="旧站公开的稿件在这里也公开", required=False, help_text="不勾选则全部存成草稿。"
    )

    def __init__(self, move: MoveIn, data=None):
        super().__init__(data, initial={"otherwise": move.otherwise, "publishes": move.publishes})
        self.move = move
        channels = [(channel.slug, channel.name) for channel in Channel.objects.all()]
        self.fields["otherwise"] = forms.ChoiceField(
            label="没有对应频道的稿件", required=False, choices=[("", "不迁入"), *channels]
        )
        for number, (key, column) in enumerate(list(move.columns.items())[:MOST_COLUMNS]):
            self.fields[f"column{number}"] = forms.ChoiceField(
                label=f"{column['name']}（{column['count']} 篇）",
                choices=[("", "（没有对应的频道）"), *channels],
                initial=column.get("channel", ""),
                required=False,
            )
            self.fields[f"column{number}"].key = key  # type: ignore[attr-defined]

    def save(self) -> None:
        columns = self.move.columns
        for name, field in self.fields.items():
            if name.startswith("column"):
                columns[field.key]["channel"] = self.cleaned_data[name]  # type: ignore[attr-defined]
        self.move.columns = columns
        self.move.otherwise = self.cleaned_data["otherwise"]
        self.move.publishes = self.cleaned_data["publishes"]
        self.move.save(update_fields=["columns", "otherwise", "publishes"])


class MoveDesk(CheckedView):
    """For whoever may move old sites in."""

    deed, thing = "change", MoveIn
    page_title = "迁入旧站"
    header_icon = "download"


class MoveInsView(MoveDesk):
    template_name = "ingest/move_ins.html"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "迁入旧站"}]

    def get(self, request):
        return self.answer(OldSiteForm())

    def post(self, request):
        form = OldSiteForm(request.POST)
        if not form.is_valid():
            return self.answer(form, status=422)
        folder, data = folder_of_archives(), form.cleaned_data
        MoveIn.objects.update_or_create(
            system="",
            site=(data["source"] or data["address"])[:200],
            defaults={
                "source": (data["address"] or str(folder / data["source"]))[:1000],
                "files": str(folder / data["pictures"])[:1000] if data["pictures"] else "",
                "asked": AskedOfMove.LOOK,
                "state": MoveState.WAITING,
                "message": "",
            },
        )
        messages.success(request, "已交给后台查看；看完后这里会列出旧站的栏目和篇数。")
        return redirect("ingest_move_ins")

    def answer(self, form, status=200):
        moves = MoveIn.objects.defer("columns", "faults", "trial").order_by("-pk")[:MOST_MOVES]
        context = self.get_context_data(form=form, moves=moves, folder=folder_of_archives())
        return self.render_to_response(context, status=status)


class MoveInView(MoveDesk):
    """One old site: what is in there, its columns, and what is done with it."""

    template_name = "ingest/move_in.html"
    # What a button asks for, and what its editor is told.
    asks = {
        "look": (AskedOfMove.LOOK, "已交给后台重新查看。"),
        "try": (AskedOfMove.TRY, "已交给后台试迁前 50 篇，什么都不会存。"),
        "run": (AskedOfMove.RUN, "已交给后台迁入。"),
        "undo": (AskedOfMove.UNDO, "已交给后台撤销。"),
        "pause": (AskedOfMove.NOTHING, "正在暂停：手上这一批存完就停，再点“迁入”会接着迁。"),
    }

    def get_breadcrumbs_items(self):
        return [
            *WagtailAdminTemplateMixin.breadcrumbs_items,
            {"url": reverse("ingest_move_ins"), "label": "迁入旧站"},
            {"url": "", "label": str(self.move)},
        ]

    def check_permission(self):
        self.move = get_object_or_404(MoveIn, pk=self.kwargs["pk"])
        check(self.request.user, "change", self.move)

    def get(self, request, pk):
        return self.answer(ColumnsForm(self.move))

    def post(self, request, pk):
        asked = request.POST.get("ask", "")
        if asked in ("", "run", "try") and not self.move.asked:
            form = ColumnsForm(self.move, request.POST)
            if not form.is_valid():
                return self.answer(form, status=422)
            form.save()
        if asked in self.asks:
            wanted, told = self.asks[asked]
            MoveIn.objects.filter(pk=pk).update(asked=wanted, message="")
            messages.success(request, told)
        else:
            messages.success(request, "栏目对应已保存。")
        return redirect("ingest_move_in", pk)

    def answer(self, form, status=200):
        expected = self.move.found.get("posts", 0)
        share = min(100, self.move.seen * 100 // expected) if expected else 0
        context = self.get_context_data(form=form, move=self.move, share=share)
        return self.render_to_response(context, status=status)


class MoveInReportView(MoveDesk):
    def get(self, request, pk):
        move = MoveIn.objects.filter(pk=pk).first()
        if move is None:
            raise Http404
        check(request.user, "change", move)
        answer = StreamingHttpResponse(csv_lines(report_rows(move)), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="qianru-{move.pk}.csv"'
        return answer
