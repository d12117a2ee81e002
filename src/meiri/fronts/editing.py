"""Editing a laid-out page: several people lay it out at once, and nobody's change is overwritten."""

import json

from django.db import transaction
from django.http import JsonResponse
from wagtail.admin import messages
from wagtail.admin.views.pages.edit import EditView
from wagtail.models import Page

from meiri.newsroom.editing_together import CONFLICT, ReadsMessage, about_form
from meiri.newsroom.presence import tell_presence
from meiri.newsroom.saving import FormSave, newest_version


def tell_front_presence(request, page_id: int):
    return tell_presence(request, Page, page_id)


class FrontEditView(ReadsMessage, EditView):
    """Wagtail's view, which saves the form's version and the others' put together."""

    def get_template_names(self):
        names = super().get_template_names()
        return names if self.hydrate_create_view else ["fronts/edit.html", *names]

    @transaction.atomic
    def form_valid(self, form):
        stored = self.page_class.objects.select_for_update().get(pk=self.page.pk)
        save = FormSave(form, stored, self.message, self.request.user)
        outcome = save.outcome
        if outcome.conflicts and self.action_name != "save":
            messages.error(self.request, CONFLICT)
            self.has_unsaved_changes = True
            return self.render_to_response(self.get_context_data())
        if self.expects_json_response:
            self._choose_version(save)
        if outcome.is_unchanged and self.expects_json_response:
            save.remember(save.latest)
            return JsonResponse({"success": True, "pk": self.page.pk, "form": save.told()})
        if outcome.merged:
            merged = stored.with_content_json(outcome.merged)
            form.save = lambda commit=True: _saved(merged, commit)
        response = super().form_valid(form)
        stored.refresh_from_db(fields=["latest_revision"])
        save.remember(stored.latest_revision)
        return self._with_told(response, save)

    def _choose_version(self, save: FormSave) -> None:
        """Name the version whose place the new one takes as Wagtail's own script would."""
        sent = self.request.POST.copy()
        sent.pop("overwrite_revision_id", None)
        if revision := save.replaceable():
            sent["overwrite_revision_id"] = str(revision.pk)
        self.request.POST = sent

    def _with_told(self, response, save: FormSave):
        if not isinstance(response, JsonResponse):
            return response
        answer = json.loads(response.content)
        return JsonResponse(answer | {"form": save.told()}) if answer.get("success") else response

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if not self.expects_json_response:
            content = newest_version(self.page)
            context["draft"] = about_form(
                self.request,
                self.form,
                self.page.pk,
                content,
                self.latest_revision_created_at,
                "front_presence",
            )
        return context


def _saved(page, commit: bool):
    if commit:
        page.save(clean=False)
    return page
