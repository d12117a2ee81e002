"""What a start gives to a newsroom that did not begin with the sample."""

from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from meiri.conf.preparation import prepare, prepare_newsroom, prepare_roles
from meiri.fronts.models import HomePage
from meiri.newsroom.roles import CHIEFS, PROOFREADERS, ROLES
from meiri.review.models import ReviewChain
from tests.newsroom_factory import a_channel

pytestmark = pytest.mark.django_db


def test_a_newsroom_with_channels_of_its_own_gets_groups_reviews_and_pages_once():
    a_channel("要闻", "yaowen")
    told = StringIO()
    assert not prepare_newsroom(told)
    assert prepare_roles(told)
    assert set(ROLES) <= set(Group.objects.values_list("name", flat=True))
    assert ReviewChain.objects.filter(active=True).count() == 4
    assert HomePage.objects.live().exists()
    # A group that was taken away since stays away.
    Group.objects.get(name=PROOFREADERS).delete()
    assert not prepare_roles(told)
    assert not Group.objects.filter(name=PROOFREADERS).exists()
    assert Group.objects.get(name=CHIEFS).permissions.exists()


def test_a_start_collects_static_files_again_when_one_of_them_changed(tmp_path, settings):
    a_channel("要闻", "yaowen")
    get_user_model().objects.create_superuser("zhubian", "", "x")
    source, settings.HOME = tmp_path / "source", tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    source.mkdir()
    (source / "look.css").write_text("a{color:red}")

    def told() -> str:
        out = StringIO()
        assert prepare(out) is bool(out.getvalue())
        return out.getvalue()

    assert "Collecting static files" in told()
    assert told() == ""
    (source / "look.css").write_text("a{color:darkred}")
    assert told().strip() == "Collecting static files …"
    assert (settings.STATIC_ROOT / "look.css").read_text() == "a{color:darkred}"
