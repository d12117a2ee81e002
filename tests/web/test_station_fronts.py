"""The front of a station: what its own desk says of it, what is read there, and the notices above its pages."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import nested_form_data, streamfield

from meiri.audience.hot import hot_list
from meiri.audience.view_counts import add_views
from meiri.fronts.notice_bars import NoticeBar
from meiri.fronts.station_fronts import StationFront
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
from meiri.newsroom.publishing import withdraw
from meiri.newsroom.river import Place
from meiri.sections.models import Station
from meiri.web import page_frame
from tests.newsroom.test_policy import member_of, signed_in
from tests.newsroom_factory import a_channel, a_station, an_article
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db
ADD = "wagtailsnippets_fronts_stationfront:add"
EDIT = "wagtailsnippets_fronts_stationfront:edit"
ADD_BAR = "wagtailsnippets_fronts_noticebar:add"


@pytest.fixture(autouse=True)
def nothing_kept():
    page_frame.forget_frame()
    yield
    page_frame.forget_frame()


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_newsroom()
    a_channel()
    station = a_station(address="杭州市文三路", telephone="0571 8888", email="zj@example.cn")
    create_desk("浙江站编辑", [], [station])
    create_desk("新疆站编辑", [], [a_station("新疆", "xinjiang")])
    create_desk("科技编辑", [a_channel()])


@pytest.fixture
def desk(initial_data) -> Client:
    return signed_in(member_of("浙江站编辑"))


def zhejiang() -> Station:
    return Station.objects.get(slug="zhejiang")


def of_form(**fields) -> dict:
    services = streamfield([("service", {"name": "天气", "url": "", "telephone": "12121"})])
    empty = {"lead": "", "submission_email": "", "submission_note": "", "services": services}
    return nested_form_data(empty | {"station": zhejiang().pk} | fields)


def front(client: Client, address="/difang/zhejiang/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode().replace("<wbr>", "")


def test_the_desk_of_a_station_keeps_its_front_and_no_other_desk(desk, client, stored_pages):
    picture = a_picture()
    old = an_article("老头条", stations=[zhejiang()], published_at=timezone.now() - timedelta(days=3))
    an_article("最新的有图稿", stations=[zhejiang()], picture=picture)
    elsewhere = an_article("别处的稿件")
    assert front(client).index("最新的有图稿") < front(client).index("老头条")
    refused = desk.post(reverse(ADD), of_form(lead=elsewhere.pk)).content.decode()
    assert "头条要选浙江站上已发布的稿件" in refused
    desk.post(
        reverse(ADD), of_form(lead=old.pk, submission_email="tg@example.cn", submission_note="千字以内")
    )
    own = StationFront.objects.get()
    stored_pages.catch_up()
    page = front(client).partition("<main")[2]
    assert page.index("老头条") < page.index("最新的有图稿")
    for words in ("杭州市文三路", "tel:05718888", "mailto:tg@example.cn", "千字以内", "tel:12121", "天气"):
        assert words in page
    assert "/fragments/hot/difang/zhejiang/" in page
    assert reverse("member-follow", args=["station", "zhejiang"]) in page
    for others in ("新疆站编辑", "科技编辑"):
        stranger = signed_in(member_of(others))
        stranger.post(reverse(EDIT, args=[own.pk]), of_form(submission_email="x@example.cn"))
        stranger.post(reverse(ADD), of_form())
    own.refresh_from_db()
    assert (own.submission_email, StationFront.objects.count()) == ("tg@example.cn", 1)
    withdraw(old, "有误")
    stored_pages.catch_up()
    assert "老头条" not in front(client)


def test_its_hot_list_is_of_what_is_read_in_the_station(client, initial_data):
    here, there = an_article("本地热点", stations=[zhejiang()]), an_article("全国热点")
    quiet = an_article("本地新稿", stations=[zhejiang()])
    add_views(there.pk, 900, timezone.now())
    add_views(here.pk, 30, timezone.now())
    entries = hot_list(place=Place.station(zhejiang()))
    assert [(e.article.title, e.views) for e in entries] == [(here.title, 30), (quiet.title, 0)]
    assert hot_list()[0].article.title == "全国热点"
    answer = client.get("/fragments/hot/difang/zhejiang/").content.decode()
    assert "24 小时 30 次" in answer
    assert "全国热点" not in answer
    assert client.get("/fragments/hot/difang/meiyou/").status_code == 404


def test_a_desk_sets_notices_above_the_pages_of_its_station_alone(desk, client):
    now = timezone.localtime()
    bar = {"kind": "notice", "text": "雨雪天气停课", "article": "", "coverage": "", "address": "/keji/"}
    bar |= {"since": f"{now:%Y-%m-%d %H:%M}", "until": f"{now + timedelta(hours=1):%Y-%m-%d %H:%M}"}
    assert desk.post(reverse(ADD_BAR), bar | {"station": ""}).status_code == 200
    xinjiang = Station.objects.get(slug="xinjiang")
    assert desk.post(reverse(ADD_BAR), bar | {"station": xinjiang.pk}).status_code == 200
    assert not NoticeBar.objects.exists()
    desk.post(reverse(ADD_BAR), bar | {"station": zhejiang().pk})
    made = NoticeBar.objects.get()
    sheet = client.get("/fragments/notices.css").content.decode()
    assert '[data-at="difang/zhejiang"] .bars .notice{display:block' in sheet
    page = front(client)
    assert 'data-at="difang/zhejiang"' in page
    assert "/fragments/notices/notice/?station=zhejiang" in page
    assert client.get("/fragments/notices/notice/?station=zhejiang").get("Location") == "/keji/"
    assert client.get("/fragments/notices/notice/").get("Location") is None
    stranger = signed_in(member_of("新疆站编辑"))
    stranger.post(reverse("notice_end", args=["noticebar", made.pk]))
    made.refresh_from_db()
    assert made.ended_at is None
    # What the whole site is told stands above it.
    NoticeBar.objects.create(kind="notice", text="全国公告", until=timezone.now() + timedelta(hours=1))
    sheet = client.get("/fragments/notices.css").content.decode()
    assert "全国公告" in sheet
    assert "difang/zhejiang" not in sheet
    desk.post(reverse("notice_end", args=["noticebar", made.pk]))
    made.refresh_from_db()
    assert made.ended_at is not None
