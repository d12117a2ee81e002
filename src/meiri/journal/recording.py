"""Rows that editors change in Wagtail's snippet admin, and the entries that say so."""

from collections.abc import Callable

from django.contrib.admin.utils import unquote
from django.db import models, transaction
from wagtail.snippets.views.snippets import CopyView, CreateView, DeleteView, EditView, ReorderView

from meiri.journal.log import actor, append

KeysOf = Callable[[models.Model], list[str]]


def record(instance: models.Model, deed: str, keys: list[str], by=None) -> None:
    """Append the entry that `instance` was `created`, `changed` or `deleted`. Call it in the same transaction."""
    kind = f"{instance._meta.model_name}.{deed}"
    append(kind, keys, {"id": str(instance.pk), "name": str(instance)[:200]}, actor(by))


class RecordedCreateView(CreateView):
    keys_of: KeysOf | None = None

    def save_instance(self):
        with transaction.atomic():
            instance = super().save_instance()
            record(instance, "created", self.keys_of(instance), self.request.user)
        return instance


class CopyFormView(CopyView):
    """Shows the form of a copy, which goes to the view that adds. Sent here, it would overwrite the original."""

    http_method_names = ["get", "head", "options"]


class RecordedEditView(EditView):
    keys_of: KeysOf | None = None

    def save_instance(self):
        with transaction.atomic():
            before = self.keys_of(self.model.objects.get(pk=self.object.pk))
            instance = super().save_instance()
            record(instance, "changed", before + self.keys_of(instance), self.request.user)
        return instance


class RecordedDeleteView(DeleteView):
    keys_of: KeysOf | None = None

    def delete_action(self):
        with transaction.atomic():
            record(self.object, "deleted", self.keys_of(self.object), self.request.user)
            super().delete_action()


class RecordedReorderView(ReorderView):
    keys_of: KeysOf | None = None

    def post(self, request, *args, pk, **kwargs):
        with transaction.atomic():
            response = super().post(request, *args, pk=pk, **kwargs)
            moved = self.model.objects.get(pk=unquote(str(pk)))
            record(moved, "changed", self.keys_of(moved), request.user)
        return response


class RecordedSnippetViewSet:
    """For a `SnippetViewSet`: creating, changing, ordering and deleting rows appends `<model>.<deed>`.

    Give it `journal_keys(instance)`: the content keys that a change of the instance touches. Bulk deletion would go
    past these views, so `journal.wagtail_hooks` refuses it for their models.
    """

    add_view_class = RecordedCreateView
    copy_view_class = CopyFormView
    edit_view_class = RecordedEditView
    delete_view_class = RecordedDeleteView
    reorder_view_class = RecordedReorderView

    def journal_keys(self, instance) -> list[str]:
        return [instance.content_key]

    def _with_keys(self, kwargs):
        return {**kwargs, "keys_of": self.journal_keys}

    def get_add_view_kwargs(self, **kwargs):
        return self._with_keys(super().get_add_view_kwargs(**kwargs))

    def get_edit_view_kwargs(self, **kwargs):
        return self._with_keys(super().get_edit_view_kwargs(**kwargs))

    def get_delete_view_kwargs(self, **kwargs):
        return self._with_keys(super().get_delete_view_kwargs(**kwargs))

    def get_reorder_view_kwargs(self, **kwargs):
        return self._with_keys(super().get_reorder_view_kwargs(**kwargs))
