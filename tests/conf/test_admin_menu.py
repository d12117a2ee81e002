"""The menu of the newsroom: in groups by work, each person's own, and every entry opens."""

import pytest
from django.test import RequestFactory
from wagtail.admin.menu import SubmenuMenuItem, admin_menu

from meiri.comments.permissions import MODERATORS
from meiri.conf.admin_menu import GROUPS, view_name
from meiri.letters.permissions import LETTER_EDITORS
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.roles import (
    CHANNEL_CHIEFS,
    CONTRIBUTORS,
    EDITORS_IN_CHIEF,
    OPERATORS,
    PROOFREADERS,
    STATION_CHIEFS,
)
from tests.newsroom.test_policy import member_of, signed_in

pytestmark = pytest.mark.django_db

MOST_AT_THE_TOP = 9
ROLES = (
    CONTRIBUTORS,
    PROOFREADERS,
    CHANNEL_CHIEFS,
    STATION_CHIEFS,
    EDITORS_IN_CHIEF,
    MODERATORS,
    LETTER_EDITORS,
    OPERATORS,
)


def menu_of(user):
    request = RequestFactory().get("/admin/")
    request.user = user
    top = admin_menu.menu_items_for_request(request)
    below = {
        item.label: item.menu.menu_items_for_request(request)
        for item in top
        if isinstance(item, SubmenuMenuItem)
    }
    return top, below


@pytest.mark.parametrize("role", ROLES)
def test_every_entry_of_the_menu_opens_and_few_stand_at_the_top(role):
    create_newsroom()
    user = member_of(role)
    top, below = menu_of(user)
    assert 2 <= len(top) <= MOST_AT_THE_TOP, [str(item.label) for item in top]
    browser = signed_in(user)
    entries = [item for item in top if item.url != "#"] + [item for items in below.values() for item in items]
    shut = {
        item.url: answer.status_code
        for item in entries
        if item.url.startswith("/") and (answer := browser.get(item.url, follow=True)).status_code != 200
    }
    assert not shut
    assert len({item.url for item in entries}) == len(entries)


def test_the_groups_name_every_entry_that_the_apps_have(admin_user):
    """What none names is Wagtail's own and stands with the reports or the settings."""
    create_newsroom()
    top, below = menu_of(admin_user)
    assert [item.label for item in top][:-1] == [group.label for group in GROUPS]
    named = {view for group in GROUPS for view in group.views}
    unnamed = [item for items in below.values() for item in items if view_name(item) not in named]
    assert not [item.url for item in unnamed if "snippets" in item.url]
    assert {str(item.label) for item in unnamed} & {"任务", "用户", "快捷键"}
