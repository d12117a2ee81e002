"""Fronts by their design, and all that the site publishes in the order of time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meiri.sections.design_choice import DRAWINGS
from meiri.sections.models import Channel, Design
from meiri.web import page_frame
from tests.headlines import unbroken
from tests.newsroom_factory import a_channel, a_station, an_article, an_author
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db
BEIJING = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def nothing_kept():
    page_frame.forget_frame()
    yield
    page_frame.forget_frame()


def text(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return unbroken(answer.content.decode())


@pytest.mark.parametrize("design", Design.values)
def test_each_design_shows_all_articles_with_and_without_pictures(
    client, design, django_assert_max_num_queries
):
    channel = a_channel(design=design)
    now = timezone.now()
    titles = [f"第{n}篇稿件的标题" for n in "一二三四"]
    for n, title in enumerate(titles):
        picture = a_picture() if n % 2 else None
        an_article(title, channel=channel, picture=picture, summary="提要。", published_at=now - timedelta(hours=n),
                   authors=[an_author()] if n == 0 else [])  # fmt: skip
    client.get("/keji/")
    with django_assert_max_num_queries(14):
        page = text(client, "/keji/")
    for title in titles:
        assert title in page
    assert f"section.{page.partition('/assets/section.')[2][:10]}" in page


def test_a_timeline_is_in_strict_order_of_time_under_hours(client):
    channel = a_channel(design=Design.TIMELINE)
    ten = datetime(2026, 11, 20, 10, 5, tzinfo=BEIJING)
    an_article("较早的有图快讯", channel=channel, picture=a_picture(), published_at=ten)
    an_article("较晚的快讯", channel=channel, published_at=ten + timedelta(minutes=40))
    an_article("九点的快讯", channel=channel, published_at=ten - timedelta(minutes=10))
    page = text(client, "/keji/")
    places = [page.index(words) for words in ("10时", "较晚的快讯", "较早的有图快讯", "9时", "九点的快讯")]
    assert places == sorted(places)
    assert 'data-grow="/fragments/newest/keji/"' in page
    fragment = text(client, "/fragments/newest/keji/")
    assert fragment.index("较晚的快讯") < fragment.index("较早的有图快讯")
    assert client.get("/fragments/newest/nowhere/").status_code == 404


def test_opinions_are_signed_and_questions_answered(client):
    channel = a_channel(design=Design.OPINION)
    an_article(
        "长椅的去留", channel=channel, authors=[an_author("程北望", "cheng")], summary="街边长椅看似小事。"
    )
    assert "程北望" in text(client, "/keji/")
    Channel.objects.update(design=Design.QUESTIONS)
    page = text(client, "/keji/")
    assert page.index("长椅的去留") < page.index("街边长椅看似小事。")
    assert "<dt>" in page


def test_a_station_says_how_to_reach_it(client):
    a_station(telephone="0571 1234567", email="zj@example.com", address="西湖路一号")
    page = text(client, "/difang/zhejiang/")
    assert "联系浙江站" in page
    assert 'href="tel:05711234567"' in page


def test_editors_choose_a_design_by_its_drawing():
    assert set(DRAWINGS) == set(Design.values)
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("chief", password="x"))
    channel = a_channel()
    edit = reverse(Channel.snippet_viewset.get_url_name("edit"), args=[channel.pk])
    form = client.get(edit).content.decode()
    assert form.count('<svg viewBox="-1 -1 26 20"') == len(Design)
    assert "图片墙" in form
    fields = {
        "name": channel.name,
        "slug": channel.slug,
        "order": 0,
        "visible": "on",
        "comment_policy": "review",
    }
    client.post(edit, fields | {"design": "wall"})
    channel.refresh_from_db()
    assert channel.design == Design.WALL


class TestRolling:
    def test_shows_everything_newest_and_leads_to_days_and_months_on_both_sides(self, client):
        day = datetime(2026, 10, 20, 10, tzinfo=BEIJING)
        channels = [a_channel(), a_channel("要闻", "yaowen")]
        for n in range(3):
            an_article(f"第{n}天", channel=channels[n % 2], published_at=day + timedelta(days=n))
        page = text(client, "/gundong/")
        assert page.index("第2天") < page.index("第1天") < page.index("第0天")
        assert "科技前沿" in page
        assert "第2天" in text(client, "/fragments/newest/")
        middle = text(client, "/gundong/2026/10/21/")
        assert "第1天" in middle
        assert 'href="/gundong/2026/10/20/"' in middle
        assert 'href="/gundong/2026/10/22/"' in middle
        assert "前一天" not in text(client, "/gundong/2026/10/20/")
        assert "后一天" not in text(client, f"/gundong/{timezone.localdate():%Y/%m/%d}/")
        assert 'href="/gundong/2026/11/"' in text(client, "/gundong/2026/10/")
        assert "上个月" not in text(client, "/gundong/2026/10/")
        assert client.get("/gundong/2026/09/").status_code == 404
        assert client.get("/gundong/?before=x").status_code == 404

    def test_what_was_published_on_this_day_in_earlier_years(self, client, django_assert_max_num_queries):
        today = timezone.localtime()
        for years in (1, 4):
            then = today.replace(year=today.year - years, day=min(today.day, 28))
            if then.day == today.day:
                an_article(f"{years}年前的今天", published_at=then)
        an_article("今天的稿件", published_at=today - timedelta(minutes=1))
        client.get("/gundong/jinri/")
        with django_assert_max_num_queries(12):
            page = text(client, "/gundong/jinri/")
        assert "今天的稿件" not in page.partition("<main")[2]
        if today.day <= 28:
            assert page.index("1年前的今天") < page.index("4年前的今天")

    def test_an_earlier_year_comes_up_where_its_article_is_published_later(self, client, stored_pages):
        today = timezone.localtime()
        then = today - timedelta(days=1461)
        an_article("更早的稿件", published_at=then - timedelta(days=400))
        stored_pages.catch_up()
        assert "补发的旧稿" not in text(client, "/gundong/jinri/")
        an_article("补发的旧稿", published_at=then)
        stored_pages.catch_up()
        assert "补发的旧稿" in text(client, "/gundong/jinri/")
