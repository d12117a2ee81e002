"""Make live coverages for tests."""

from django.contrib.auth.models import Group

from meiri.live.directing import announce_coverage, move_coverage
from meiri.live.models import Coverage, CoverageState, LiveEntry
from meiri.live.reporting import write_entry
from meiri.members.models import User
from tests.newsroom_factory import a_channel


def a_person(name: str, *groups: str) -> User:
    """Somebody in the newsroom, of the groups of these names."""
    user = User.objects.create_user(name, password=None)
    user.groups.set(Group.objects.filter(name__in=groups))
    assert user.groups.count() == len(groups)
    return user


def a_coverage(title="秋粮收购现场", state=CoverageState.LIVE, **fields) -> Coverage:
    fields.setdefault("channel", None)
    fields["channel"] = fields["channel"] or a_channel()
    coverage = announce_coverage(Coverage(title=title, **fields))
    return coverage if state == CoverageState.QUEUED else move_coverage(coverage, CoverageState.LIVE)


def an_entry(coverage: Coverage, text="第一车稻谷过磅。", by=None, **fields) -> LiveEntry:
    entry = LiveEntry(coverage=coverage, **fields)
    entry.body = [("text", f"<p>{text}</p>")]
    return write_entry(entry, by)
