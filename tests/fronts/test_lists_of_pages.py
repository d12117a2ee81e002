"""The list of topics and the magazine's shelf: they page, under addresses that stay what they are."""

import re

import pytest

from meiri.fronts import pages
from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import MagazineIssuePage, MagazineShelfPage, TopicIndexPage, TopicPage
from tests.newsroom_factory import a_topic
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_pages()


@pytest.fixture(autouse=True)
def short_lists(initial_data, monkeypatch):
    monkeypatch.setattr(pages, "TOPICS_PER_PAGE", 3)
    monkeypatch.setattr(pages, "ISSUES_PER_PAGE", 3)


def a_topic_page(number):
    page = TopicPage(
        title=f"专题{number}", slug=f"topic-{number}", topic=a_topic(f"专题{number}", f"topic-{number}")
    )
    TopicIndexPage.objects.get().add_child(instance=page)
    page.save_revision().publish()


def an_issue(number, cover):
    page = MagazineIssuePage(
        title=f"杂志{number}", slug=f"2026-{number:02}", number=f"第{number}期", cover=cover
    )
    MagazineShelfPage.objects.get().add_child(instance=page)
    page.save_revision().publish()


def turned(client, address) -> list[tuple[str, list[str]]]:
    """Each page of a list, from the newest on: its address and what stands on it."""
    found, first = [], address
    while address and len(found) < 10:
        main = client.get(address).content.decode().partition("<main")[2].partition("</main>")[0]
        found.append((address, re.findall(r"(?:专题|杂志)\d+", re.sub(r"<img[^>]*>", "", main))))
        older = re.search(r'rel="next"\s+href="([^"]+)"', main)
        address = first + older[1] if older else ""
    return found


def test_a26_every_topic_stands_in_the_list_of_topics(client):
    for number in range(8):
        a_topic_page(number)
    lists = turned(client, "/zhuanti/")
    assert [names for _, names in lists] == [
        ["专题7", "专题6", "专题5"],
        ["专题4", "专题3", "专题2"],
        ["专题1", "专题0"],
    ]
    a_topic_page(8)
    assert turned(client, lists[1][0])[0] == lists[1], "what is new changes nothing on an older page"
    assert client.get("/zh-hant" + lists[1][0]).status_code == 200


def test_a26_every_issue_stands_on_the_shelf(client):
    cover = a_picture()
    for number in range(1, 9):
        an_issue(number, cover)
    lists = turned(client, "/zazhi/")
    assert [names for _, names in lists] == [
        ["杂志8", "杂志7", "杂志6"],
        ["杂志5", "杂志4", "杂志3"],
        ["杂志2", "杂志1"],
    ]
    assert lists[1][0] == "/zazhi/?before=2026-06"
    an_issue(9, cover)
    assert turned(client, lists[1][0])[0] == lists[1]


@pytest.mark.parametrize("before", ["x", "1-", "9" * 40, "%00", "'"])
def test_a26_a_position_that_is_none_has_no_page(client, before):
    assert client.get(f"/zhuanti/?before={before}").status_code == 404
    assert client.get(f"/zazhi/?before={before}").status_code in (200, 404)


def test_a26_a_page_of_a_list_costs_one_query_however_long_it_is(client, django_assert_max_num_queries):
    for number in range(4):
        a_topic_page(number)
    client.get("/zhuanti/")
    with django_assert_max_num_queries(8):
        client.get("/zhuanti/")
    for number in range(4, 9):
        a_topic_page(number)
    client.get("/zhuanti/")  # the navigation has been told of new topics
    with django_assert_max_num_queries(8):
        client.get("/zhuanti/")
