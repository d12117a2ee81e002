"""A view of the admin that asks the policy before it answers."""

from typing import ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.views.generic import View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.policy.rules import administers, check


class CheckedView(WagtailAdminTemplateMixin, View):
    """Opens for whoever may do `deed` with `thing`: a model, as far as any of its rows, or one row."""

    deed: ClassVar[str]
    thing: type[Model] | Model

    def check_permission(self) -> None:
        """Raises `PermissionDenied`. A view that asks for something else, or finds its row first, overrides it."""
        check(self.request.user, self.deed, self.thing)

    def dispatch(self, request, *args, **kwargs):
        self.check_permission()
        return super().dispatch(request, *args, **kwargs)


class AdministratorsView(CheckedView):
    """Opens for whoever may do everything."""

    def check_permission(self) -> None:
        if not administers(self.request.user):
            raise PermissionDenied
