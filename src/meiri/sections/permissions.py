"""Who keeps sub-columns: whoever may, at the channel or station that they are of."""

from django.db.models import Q

from meiri.policy import Rules, register
from meiri.sections.models import Subsection


class SubsectionRules(Rules):
    """A sub-column is the matter of the desk of its place; who may everywhere may at each."""

    def may_somewhere(self, user, deed):
        return bool(self.reach(user, deed))

    def may(self, user, deed, subsection, place):
        found = self.reach(user, deed)
        if subsection.channel_id is None and subsection.station_id is None:  # not filed yet
            return bool(found)
        if subsection.channel_id:
            return found.has_channel(subsection.channel_id)
        return found.has_station(subsection.station_id)

    def within(self, queryset, found, user, deed):
        return queryset.filter(Q(channel__in=found.channels) | Q(station__in=found.stations))


def register_rules() -> None:
    register(SubsectionRules(Subsection))
