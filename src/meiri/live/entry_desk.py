"""One entry in the admin: corrected, released, refused, withdrawn, pinned, made an article."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from wagtail.admin import messages

from meiri.changes.models import ChangeKind
from meiri.live.amending import (
    ChangedMeanwhile,
    correct_entry,
    reach_of_entry,
    restore_entry,
    withdraw_entry,
)
from meiri.live.console import LiveDeskView
from meiri.live.forms import EntryForm
from meiri.live.into_articles import break_out
from meiri.live.models import EntryState, LiveEntry
from meiri.live.reporting import pin_entry, refuse_entry, release_entry
from meiri.policy import may


class EntryView(LiveDeskView):
    template_name = "live/entry.html"

    @cached_property
    def entry(self) -> LiveEntry:
        entries = LiveEntry.objects.select_related("coverage__channel", "coverage__station", "article")
        return get_object_or_404(entries, pk=self.kwargs["entry_id"])

    def check_permission(self):
        self.thing = self.entry
        super().check_permission()

    def get_page_title(self):
        return f"第 {self.entry.number} 条" if self.entry.number else "待审条目"

    def get_breadcrumbs_items(self):
        coverage = self.entry.coverage
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("live_console", args=[coverage.pk]), "label": coverage.title},
            {"url": "", "label": self.get_page_title()},
        ]

    def get(self, request, **kwargs):
        return self.answer_entry(EntryForm(instance=self.entry))

    def post(self, request, **kwargs):
        given, by = request.POST, request.user
        deeds: dict[str, tuple[Callable[[], object], str]] = {
            "release": (lambda: release_entry(self.entry, by), "已发布。"),
            "refuse": (
                lambda: refuse_entry(self.entry, given.get("reason", ""), by),
                "已退回，作者会看到原因。",
            ),
            "withdraw": (lambda: withdraw_entry(self.entry, given.get("reason", ""), by), "已撤下。"),
            "restore": (lambda: restore_entry(self.entry, given.get("reason", ""), by), "已恢复。"),
            "pin": (lambda: pin_entry(self.entry, True, by), "已置顶。"),
            "unpin": (lambda: pin_entry(self.entry, False, by), "已取消置顶。"),
        }
        deed = given.get("deed")
        try:
            if deed == "correct":
                return self.correct()
            if deed == "article":
                return redirect("wagtailsnippets_newsroom_article:edit", break_out(self.entry, by).pk)
            if deed not in deeds:
                raise ValidationError("请选择要做的事。")
            act, said = deeds[deed]
            act()
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return self.answer_entry(
                EntryForm(instance=self.entry), 422, reasons={deed: given.get("reason", "")}
            )
        messages.success(request, said)
        return redirect("live_console", self.entry.coverage_id)

    def correct(self):
        form = EntryForm(self.request.POST, instance=self.entry)
        if not form.is_valid():
            return self.answer_entry(form, 422)
        cleaned = form.cleaned_data
        try:
            correct_entry(
                self.entry, cleaned["title"], cleaned["body"], cleaned["version"], cleaned.get("note", ""), self.request.user,
                cleaned.get("kind") or ChangeKind.CORRECTION,
            )  # fmt: skip
        except ValidationError as error:
            form.add_error(None, error.messages[0])
            if isinstance(error, ChangedMeanwhile):
                # Saved again it takes the place of what the other wrote: that stands above the form.
                form.data = form.data.copy()
                form.data["version"] = str(error.stored.version)
                return self.answer_entry(form, 409, error.stored)
            return self.answer_entry(form, 422)
        messages.success(self.request, "已保存。")
        return redirect("live_console", self.entry.coverage_id)

    def answer_entry(self, form, status=200, stored: LiveEntry | None = None, reasons=None):
        entry, user = self.entry, self.request.user
        return self.render_to_response(
            self.get_context_data(
                entry=entry,
                coverage=entry.coverage,
                form=form,
                media=form.media,
                stored=stored,
                reasons=reasons,
                releases=may(user, "release", entry),
                standing=reach_of_entry(entry) if entry.state == EntryState.SHOWN else None,
                may_change=entry.state != EntryState.WITHDRAWN and may(user, "change", entry),
                corrections=entry.corrections.select_related("by"),
            ),
            status=status,
        )
