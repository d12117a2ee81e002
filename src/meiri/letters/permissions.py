"""Who handles which letters: a group with a desk those that are routed to it or about its stations, others all."""

from django.db.models import Q, QuerySet

from meiri.letters.models import Letter
from meiri.newsroom.models import Desk
from meiri.newsroom.roles import ADMITTED, CHIEFS, STATION_CHIEFS, Role, grant
from meiri.policy import Rules, may, register, visible
from meiri.policy.reach import Reach
from meiri.sections.models import Station

LETTER_EDITORS = "来信编辑"
HANDLE = "letters.handle_letter"


class LetterRules(Rules):
    permissions = {"see": HANDLE, "handle": HANDLE, "open_contact": "letters.open_contact"}

    def may_somewhere(self, user, deed):
        return bool(self.reach(user, deed))

    def may(self, user, deed, letter, place):
        return Letter.objects.filter(_within(self.reach(user, deed)), pk=letter.pk).exists()

    def visible(self, user, queryset, deed):
        found = self.reach(user, deed)
        return queryset.filter(_within(found)) if found else queryset.none()


def _within(found: Reach) -> Q:
    if found.everywhere:
        return Q()
    mine = Desk.objects.filter(group__in=found.groups).values("pk")
    return Q(desk__in=mine) | Q(desk=None, station__in=found.stations)


def may_handle(user) -> bool:
    """Whether `user` handles any letters at all."""
    return may(user, "handle", Letter)


def letters_of(user) -> QuerySet[Letter]:
    """The letters that `user` may handle."""
    return visible(user, Letter.objects.all(), "handle")


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


def register_rules() -> None:
    grant(LETTER_EDITORS, ADMITTED + Role((HANDLE, "letters.open_contact", "planning.add_planitem")))
    grant(CHIEFS, Role((HANDLE, "letters.change_lettersettings")))
    grant(STATION_CHIEFS, Role((HANDLE,)))
    register(LetterRules(Letter))
