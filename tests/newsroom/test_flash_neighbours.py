"""Flashes of a station and of a channel, one after the other: no page stays as it was."""

import pytest
from django.test import Client

from meiri.delivery.verifying import stale_pages
from meiri.members.models import User
from meiri.newsroom.models import Article
from meiri.sections.models import Channel
from tests.caches import clear_caches
from tests.doors.newsroom import found

pytestmark = pytest.mark.django_db


def send(who: str, title: str) -> str:
    """Send a flash into 要闻 from the first screen; the address of its article."""
    editor = Client()
    editor.force_login(User.objects.get(username=who))
    channel = Channel.objects.get(slug="yaowen")
    sent = editor.post(
        "/admin/articles/flash/", {"title": title, "text": "第一批稻谷入仓。", "channel": channel.pk}
    )
    assert sent.status_code == 302
    return Article.objects.get(title=title, live=True).get_absolute_url()


def test_what_a_channel_has_not_taken_stands_beside_nothing_there(stored_pages):
    found()
    of_station = send("zhejiang", "浙江粮库今晨开仓")
    stored_pages.catch_up()
    assert 'rel="prev"' not in Client().get(of_station).content.decode()
    of_channel = send("bianji", "各地粮库今晨开仓")
    stored_pages.catch_up()
    clear_caches()
    assert list(stale_pages(stored_pages.store)) == []
    page = Client().get(of_channel).content.decode()
    assert 'rel="prev"' in page
    assert of_station not in page
