"""Every view below /admin/ by its name, and what is asked before it runs.

What is not in the table does not open, so that a view which a new version brings is shut until somebody decides. Wagtail's
own views are in `meiri.policy.wagtail_views`; each app admits its own beside its addresses.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.http import Http404, HttpRequest
from wagtail.admin.auth import permission_denied

from meiri.asked_numbers import asked_number
from meiri.policy.reach import may_enter
from meiri.policy.rules import may, visible

Asked = Callable[[HttpRequest, Mapping[str, Any]], bool]

_views: dict[str, Asked] = {}
# Of namespaces whose names follow from models: what is asked of a view by its name within the namespace.
_namespaces: dict[str, Callable[[str], Asked | None]] = {}
# What registers views that follow from what all apps have registered: run when the first view is asked for.
_late: list[Callable[[], None]] = []


def admit(views: Mapping[str, Asked]) -> None:
    """Let the views of these names (`namespace:name`) open where what is asked says so."""
    _views.update(views)


def admit_namespace(namespace: str, asked_of: Callable[[str], Asked | None]) -> None:
    """Let views of a namespace open by what `asked_of(name)` gives; None for those that stay shut."""
    _namespaces[namespace] = asked_of


def admit_late(register: Callable[[], None]) -> None:
    """Have `register` admit its views when all apps are ready, and before any view opens."""
    _late.append(register)


def everybody(request, kwargs) -> bool:
    """For whoever may enter the newsroom."""
    return True


def shut(why: str) -> Asked:
    """A view of Wagtail's that is of no use here, and why."""

    def asked(request, kwargs):
        raise Http404(why)

    return asked


def somewhere(model: str, *deeds: str) -> Asked:
    """Whoever may do any of `deeds` to some of `model` (`app.Model`)."""

    def asked(request, kwargs):
        return any(may(request.user, deed, apps.get_model(model)) for deed in deeds)

    return asked


def one(model: str, kwarg: str, *deeds: str) -> Asked:
    """Whoever may do any of `deeds` to the one of `model` whose key the address holds as `kwarg`."""

    def asked(request, kwargs):
        thing = found(apps.get_model(model), kwargs[kwarg])
        return any(may(request.user, deed, thing) for deed in deeds)

    return asked


def each(model: str, deed: str) -> Asked:
    """Whoever may do `deed` to all of `model` that the query names as `id`."""

    def asked(request, kwargs):
        return are_all_open(request.user, apps.get_model(model), request.GET.getlist("id"), deed)

    return asked


def model_in_address(app: str, name: str, *deeds: str) -> Asked:
    """As `somewhere`, of the model that the address names by `app` and `name`."""

    def asked(request, kwargs):
        model = model_of(kwargs[app], kwargs[name])
        return any(may(request.user, deed, model) for deed in deeds)

    return asked


def model_of(app: str, name: str) -> type[Model]:
    try:
        return apps.get_model(app, name)
    except LookupError:
        raise Http404(f"There is no {app}.{name}.") from None


def found(model: type[Model], key) -> Model:
    try:
        return model._default_manager.get(pk=key)
    except (ObjectDoesNotExist, ValueError, OverflowError):
        raise Http404(f"There is no {model._meta.label} {key}.") from None


def are_all_open(user, model: type[Model], keys: Iterable[str], deed: str) -> bool:
    wanted = set(keys)
    if any(asked_number(key) is None for key in wanted):
        return False
    rows = visible(user, model._default_manager.filter(pk__in=wanted), deed)
    return {str(key) for key in rows.values_list("pk", flat=True)} >= wanted


@cache
def _admit_the_rest() -> None:
    for register in _late:
        register()


def asked_of(view_name: str) -> Asked | None:
    """What is asked before the view `namespace:name` runs; None where nobody decided."""
    _admit_the_rest()
    if view_name in _views:
        return _views[view_name]
    namespace, _, name = view_name.rpartition(":")
    if namespace in _namespaces:
        return _namespaces[namespace](name)
    return None


def may_open(request: HttpRequest, match) -> bool:
    """Whether the view of `match`, an address that was resolved, opens to the user of `request`."""
    asked = asked_of(match.view_name)
    try:
        return asked is not None and asked(request, match.kwargs)
    except Http404:
        return False


# What a door needs before anybody has passed it.
BEFORE_SIGNING_IN = {"wagtailadmin_login", "wagtailadmin_logout", "wagtailadmin_sprite"}
BEFORE_SIGNING_IN |= {"wagtailadmin_javascript_catalog"}


class AdminGate:
    """Middleware: asks before any view below /admin/ runs. Whoever may not enter at all is met by the view itself."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        match = request.resolver_match
        if not request.path_info.startswith("/admin/") or not match.url_name:
            return None
        if match.view_name in BEFORE_SIGNING_IN or not may_enter(request.user):
            return None
        asked = asked_of(match.view_name)
        if asked is None:
            raise Http404(f"Nobody decided who may open {match.view_name}.")
        return None if asked(request, kwargs) else permission_denied(request)
