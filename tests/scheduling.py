"""Which worker runs what, where several share the tests (`-n 2 --dist loadgroup`).

A file stays with one worker, so that what its tests share is made once. What takes longest comes first, so that no worker waits
for another at the end; tests that commit come last, since the rows that migrations make are gone after them.
"""

import pytest
from xdist.scheduler import LoadGroupScheduling

# Groups and files that take a processor more than some ten seconds, in this order. What waits for the first start of a site comes
# after something that does not, so that one worker waits for it and not all.
LONGEST = [
    "browser",
    "robot",
    "tests/newsroom/test_policy_walk.py",
    "newsroom browser",
    "serving",
    "machines",
    "tests/web/test_any_content.py",
    "tests/delivery/test_in_step.py",
    "nginx",
    "tests/doors/test_sequences.py",
    "tests/newsroom/test_admin.py",
    "tests/web/test_addresses.py",
    "tests/newsroom/test_dates.py",
    "tests/search/test_related_reading.py",
    "tests/syndication/test_feeds.py",
    "tests/members/test_who_may.py",
    "sample newsroom",
]
COMMITTING = "committing in "


class FileByFile(LoadGroupScheduling):
    """Hands out groups, and files of tests that are in none."""

    def _split_scope(self, nodeid: str) -> str:
        scope = super()._split_scope(nodeid)
        return nodeid.partition("::")[0] if scope == nodeid else scope


def pytest_xdist_make_scheduler(config, log):
    if config.getvalue("dist") == "loadgroup":
        config.option.loadscopereorder = False  # which orders by the number of tests
        return FileByFile(config, log)
    return None


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config, items):
    if not hasattr(config, "workerinput"):
        return (yield)
    for item in items:
        if commits(item) and not group_of(item):
            item.add_marker(pytest.mark.xdist_group(COMMITTING + item.path.stem))
    result = yield  # pytest-django sorts by what tests do to the database
    items.sort(key=place)
    return result


def commits(item) -> bool:
    mark = item.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction")) or "transactional_db" in item.fixturenames


def group_of(item) -> str:
    mark = item.get_closest_marker("xdist_group")
    return mark.args[0] if mark else ""


def place(item) -> int:
    """Where a test stands among those of other groups and files: a number to sort by."""
    group = group_of(item)
    if group.startswith(COMMITTING):
        return len(LONGEST) + 1
    name = group or item.nodeid.partition("::")[0]
    return LONGEST.index(name) if name in LONGEST else len(LONGEST)
