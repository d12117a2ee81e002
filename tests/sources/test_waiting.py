"""Pictures whose licence runs out soon stand on the first screen of those who may change them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from meiri.media.adding_pictures import store
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.roles import EDITORS, REPORTERS
from tests.media.test_reencoding import a_file
from tests.newsroom.test_policy import member_of

pytestmark = pytest.mark.django_db


def test_editors_are_warned_and_reporters_are_not(client):
    create_newsroom()
    picture = store(a_file(), "借来的图")[0]
    picture.valid_until = timezone.localdate() + timedelta(days=5)
    picture.save()
    client.force_login(member_of(EDITORS))
    page = client.get("/admin/").content.decode()
    assert "授权将到期的图片" in page
    assert "借来的图" in page
    assert "借来的图" in client.get(reverse("media_licences")).content.decode()
    client.force_login(member_of(REPORTERS))
    assert "借来的图" not in client.get("/admin/").content.decode()
