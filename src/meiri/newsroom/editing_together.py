"""Views of a form in which several people write at once, or one in a browser that comes and goes.

A form sends what it has with its key, a number, and the version that its fields began with (`saving.Message`). What others saved
meanwhile is put together with it; the answer says what is stored now, and where both changed the same.
"""

from functools import cached_property
from typing import Any

from django.db import transaction
from django.urls import resolve, reverse
from wagtail.admin.utils import set_query_params
from wagtail.log_actions import log

from meiri.newsroom.draft_form import save_row
from meiri.newsroom.merging.versions import ROWS
from meiri.newsroom.saving import (
    Content,
    FormContent,
    Message,
    Outcome,
    base_of,
    keep_aside,
    known_form,
    merge_into,
    remember,
    replaceable,
)

CONFLICT = "别人同时改了同一处，您的文字已另存为一个版本，没有覆盖对方的。请核对后再提交。"
KEPT_ASIDE = "newsroom.kept_aside"


class ConflictError(Exception):
    """Both changed the same, and the form asks for more than to be saved."""


class SavesTogether:
    """For Wagtail's edit view of a draft: what is stored is the form's version and the others', put together."""

    request: Any
    model: Any
    form: Any
    live_object: Any
    # Wagtail refuses a form that began with an older version; here it is put together with the newer one.
    is_out_of_date = False
    outcome: Outcome

    @cached_property
    def message(self) -> Message:
        return Message.read(self.request.POST)

    def get_editing_sessions(self):
        sessions = super().get_editing_sessions()
        if sessions is not None:
            # Without the version that it began with, the form does not warn of a newer one.
            sessions.revision_id = sessions.revision_created_at = None
        return sessions

    def is_valid(self, form):
        valid = super().is_valid(form)
        if not valid and self.expects_json_response and self.produced_error_code == "locked":
            self._keep_what_is_locked(form)
        return valid

    @transaction.atomic
    def _keep_what_is_locked(self, form) -> None:
        form.defer_required_fields()
        if not form.is_valid() or not form.has_changed():
            return
        known = known_form(self.message, self.request.user)
        mine = form.save(commit=False).serializable_data()
        shape = FormContent.of(form)
        kept = self._keep_aside(self.live_object, shape, mine, known)
        own = shape.of_version(mine)
        remember(self.message, self.request.user, self.live_object, Outcome(own, own), None, kept)
        self.produced_error_message = "稿件已被别人锁定，您刚写的另存为一个版本，没有丢。"

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ConflictError:
            self.produced_error_code, self.produced_error_message = "conflict", CONFLICT
            return self.form_invalid(form)

    def save_instance(self):
        stored = self.model.objects.select_for_update().get(pk=self.live_object.pk)
        latest = stored.latest_revision
        known = known_form(self.message, self.request.user)
        shape = FormContent.of(self.form)
        mine = self._content_of_form()
        content = latest.content if latest else stored.serializable_data()
        self.outcome = merge_into(shape, content, mine, base_of(self.message, known))
        kept = None
        if self.outcome.conflicts:
            kept = self._keep_aside(stored, shape, mine, known)
        instance = self._store(stored, latest, known, shape, mine)
        remember(self.message, self.request.user, stored, self.outcome, self.new_revision, kept)
        return instance

    def _content_of_form(self) -> dict[str, Any]:
        return self.form.save(commit=False).serializable_data()

    def _keep_aside(self, thing, shape, mine, known):
        user = self.request.user
        kept, is_new = keep_aside(thing, shape, mine, user, known.kept if known else None)
        if is_new:
            log(thing, KEPT_ASIDE, user=user, revision=kept)
        return kept

    def _store(self, stored, latest, known, shape, mine):
        if self.outcome.is_unchanged and latest:
            self.new_revision = latest
            return latest.as_object()
        by_itself = self.expects_json_response
        content = self.outcome.merged or mine
        self.__dict__["overwrite_revision"] = (
            replaceable(latest, known, shape, content) if by_itself else None
        )
        if self.outcome.merged is None:
            return super().save_instance()
        instance = stored.with_content_json(content)
        if not stored.live:
            save_row(instance)
        self.new_revision = instance.save_revision(
            user=self.request.user,
            clean=False,
            overwrite_revision=self.overwrite_revision,
            log_action="wagtail.edit",
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
        if self.outcome.conflicts and self.action != "edit":
            raise ConflictError
        return super().run_action_method()

    def get_success_json(self):
        answer = super().get_success_json()
        if self.request.path != self.get_edit_url():
            # The form that made it did not hear of that, and sent it to be made once more.
            url = self.get_edit_url()
            hydrate = set_query_params(url, {"_w_hydrate_create_view": "1"})
            answer |= {"url": url, "hydrate_url": hydrate}
        return answer | {"form": self._told()}

    def _told(self) -> dict[str, Any]:
        """What the open form is told: what is stored now, and how that differs from what it sent."""
        outcome = self.outcome
        told: dict[str, Any] = {"sequence": self.message.sequence, "content": outcome.content}
        if outcome.content != outcome.mine:
            told["mine"] = outcome.mine
            told["states"] = self._states()
            told["conflicts"] = [
                {"path": conflict.path, "theirs": conflict.theirs, "label": self._label(conflict.path[0])}
                for conflict in outcome.conflicts
            ]
        return told

    def _states(self) -> dict[str, list]:
        """The blocks of each body in the form in which the browser's editor takes them."""
        states = {}
        for name in FormContent.of(self.form).streams:
            field = self.model._meta.get_field(name)
            value = field.to_python(self.outcome.content.get(name) or [])
            states[name] = field.stream_block.get_form_state(value)
        return states

    def _label(self, name: str) -> str:
        return str(self.form.fields[name].label) if name in self.form.fields else name

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if not self.expects_json_response:
            latest = self.latest_revision
            content = latest.content if latest else self.object.serializable_data()
            context["draft"] = about_form(
                self.request, context["form"], self.object.pk, content, self.latest_revision_created_at
            )
        return context


def about_form(request, form, pk, content: Content, version: str | None) -> dict[str, Any]:
    """What the script of a form is told when its page is opened."""
    shape = FormContent.of(form)
    return {
        "model": shape.model._meta.label_lower,
        "pk": str(pk or ""),
        "user": str(request.user.pk),
        "streams": sorted(shape.streams),
        "labels": {name: str(field.label) for name, field in form.fields.items()},
        "content": shape.of_version(content),
        "version": version or "",
        "presence": reverse("article_presence", args=[0]),
        "sign_in": f"{reverse('wagtailadmin_login')}?next={reverse('article_signed_in')}",
    }


def _identity(relation: str, row) -> tuple:
    return tuple(row.serializable_value(name) for name in ROWS[relation])


class CreatesOnce:
    """For Wagtail's create view of a draft: a form that was sent twice, because the first answer got lost, makes one thing."""

    request: Any
    model: Any
    form: Any

    @cached_property
    def message(self) -> Message:
        return Message.read(self.request.POST)

    def post(self, request, *args, **kwargs):
        known = known_form(self.message, request.user)
        if known and known.content_type.model_class() is self.model:
            self.object = self.model.objects.filter(pk=known.object_id).first()
            if self.object:
                view = resolve(self.get_edit_url())
                return view.func(request, *view.args, **view.kwargs)
        return super().post(request, *args, **kwargs)

    def save_instance(self):
        instance = super().save_instance()
        shown = FormContent.of(self.form).of_version(self.new_revision.content)
        self.outcome = Outcome(shown, shown)
        remember(self.message, self.request.user, instance, self.outcome, self.new_revision)
        return instance

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        content = context["form"].instance.serializable_data()
        context["draft"] = about_form(self.request, context["form"], None, content, None)
        return context

    def get_success_json(self):
        told = {"sequence": self.message.sequence, "content": self.outcome.content}
        return super().get_success_json() | {"form": told}
