"""Who reports live, and who decides what readers see of it.

A coverage stands with the station that reports, else with its channel. Who is named among its reporters writes for it from any
desk, with what they may do at home.
"""

from django.db.models import Q

from meiri.live.models import Coverage, LiveEntry
from meiri.newsroom.permissions import stands_at
from meiri.newsroom.roles import ADMITTED, CHIEFS, CONTRIBUTORS, EDITORS, REPORTERS, Role, grant, permissions
from meiri.policy import Rules, may, register
from meiri.policy.reach import reach

WRITE, POST, RELEASE = "live.add_liveentry", "live.post_liveentry", "live.release_liveentry"
DIRECT = "live.change_coverage"

# 通讯员 write, and what they send waits for somebody who may release it.
WRITING = ADMITTED + Role((WRITE,))
REPORTING = WRITING + Role((POST,))
DIRECTING = REPORTING + Role((RELEASE, *permissions("live", "add_coverage", "change_coverage")))


class CoverageRules(Rules):
    """`write` an entry, `post` one that readers see at once, `release` what others wrote, `change` the coverage itself."""

    permissions = {
        "write": WRITE,
        "post": POST,
        "release": RELEASE,
        "change": DIRECT,
        "add": "live.add_coverage",
    }

    def reach(self, user, deed):
        if deed in ("see", "choose"):
            return reach(user, WRITE, RELEASE, DIRECT)
        return super().reach(user, deed)

    def may_somewhere(self, user, deed):
        return bool(self.reach(user, deed))

    def may(self, user, deed, coverage, place):
        found = self.reach(user, deed)
        if place is not None:
            return stands_at(place, found)
        if coverage.pk is None:
            return bool(found)
        if found.has_home(coverage.channel_id, coverage.station_id):
            return True
        return deed in ("see", "write", "post") and bool(found) and is_reporter(user, coverage)

    def within(self, queryset, found, user, deed):
        wanted = found.q_homes()
        if deed in ("see", "write", "post"):
            wanted |= Q(pk__in=Coverage.reporters.through.objects.filter(user=user.pk).values("coverage"))
        return queryset.filter(wanted)


def is_reporter(user, coverage: Coverage) -> bool:
    return coverage.reporters.filter(pk=user.pk).exists()


class LiveEntryRules(Rules):
    """An entry is its author's until readers see it, and then as well where the author may post; else of who releases."""

    permissions = {"see": WRITE, "change": WRITE, "withdraw": WRITE, "release": RELEASE, "write": WRITE}

    def may_somewhere(self, user, deed):
        return bool(reach(user, RELEASE)) or (deed != "release" and bool(reach(user, WRITE)))

    def may(self, user, deed, entry, place):
        if may(user, "release", entry.coverage):
            return True
        if deed == "see":
            return may(user, "see", entry.coverage)
        if deed not in ("change", "withdraw") or entry.author_id != user.pk:
            return False
        return may(user, "post" if entry.number else "write", entry.coverage)

    def visible(self, user, queryset, deed):
        seen = Coverage.objects.all()
        return queryset.filter(coverage__in=CoverageRules(Coverage).visible(user, seen, "see"))


def register_rules() -> None:
    register(CoverageRules(Coverage))
    register(LiveEntryRules(LiveEntry))
    for group, role in (
        (CONTRIBUTORS, WRITING),
        (REPORTERS, REPORTING),
        (EDITORS, DIRECTING),
        (CHIEFS, DIRECTING),
    ):
        grant(group, role)
