"""Home as editors lay it out: what each block takes."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import HomePage
from tests.newsroom_factory import a_channel, an_article
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db


def home_of(channel, shape: str):
    create_pages()
    home = HomePage.objects.get()
    home.body = [("channel", {"channel": channel, "shape": shape, "pinned": []})]
    home.save_revision().publish()


def headlines(client) -> list[str]:
    block = re.search(r'<section class="channel-block.*?</section>', client.get("/").content.decode(), re.S)
    return re.findall(r"第[一二三四五六]条", block[0])


@pytest.mark.parametrize(
    ("pictured", "shown"), [("一二四五", ["一", "二", "四", "五"]), ("四", ["四", "一", "二", "三", "五"])]
)
def test_a_row_of_pictures_holds_no_others_and_becomes_a_list_where_there_are_too_few(
    client, pictured, shown
):
    channel, now = a_channel(), timezone.now()
    for n, number in enumerate("一二三四五六"):
        picture = a_picture(number) if number in pictured else None
        an_article(
            f"第{number}条", channel=channel, picture=picture, published_at=now - timedelta(hours=n + 1)
        )
    home_of(channel, "cards")
    assert headlines(client) == [f"第{number}条" for number in shown]


def test_a_list_in_two_columns_says_what_each_is_about(client):
    channel = a_channel()
    an_article("第一条", channel=channel, summary="一片海草床长了七年。")
    home_of(channel, "columns")
    assert "一片海草床长了七年。" in client.get("/").content.decode()
