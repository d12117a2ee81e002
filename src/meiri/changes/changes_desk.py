"""What became of a published thing, for the newsroom: its changes with who made them, and the receipt of its last withdrawal."""

from abc import ABC, abstractmethod
from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.asked_numbers import asked_number
from meiri.changes.change_wording import show_wording
from meiri.changes.models import LONGEST_REASON, PublishedChange, changes_of
from meiri.changes.things import find_thing, split_name
from meiri.changes.version_numbers import count_versions, erasures_of, numbers_of
from meiri.changes.withdrawal_receipts import newest_receipt
from meiri.policy import may
from meiri.policy.checked_view import CheckedView

SHOWN = 50


class ChangesView(CheckedView):
    """The changes of a thing, newest first, page by page (`?before=KEY`)."""

    page_title = "修改记录"
    header_icon = "history"
    template_name = "changes/changes.html"
    deed = "see"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        found = find_thing(kwargs["word"], kwargs["number"])
        if found is None:
            raise Http404("There is no such thing.")
        self.kind, self.thing = found

    def get_page_subtitle(self):
        return str(self.thing)

    def get(self, request, word, number):
        name = self.kind.name(self.thing)
        found = changes_of(name, SHOWN + 1, asked_number(request.GET.get("before")))
        prefetch_related_objects(found, "by")
        shown, next_ = found[:SHOWN], found[SHOWN - 1].pk if len(found) > SHOWN else None
        erasing = self.kind.erasing_view if may(request.user, "erase", self.thing) else ""
        numbers = numbers_of(name, shown) if self.kind.erasing_view else {}
        erased = erasures_of(name) if self.kind.erasing_view else {}
        newest = count_versions(name) if erasing else 0
        context = self.get_context_data(
            changes=[(change, numbers.get(change.pk)) for change in shown],
            first_published=self.kind.describe(self.thing) if self.kind.erasing_view and not next_ else None,
            erasing_view=erasing,
            erased=erased,
            # What readers see now is withdrawn or replaced before.
            standing=newest if getattr(self.thing, "live", False) else 0,
            next=next_,
            receipt=newest_receipt(name),
            may_show_wording=may(request.user, "publish", self.thing),
            may_correct=self.may_correct(),
        )
        return self.render_to_response(context)

    def may_correct(self) -> bool:
        correction, described = self.kind.correction, self.kind.describe(self.thing)
        if correction is None or (described is not None and described.is_withdrawn):
            return False
        return may(self.request.user, correction.deed, self.thing)

    def get_breadcrumbs_items(self):
        return [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": f"修改记录：{self.thing}"}]


class ShowWordingView(CheckedView):
    """Shows readers what an article said before a change, or shows it no longer (`shown`: 1 or 0)."""

    http_method_names = ["post"]
    deed = "publish"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.change = get_object_or_404(PublishedChange, pk=kwargs["change_id"])
        found = find_thing(*split_name(self.change.thing))
        if found is None or not self.change.has_wording:
            raise Http404("There is nothing to compare.")
        self.thing = found[1]

    def post(self, request, change_id):
        shown = request.POST.get("shown") == "1"
        show_wording(self.change, shown, request.user)
        messages.success(request, "读者能看到这次改动的文字。" if shown else "读者看不到这次改动的文字了。")
        return redirect("changes_of_thing", *split_name(self.change.thing))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="原因",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="读者会看到这个原因，日志也会记下。",
        error_messages={"required": "请写明原因，读者会看到。"},
    )


class DeedWithReasonView(ABC, CheckedView):
    """Withdraws or restores one thing for the reason that is given, with the reach of a withdrawal shown before it.

    Subclasses find the row in `setup` as `self.thing`, and say `deed_in_words`, `warning`, `reach()`, `act(form)` and the
    addresses to go to.
    """

    template_name = "changes/deed.html"
    header_icon = "warning"
    deed_in_words: ClassVar[str]
    warning: ClassVar[str] = ""
    form_class: ClassVar[type[ReasonForm]] = ReasonForm

    def reach(self):
        """Where readers meet the thing; None for a deed that takes nothing away."""
        return

    @abstractmethod
    def act(self, form: ReasonForm) -> None:
        """Do the deed. Raises `ValidationError`."""

    @abstractmethod
    def done_response(self):
        """Where to go once the deed is done."""

    back_url = ""

    def get_page_title(self):
        return self.deed_in_words

    def get_page_subtitle(self):
        return str(self.thing)

    def get_breadcrumbs_items(self):
        return [
            *WagtailAdminTemplateMixin.breadcrumbs_items,
            {"url": "", "label": f"{self.deed_in_words}：{self.thing}"},
        ]

    def get(self, request, **kwargs):
        return self.answer_form(self.form_class())

    def post(self, request, **kwargs):
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self.answer_form(form, 422)
        try:
            self.act(form)
        except ValidationError as error:
            form.add_error(None, error)
            return self.answer_form(form, 422)
        messages.success(request, f"“{self.thing}”：{self.deed_in_words}，已办。")
        return self.done_response()

    def answer_form(self, form, status=200):
        context = self.get_context_data(form=form, standing=self.reach())
        return self.render_to_response(context, status=status)
