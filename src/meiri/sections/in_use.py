"""What articles and others are filed under is closed, not deleted: whoever deletes it is told what is."""

from typing import Any

from django.contrib.admin.utils import quote
from django.db import models
from django.db.models import ProtectedError
from django.db.models.signals import pre_delete
from django.shortcuts import redirect
from django.urls import reverse
from wagtail.admin import messages
from wagtail.admin.ui.side_panels import StatusSidePanel
from wagtail.models import Page, ReferenceIndex
from wagtail.snippets.views.snippets import DeleteView, EditView

# So many of each kind are counted: archives are long.
MOST = 1000


def uses_of(instance: models.Model) -> dict[str, int]:
    """How many rows of each kind, by its name, would lose `instance`: at most `MOST` of each. What only points to it and would
    go with it, such as an entry of the navigation, is none. A query for each relation."""
    found: dict[str, int] = {}
    for relation in instance._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):
            continue
        model: Any = relation.related_model
        # Of a row between two that are many to many: whose field it is.
        owner: Any = model._meta.auto_created
        if owner and owner._meta.model_name == "desk":
            continue
        if not owner and relation.on_delete is models.CASCADE:
            continue
        rows = model._base_manager.filter(**{relation.field.name: instance.pk})
        _add(found, owner or model, rows)
    pages = ReferenceIndex.get_references_to(instance).filter(base_content_type__app_label="wagtailcore")
    _add(found, Page, pages.values("object_id").distinct())
    return found


def _add(found: dict[str, int], model: type[models.Model], rows: models.QuerySet) -> None:
    if count := rows[:MOST].count():
        name = str(model._meta.verbose_name)
        found[name] = found.get(name, 0) + count


def in_words(uses: dict[str, int]) -> str:
    return "、".join(f"{name} {count}{' 以上' if count >= MOST else ''}" for name, count in uses.items())


def refuse_while_used(sender, instance: models.Model, **kwargs) -> None:
    """Before a row is deleted, by whatever door. Raises `ProtectedError`."""
    if uses := uses_of(instance):
        raise ProtectedError(f"{instance} can't be deleted, it is in use: {in_words(uses)}", {instance})


_kept: set[type[models.Model]] = set()


def is_kept_while_used(model: type[models.Model]) -> bool:
    return model in _kept


def keep_while_used(*kinds: type[models.Model], by_code: bool = True) -> None:
    """Let no row of these models be deleted that something is filed under: in the admin, and `by_code` of whatever kind."""
    for model in kinds:
        _kept.add(model)
        if by_code:
            pre_delete.connect(refuse_while_used, sender=model, dispatch_uid=f"in_use.{model.__name__}")


class DeleteUnusedView(DeleteView):
    """Deletes what nothing is filed under; otherwise says what is, and leads to where it can be closed."""

    def dispatch(self, request, *args, **kwargs):
        uses = uses_of(self.object)
        if not uses or not self.user_has_permission(self.permission_required):
            return super().dispatch(request, *args, **kwargs)
        closing = "不再使用可以取消“显示”，把它关闭。" if hasattr(self.object, "visible") else ""
        messages.error(request, f"“{self.object}”还在使用（{in_words(uses)}），不能删除。{closing}")
        return redirect(reverse(self.edit_url_name, args=[quote(self.object.pk)]))


class CountedEditView(EditView):
    """Shows beside the form how often the row is used, also where Wagtail's index of references does not know."""

    def get_side_panels(self):
        panels = super().get_side_panels()
        for panel in panels:
            if isinstance(panel, StatusSidePanel):
                panel.get_usage_context = self.usage_context
        return panels

    def usage_context(self) -> dict:
        uses = uses_of(self.object)
        text = f"被引用 {sum(uses.values())} 次" + (f"（{in_words(uses)}）" if uses else "")
        return {"usage_count": sum(uses.values()), "usage_url": None, "usage_url_text": text}
