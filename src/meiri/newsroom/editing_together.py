"""Views of a form in which several people write at once, or one in a browser that comes and goes.

A form sends what it has with its key, a number, and the version that its fields began with (`saving.Message`). What others saved
meanwhile is put together with it; the answer says what is stored now, and where both changed the same.
"""

from functools import cached_property, partial
from typing import Any

from django.db import transaction
from django.urls import resolve, reverse
from wagtail.admin.utils import set_query_params

from meiri.newsroom.draft_form import save_row
from meiri.newsroom.merging.versions import ROWS
from meiri.newsroom.open_forms import open_form
from meiri.newsroom.saving import (
    Content,
    FormContent,
    FormMessage,
    FormSave,
    newest_version,
    remember,
    version_of,
)

CONFLICT = "别人同时改了同一处，您的文字已另存为一个版本，没有覆盖对方的。请核对后再提交。"
LOCKED = "稿件已被别人锁定，您刚写的另存为一个版本，没有丢。"


class ConflictError(Exception):
    """Both changed the same, and the form asks for more than to be saved."""


class ReadsMessage:
    """For a view of an open form: its message, and no warning of newer versions, which are put together with it."""

    request: Any

    @cached_property
    def is_out_of_date(self) -> bool:
        """Whether to refuse what saves itself: only where it began with an older version and does not say with what."""
        return not self.message.key and super().is_out_of_date  # type: ignore[misc]

    @cached_property
    def message(self) -> FormMessage:
        return FormMessage.read(self.request.POST)

    def get_editing_sessions(self):
        sessions = super().get_editing_sessions()
        if sessions is not None:
            # Without the version that it began with, the form does not warn of a newer one.
            sessions.revision_id = sessions.revision_created_at = None
        return sessions


class SavesTogether(ReadsMessage):
    """For Wagtail's edit view of a draft: what is stored is the form's version and the others', put together."""

    model: Any
    form: Any
    live_object: Any
    action_class: Any
    expects_json_response: bool
    # None where Wagtail restores an older version: that is put in the place of the newest as it is.
    save: FormSave | None = None

    def is_valid(self, form):
        valid = super().is_valid(form)
        if not valid and self.expects_json_response and self.produced_error_code == "locked":
            self._keep_what_is_locked(form)
        return valid

    @transaction.atomic
    def _keep_what_is_locked(self, form) -> None:
        form.defer_required_fields()
        if form.is_valid() and form.has_changed():
            save = FormSave(form, self.live_object, self.message, self.request.user)
            save.kept = save.keep_aside()
            save.remember(None)
            self.produced_error_message = LOCKED

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ConflictError:
            self.produced_error_code, self.produced_error_message = "conflict", CONFLICT
            return self.form_invalid(form)

    def save_instance(self):
        stored = self.model.objects.select_for_update().get(pk=self.live_object.pk)
        self.save = FormSave(self.form, stored, self.message, self.request.user)
        instance = self._store(self.save)
        self.save.remember(self.new_revision)
        return instance

    def _store(self, save: FormSave):
        if save.outcome.is_unchanged and save.latest:
            self.new_revision = save.latest
            return save.latest.as_object()
        replaced = save.replaceable() if self.expects_json_response else None
        self.__dict__["overwrite_revision"] = replaced
        if replaced:
            # Writing on is one deed of the log, however often the form saves itself.
            self.__dict__["action_class"] = partial(self.action_class, log_action=None)
        if save.outcome.merged is None:
            return super().save_instance()  # type: ignore[misc]
        instance = save.stored.with_content_json(save.outcome.merged or save.mine)
        if not instance.live:
            save_row(instance)
        self.new_revision = instance.save_revision(
            user=self.request.user,
            clean=False,
            overwrite_revision=replaced,
            log_action=False if replaced else "wagtail.edit",
        )
        self._give_rows_their_keys(instance)
        return instance

    def _give_rows_their_keys(self, instance) -> None:
        """Tell the rows of the form the keys under which those of `instance` were stored: sent again, they are not new."""
        for name, formset in self.form.formsets.items():
            keys = {_identity(name, row): row.pk for row in getattr(instance, name).all()}
            for row in formset.forms:
                row.instance.pk = row.instance.pk or keys.get(_identity(name, row.instance))

    def run_action_method(self):
        if self.save and self.save.outcome.conflicts and self.action != "edit":
            raise ConflictError
        return super().run_action_method()

    def get_success_json(self):
        answer = super().get_success_json()
        if self.request.path != self.get_edit_url():
            # The form that made it did not hear of that, and sent it to be made once more.
            url = self.get_edit_url()
            hydrate = set_query_params(url, {"_w_hydrate_create_view": "1"})
            answer |= {"url": url, "hydrate_url": hydrate}
        return answer | {"form": self.save.told()} if self.save else answer

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if not self.expects_json_response:
            content = newest_version(self.object)
            context["draft"] = about_form(
                self.request, context["form"], self.object.pk, content, self.latest_revision_created_at
            )
        return context


def about_form(
    request, form, pk, content: Content, version: str | None, presence: str = "article_presence"
) -> dict[str, Any]:
    """What the script of a form is told when its page is opened. `presence` names the view that it asks who else writes."""
    shape = FormContent.of(form)
    return {
        "model": shape.model._meta.label_lower,
        "pk": str(pk or ""),
        "user": str(request.user.pk),
        "streams": sorted(shape.streams),
        "labels": {name: str(field.label) for name, field in form.fields.items()},
        "content": shape.of_version(content),
        "version": version or "",
        "presence": reverse(presence, args=[0]),
        "sign_in": f"{reverse('wagtailadmin_login')}?next={reverse('article_signed_in')}",
    }


def _identity(relation: str, row) -> tuple:
    return tuple(row.serializable_value(name) for name in ROWS[relation])


class CreatesOnce(ReadsMessage):
    """For Wagtail's create view of a draft: a form that was sent twice, because the first answer got lost, makes one thing."""

    model: Any
    form: Any

    def post(self, request, *args, **kwargs):
        known = open_form(self.message.key, request.user)
        if known and known.content_type.model_class() is self.model:
            self.object = self.model.objects.filter(pk=known.object_id).first()
            if self.object:
                view = resolve(self.get_edit_url())
                return view.func(request, *view.args, **view.kwargs)
        return super().post(request, *args, **kwargs)

    def save_instance(self):
        instance = super().save_instance()
        self.shown = FormContent.of(self.form).of_version(version_of(instance))
        remember(self.message, self.request.user, instance, self.shown, self.new_revision)
        return instance

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        content = version_of(self.model())
        context["draft"] = about_form(self.request, context["form"], None, content, None)
        return context

    def get_success_json(self):
        told = {"sequence": self.message.sequence, "content": self.shown}
        return super().get_success_json() | {"form": told}
