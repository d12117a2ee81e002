"""Who lays out pages, keeps friend links and says what the site is called: the fronts belong to the nation. What stands on the front
of a station, and the notices above its pages, are the matter of its desk."""

from meiri.fronts.notice_bars import NoticeBar
from meiri.fronts.station_fronts import StationFront
from meiri.newsroom.roles import CHIEFS, EDITORS, EDITORS_IN_CHIEF, Role, grant, permissions, whole
from meiri.policy import Rules, register
from meiri.policy.reach import reach

KEEP_STATION_FRONT = "fronts.change_stationfront"


class StationFrontRules(Rules):
    """Whoever keeps the front of a station begins it too."""

    permissions = {"add": KEEP_STATION_FRONT, "see": KEEP_STATION_FRONT}

    def may_somewhere(self, user, deed):
        found = self.reach(user, deed)
        return found.everywhere or bool(found.stations)

    def may(self, user, deed, front, place):
        found = self.reach(user, deed)
        return found.has_station(front.station_id) if front.station_id else self.may_somewhere(user, deed)

    def within(self, queryset, found, user, deed):
        return queryset.filter(station__in=found.stations)


class NoticeBarRules(Rules):
    """Above all pages it is the nation's, above those of a station its desk's."""

    def may_somewhere(self, user, deed):
        if super().may_somewhere(user, deed):
            return True
        return deed != "delete" and bool(reach(user, KEEP_STATION_FRONT).stations)

    def may(self, user, deed, bar, place):
        if super().may(user, deed, bar, place):
            return True
        return deed != "delete" and bool(bar.station_id) and has_station(user, bar.station_id)

    def visible(self, user, queryset, deed):
        if self.reach(user, deed).everywhere:
            return queryset
        if deed == "delete":
            return queryset.none()
        return queryset.filter(station__in=reach(user, KEEP_STATION_FRONT).stations)


def has_station(user, station: int) -> bool:
    return reach(user, KEEP_STATION_FRONT).has_station(station)


def start() -> None:
    grant(
        CHIEFS,
        Role(
            (*whole("fronts", "friendlink", "noticebar", "advertisement"), "fronts.change_sitesettings"),
            on_pages=permissions("wagtailcore", "add_page", "change_page", "publish_page", "bulk_delete_page")
            + permissions("wagtailcore", "lock_page", "unlock_page"),
        ),
    )
    grant(EDITORS, Role((KEEP_STATION_FRONT,)))
    grant(CHIEFS, Role(whole("fronts", "stationfront")))
    # The gravest of what can be done to all pages at once.
    grant(EDITORS_IN_CHIEF, Role(whole("fronts", "greying")))
    register(StationFrontRules(StationFront))
    register(NoticeBarRules(NoticeBar))
