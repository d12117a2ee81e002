"""Who proposes, who decides, who keeps the roster, who sees the sheets.

An item stands with its station, else with its channel; one without either is everybody's who decides anywhere.
"""

from django.db.models import Q

from meiri.newsroom.roles import (
    ADMITTED,
    CHIEFS,
    CONTRIBUTORS,
    EDITORS,
    REPORTERS,
    Role,
    grant,
    permissions,
    whole,
)
from meiri.planning.models import Assignment, CountedArticle, DutyShift, HandoverNote, PlanItem, PlanTheme
from meiri.policy import Rules, may, register
from meiri.policy.reach import Reach, reach

ADD, DECIDE = "planning.add_planitem", "planning.change_planitem"
PROPOSING = Role((ADD, "planning.add_handovernote"))
DECIDING = PROPOSING + Role((DECIDE, "planning.view_countedarticle"))
DIRECTING = DECIDING + Role(
    (*permissions("planning", "add_dutyshift", "change_dutyshift", "delete_dutyshift"), *whole("planning", "feerule", "plantheme"))
)  # fmt: skip


class PlanItemRules(Rules):
    """Who decides at its place does all with an item; who proposed it changes it until it is decided; who works at it sees it."""

    permissions = {"add": ADD, "decide": DECIDE, "change": DECIDE, "see": DECIDE}

    def may_somewhere(self, user, deed):
        return bool(reach(user, DECIDE)) or (deed != "decide" and bool(reach(user, ADD)))

    def may(self, user, deed, item, place):
        if stands_within(item, reach(user, DECIDE)):
            return True
        if deed == "add":
            return self.may_somewhere(user, deed)
        if deed not in ("see", "change") or not self.may_somewhere(user, deed):
            return False
        if item.proposed_by_id == user.pk:
            return deed == "see" or item.state == "proposed"
        return deed == "see" and item.assignments.filter(user=user.pk).exists()

    def visible(self, user, queryset, deed):
        found = reach(user, DECIDE)
        if found.everywhere:
            return queryset
        if not self.may_somewhere(user, deed):
            return queryset.none()
        wanted = found.q_homes()
        if found:
            wanted |= Q(station=None, channel=None)
        if deed == "see":
            assigned = Assignment.objects.filter(user=user.pk).values("item")
            wanted |= Q(proposed_by=user.pk) | Q(pk__in=assigned)
        return queryset.filter(wanted)


def stands_within(item: PlanItem, found: Reach) -> bool:
    if item.station_id or item.channel_id:
        return found.has_home(item.channel_id, item.station_id)
    return bool(found)


class OfAllRules(Rules):
    """Whoever works in the newsroom sees it; a permission changes it, wherever it holds."""

    def may_somewhere(self, user, deed):
        return bool(reach(user, ADD, DECIDE)) if deed == "see" else bool(self.reach(user, deed))

    def may(self, user, deed, thing, place):
        return self.may_somewhere(user, deed)

    def visible(self, user, queryset, deed):
        return queryset if self.may_somewhere(user, deed) else queryset.none()


class CountedArticleRules(Rules):
    """Figures are for whoever may see those of a place; everybody sees the own ones, by the view of that."""

    permissions = {"see": "planning.view_countedarticle"}

    def may_somewhere(self, user, deed):
        return bool(self.reach(user, deed))

    def may(self, user, deed, counted, place):
        found = self.reach(user, deed)
        return found.has_channel(counted.channel_id) or found.has_station(counted.station_id)

    def within(self, queryset, found, user, deed):
        return queryset.filter(Q(channel__in=found.channels) | Q(station__in=found.stations))


def register_rules() -> None:
    register(PlanItemRules(PlanItem))
    register(OfAllRules(DutyShift))
    register(OfAllRules(HandoverNote))
    register(OfAllRules(PlanTheme))
    register(CountedArticleRules(CountedArticle))
    for group, role in (
        (CONTRIBUTORS, ADMITTED + PROPOSING),
        (REPORTERS, PROPOSING),
        (EDITORS, DECIDING),
        (CHIEFS, DIRECTING),
    ):
        grant(group, role)


def decides(user) -> bool:
    return may(user, "decide", PlanItem)
