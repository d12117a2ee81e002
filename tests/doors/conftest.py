import pytest
from django.contrib.auth import get_user_model

from meiri.fronts.initial_pages import create_pages
from tests.newsroom_factory import a_channel, a_source, a_station, an_article
from tests.syndication.pictures import a_picture


@pytest.fixture(scope="module")
def four_articles(shared_database) -> None:
    """A laid-out site with four articles, each with a picture, and its chief editor, `zhubian`. Those of the first channel stand
    at the top, the others in the carousel."""
    keji, wenlv = a_channel(), a_channel("文化·旅游", "wenlv")
    a_station()
    create_pages()
    get_user_model().objects.create_superuser("zhubian", "z@paper.example", "x")
    for number in range(4):
        channel = keji if number < 2 else wenlv
        an_article(f"第{number}篇", channel=channel, picture=a_picture(), source=a_source())
