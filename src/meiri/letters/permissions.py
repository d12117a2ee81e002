"""Who handles which letters: a group with a desk those that are routed to it or about its stations, others all."""

from django.db.models import Q, QuerySet

from meiri.letters.models import Letter
from meiri.newsroom.models import Desk
from meiri.sections.models import Station

HANDLE = "letters.handle_letter"
OPEN_CONTACT = "letters.open_contact"


def may_handle(user) -> bool:
    """Whether `user` handles any letters at all."""
    return user is not None and user.has_perm(HANDLE)


def letters_of(user) -> QuerySet[Letter]:
    """The letters that `user` may handle."""
    if not may_handle(user):
        return Letter.objects.none()
    desks = desks_of(user)
    if desks is None:
        return Letter.objects.all()
    stations = Station.objects.filter(desk__in=desks).values("pk")
    return Letter.objects.filter(Q(desk__in=desks) | Q(desk=None, station__in=stations))


def desks_of(user) -> list[int] | None:
    """The desks by which `user` handles letters; None where they handle all."""
    if user.is_superuser or user.user_permissions.filter(_of_handling()).exists():
        return None
    groups = set(user.groups.filter(_of_handling("permissions__")).values_list("pk", flat=True))
    desks = dict(Desk.objects.filter(group__in=groups).values_list("group_id", "pk"))
    return None if groups - set(desks) else list(desks.values())


def _of_handling(prefix: str = "") -> Q:
    app, codename = HANDLE.split(".")
    return Q(**{f"{prefix}codename": codename, f"{prefix}content_type__app_label": app})


def desk_for(station: Station | None) -> Desk | None:
    """The desk that letters about `station` go to by rule: the first that looks after it and handles letters."""
    if station is None:
        return None
    desks = Desk.objects.filter(_of_handling("group__permissions__"), stations=station)
    return desks.order_by("pk").first()


def handling_desks() -> list[Desk]:
    """The desks that letters can be routed to."""
    return list(Desk.objects.filter(_of_handling("group__permissions__")).select_related("group").distinct())
