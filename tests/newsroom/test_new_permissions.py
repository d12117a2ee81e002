"""A release brings permissions; groups that are there already get theirs, and nothing back that was taken from them."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from meiri.newsroom.initial_newsroom import create_desk, create_newsroom, named
from meiri.newsroom.roles import CHIEFS, EDITORS, REPORTERS

pytestmark = pytest.mark.django_db

NEW, TAKEN = "newsroom.publish_article", "newsroom.delete_source"


def may(group: str, name: str) -> bool:
    app, codename = name.split(".")
    wanted = Permission.objects.filter(content_type__app_label=app, codename=codename)
    return Group.objects.get(name=group).permissions.filter(pk__in=wanted).exists()


@pytest.fixture
def before_the_release():
    """A newsroom founded when one of the permissions was not yet there, and an administrator has taken another away."""
    create_newsroom()
    create_desk("浙江编辑组")
    Group.objects.create(name="实习生")
    named([NEW])[NEW].delete()
    Group.objects.get(name=CHIEFS).permissions.remove(named([TAKEN])[TAKEN])


def test_groups_get_what_is_new(before_the_release):
    assert not may(EDITORS, NEW)
    call_command("migrate", verbosity=0)
    assert [may(group, NEW) for group in (EDITORS, CHIEFS, "浙江编辑组")] == [True] * 3
    assert [may(group, NEW) for group in (REPORTERS, "实习生")] == [False] * 2


def test_what_was_taken_away_stays_away(before_the_release):
    call_command("migrate", verbosity=0)
    assert not may(CHIEFS, TAKEN)
    Group.objects.get(name=EDITORS).permissions.remove(named([NEW])[NEW])
    call_command("migrate", verbosity=0)
    assert not may(EDITORS, NEW)
