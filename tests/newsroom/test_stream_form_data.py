"""Forms whose bodies arrive cut or forged: the answer is 400, and nothing is stored."""

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import Revision

from meiri.fronts.models import SiteSettings
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.models import Article
from tests.newsroom.test_policy import signed_in, the_form
from tests.newsroom_factory import a_channel, a_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(admin_user):
    create_newsroom()
    channel = a_channel()
    article = a_draft(channel=channel)
    address = reverse("wagtailsnippets_newsroom_article:edit", args=[article.pk])
    return signed_in(admin_user), address, the_form(channel, title="改过的标题")


def stored():
    return list(Article.objects.values_list("title", "updated_at")), Revision.objects.count()


# What to send instead of a field; None leaves it out.
CUT = {
    "no number of blocks": {"body-count": None},
    "no number at all": {"body-count": "三"},
    "more blocks than there are": {"body-count": "999999999"},
    "a number of many digits": {"body-count": "9" * 5000},
    "no kind of block": {"body-0-type": None},
    "no place of a block": {"body-0-order": None},
    "a place that is none": {"body-0-order": "x"},
    "no word of what was taken out": {"body-0-deleted": None},
    "a list without its number": {"body-0-type": "gallery"},
}


@pytest.mark.parametrize("change", CUT.values(), ids=CUT.keys())
def test_a_body_that_is_cut_is_refused_and_nothing_is_stored(form, change):
    desk, address, fields = form
    sent = {name: value for name, value in (fields | change).items() if value is not None}
    before = stored()
    for button in ({}, {"action-publish": "1"}):
        assert desk.post(address, sent | button).status_code == 400
    assert stored() == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(data=st.data())
def test_whatever_field_of_the_body_is_missing_no_answer_is_an_error_of_the_server(form, data):
    desk, address, fields = form
    names = sorted(name for name in fields if name.startswith("body-"))
    gone = data.draw(st.sets(st.sampled_from(names), min_size=1))
    assert desk.post(address, {k: v for k, v in fields.items() if k not in gone}).status_code < 500


def test_the_settings_of_the_site_are_read_in_the_same_way(form):
    desk = form[0]
    address = desk.get("/admin/settings/fronts/sitesettings/", follow=True).request["PATH_INFO"]
    before = SiteSettings.objects.count()
    assert desk.post(address, {"telephones-count": "x", "licences-count": "0"}).status_code == 400
    assert SiteSettings.objects.count() == before
