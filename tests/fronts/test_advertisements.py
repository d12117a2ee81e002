"""Advertisements: marked, weighted, scheduled, counted, none for those who read in large type."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models.signals import post_save
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meiri.asked_numbers import LARGEST_ID
from meiri.audience.aggregation import aggregate_views
from meiri.fronts.advertisements import Advertisement, Slot, begin_advertisements, has_advertisement
from meiri.fronts.initial_pages import create_pages
from meiri.fronts.notice_bars import end_overdue_notices
from meiri.journal.models import Entry
from tests.caches import clear_caches
from tests.newsroom_factory import a_channel, a_station, an_article
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db

BROWSER = {"HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 14) Chrome/126.0", "REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture(autouse=True)
def nothing_kept():
    clear_caches()
    yield
    clear_caches()


@pytest.fixture
def desk():
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("chief", password="x"))
    return client


def an_advertisement(channels=(), **fields) -> Advertisement:
    now = timezone.now()
    fields = {
        "name": "订阅报纸", "slot": Slot.ARTICLE, "text": "订阅每日新闻报", "since": now - timedelta(minutes=1),
        "until": now + timedelta(days=1), "address": "https://shop.example/dingbao",
    } | fields  # fmt: skip
    one = Advertisement(**fields)
    one.full_clean()
    one.save()
    one.channels.set(channels)
    return one


def text(answer) -> str:
    return answer.content.decode()


def kinds() -> list[str]:
    return list(
        Entry.objects.filter(kind__startswith="advertisement").order_by("pk").values_list("kind", flat=True)
    )


def test_it_is_set_in_the_admin_and_ended_there_each_with_an_entry(desk, client):
    channel, now = a_channel(), timezone.localtime()
    given = {
        "name": "植树节", "kind": "public", "slot": "channel", "weight": "3", "channels": [channel.pk], "text": "种下一棵树",
        "picture": a_picture().pk, "address": "/shengtai/", "since": f"{now:%Y-%m-%d %H:%M}",
        "until": f"{now + timedelta(days=2):%Y-%m-%d %H:%M}",
    }  # fmt: skip
    answer = desk.post(reverse(Advertisement.snippet_viewset.get_url_name("add")), given)
    assert answer.status_code == 302, answer.context["form"].errors
    one = Advertisement.objects.get()
    assert [c.pk for c in one.channels.all()] == [channel.pk]
    listed = text(desk.get(reverse(Advertisement.snippet_viewset.get_url_name("list"))))
    assert "植树节" in listed
    shown = text(client.get("/fragments/ads/channel/"))
    assert 'data-weight="3"' in shown
    assert 'data-channels="keji "' in shown
    assert "<b>公益广告</b>" in shown
    assert "/media/pictures/" in shown
    assert "sponsored" not in shown
    desk.post(reverse("notice_end", args=["advertisement", one.pk]))
    assert "种下一棵树" not in text(client.get("/fragments/ads/channel/"))
    assert kinds()[0] == "advertisement.created"
    assert kinds()[-1] == "advertisement.ended"


def test_it_begins_and_ends_by_itself_and_fronts_keep_room_meanwhile(client):
    create_pages()
    a_channel()
    an_article()
    one = an_advertisement(slot=Slot.CHANNEL, since=timezone.now() + timedelta(hours=3))
    assert "advertisement-slot" not in text(client.get("/keji/"))
    assert one.text not in text(client.get("/fragments/ads/channel/"))
    Advertisement.objects.update(since=timezone.now() - timedelta(seconds=5))
    begin_advertisements()
    assert 'data-fragment="/fragments/ads/channel/"' in text(client.get("/keji/"))
    assert one.text in text(client.get("/fragments/ads/channel/"))
    Advertisement.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert one.text not in text(client.get("/fragments/ads/channel/"))
    end_overdue_notices()
    assert "advertisement-slot" not in text(client.get("/keji/"))
    assert kinds() == ["advertisement.created", "advertisement.began", "advertisement.ended"]


def test_what_an_editor_ends_while_the_clock_begins_others_stays_ended(desk):
    waiting = [an_advertisement(name=name) for name in ("读书会", "植树节")]

    def end_the_other(sender, instance, **details):
        for other in waiting:
            if other.pk != instance.pk:
                desk.post(reverse("notice_end", args=["advertisement", other.pk]))

    post_save.connect(end_the_other, sender=Advertisement, dispatch_uid="an editor")
    try:
        begin_advertisements()
    finally:
        post_save.disconnect(sender=Advertisement, dispatch_uid="an editor")
    assert all(one.ended_at for one in Advertisement.objects.all())


def test_an_article_holds_none_itself_and_large_type_has_none(client):
    a_station()
    article = an_article()
    for slot in Slot.values:
        an_advertisement(slot=slot)
    create_pages()
    assert "advertisement" not in text(client.get(article.get_absolute_url()))
    assert "订阅每日新闻报" in text(client.get("/fragments/hot/"))
    assert "<b>广告</b>" in text(client.get("/fragments/hot/"))
    assert 'rel="sponsored noopener nofollow"' in text(client.get("/fragments/hot/"))
    assert "shop.example" not in text(client.get("/fragments/hot/"))
    for address in ("/", "/keji/", "/difang/zhejiang/", "/fragments/hot/", "/fragments/ads/home/"):
        large = text(client.get("/zhangbei" + address))
        assert "订阅每日新闻报" not in large, address
        assert "advertisement" not in large, address
    for address in ("/", "/keji/", "/difang/zhejiang/"):
        assert "advertisement-slot" in text(client.get(address)), address
    assert client.get("/fragments/ads/elsewhere/").status_code == 404


def test_room_is_kept_only_in_channels_that_have_one():
    assert not has_advertisement("channel", "keji")
    an_advertisement(slot=Slot.CHANNEL, channels=[a_channel()])
    clear_caches()
    assert has_advertisement("channel", "keji")
    assert not has_advertisement("channel", "yaowen")
    an_advertisement(slot=Slot.CHANNEL)
    clear_caches()
    assert has_advertisement("channel", "yaowen")


def test_each_reader_counts_once_and_robots_do_not(client, tmp_path, settings):
    settings.HOME = tmp_path
    one = an_advertisement()
    seen = f"/api/v1/advertisements/{one.pk}/views"
    followed = reverse("advertisement-followed", args=[one.pk])
    for _ in range(3):
        assert client.post(seen, **BROWSER).json() == {"counted": True}
        answer = client.get(followed, **BROWSER)
        assert answer["Location"] == "https://shop.example/dingbao"
        assert not answer.cookies
    assert client.post(seen, HTTP_USER_AGENT="Baiduspider").json() == {"counted": False}
    client.get(followed, HTTP_USER_AGENT="Baiduspider")
    client.post(seen, **(BROWSER | {"REMOTE_ADDR": "203.0.113.77"}))
    client.post("/api/v1/advertisements/424242/views", **BROWSER)
    aggregate_views()
    assert (one.shown, one.clicked) == (2, 1)
    assert client.post(f"/api/v1/advertisements/{LARGEST_ID + 1}/views", **BROWSER).status_code == 404
    Advertisement.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert client.get(followed, **BROWSER).status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"address": "javascript:alert(1)"},
        {"address": "//elsewhere.example/"},
        {"address": "https://"},
        {"text": ""},
        {"weight": 0},
        {"until": timezone.now() - timedelta(days=1)},
    ],
)
def test_bad_input_is_refused(fields):
    with pytest.raises(ValidationError):
        an_advertisement(**fields)


def test_what_readers_get_asks_no_other_host(client):
    an_advertisement(picture=a_picture())
    shown = text(client.get("/fragments/hot/"))
    assert not re.findall(r'(?:src|srcset|href)="(?:https?:)?//', shown)
