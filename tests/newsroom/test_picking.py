"""Fields of the article's form in which one chooses by typing, however much there is to choose from."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from meiri.members.models import User
from meiri.newsroom.appointing import appoint
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.initials import has_initials
from meiri.newsroom.models import Author, Source
from meiri.newsroom.roles import CHIEFS, STATION_EDITORS
from meiri.sections.models import Region, Station, Subsection, Topic
from tests.newsroom_factory import a_channel, a_draft, a_source, a_topic, an_author

pytestmark = pytest.mark.django_db
ADD = "wagtailsnippets_newsroom_article:add"
EDIT = "wagtailsnippets_newsroom_article:edit"
LARGEST = 150_000  # bytes of the form


@pytest.fixture(scope="module")
def initial_data(shared_database):
    create_newsroom()
    Topic.objects.bulk_create(Topic(slug=f"t{n}", name=f"秋收时节之{n}") for n in range(1500))
    Source.objects.bulk_create(Source(name=f"某地日报{n}") for n in range(2000))
    Author.objects.bulk_create(Author(name=f"记者{n}", slug=f"a{n}") for n in range(500))
    Station.objects.bulk_create(Station(slug=f"s{n}", name=f"地方{n}", region=Region.EAST) for n in range(32))


def client_of(role: str, stations=()) -> Client:
    user = User.objects.create_user(f"user{User.objects.count()}")
    appoint(user, Group.objects.get(name=role), stations=stations, everywhere=not stations)
    client = Client()
    client.force_login(user)
    return client


def found(client, field: str, typed: str) -> list[str]:
    answer = client.get(reverse("article_choices", args=[field]), {"q": typed}).json()
    return [choice["label"] for choice in answer["choices"]]


def test_the_form_is_small_whatever_there_is_to_choose_from(initial_data):
    chief = client_of(CHIEFS)
    assert len(chief.get(reverse(ADD)).content) < LARGEST
    article = a_draft(topics=[a_topic()], authors=[an_author()], editor=an_author(), text="一" * 300)
    article.save_revision()
    page = chief.get(reverse(EDIT, args=[article.pk])).content
    assert len(page) < LARGEST + 20_000
    form = html.fromstring(page)
    chosen = {
        name: form.xpath(f"//select[@name='{name}']/option[@selected]/text()")
        for name in ("topics", "source", "editor", "bylines-0-author")
    }
    assert chosen == {
        "topics": ["秋收时节"],
        "source": ["每日新闻网"],
        "editor": ["林晚舟"],
        "bylines-0-author": ["林晚舟"],
    }
    # The blocks are what they were: JSON that a parser of HTML gives back.
    import json

    assert json.loads(form.xpath("//@data-w-block-data-value")[0])["_type"].endswith("StreamBlock")


def test_names_are_found_by_words_and_by_the_letters_they_begin_with(
    initial_data, django_assert_max_num_queries
):
    chief = client_of(CHIEFS)
    a_source("新疆日报"), a_source("江苏重庆商会")
    assert found(chief, "source", "新疆") == ["新疆日报"]
    assert found(chief, "source", "xjrb") == ["新疆日报"]
    assert found(chief, "source", "CQSH") == ["江苏重庆商会"]
    assert found(chief, "source", "没有的") == []
    with django_assert_max_num_queries(25):
        assert len(found(chief, "topics", "qssj")) == 20
    for bad in ("%", "'", "\\", "😀" * 500, "０"):
        assert isinstance(found(chief, "author", bad), list)
    keys = chief.get(
        reverse("article_choices", args=["source"]),
        {"keys": f"{a_source('新疆日报').pk},x,99999999999999999999"},
    )
    assert [choice["label"] for choice in keys.json()["choices"]] == ["新疆日报"]


def test_sub_columns_are_shown_in_the_same_queries_for_one_and_for_many(
    initial_data, django_assert_max_num_queries
):
    chief, stations = client_of(CHIEFS), Station.objects.order_by("pk")[:20]
    below = [Subsection.objects.create(station=one, name="社会", slug="shehui") for one in stations]
    asked = {"keys": ",".join(str(one.pk) for one in below)}
    with django_assert_max_num_queries(25):
        answer = chief.get(reverse("article_choices", args=["subsections"]), asked).json()
    assert [choice["label"] for choice in answer["choices"]] == [one.full_name for one in below]


def test_a_station_is_offered_its_own_places_first_and_sends_to_others(initial_data):
    station = Station.objects.get(slug="s30")
    editor = client_of(STATION_EDITORS, [station])
    labels = found(editor, "stations", "")
    assert labels[0] == "地方30"
    assert all(label.endswith("（送稿）") for label in labels[1:])
    assert found(editor, "stations", "地方31") == ["地方31（送稿）"]


def test_only_who_writes_may_look(initial_data):
    reader = Client()
    reader.force_login(User.objects.create_user("reader"))
    assert reader.get(reverse("article_choices", args=["source"])).status_code in (302, 403)
    assert client_of(CHIEFS).get(reverse("article_choices", args=["users"])).status_code == 302


def test_a_form_that_was_opened_before_something_was_deleted_still_opens(initial_data):
    topic, article = a_topic("要删的", "yaoshan"), a_draft()
    article.topics.set([topic])
    article.save()
    article.save_revision()
    chief = client_of(CHIEFS)
    article.topics.clear()
    article.save()
    topic.delete()
    assert chief.get(reverse(EDIT, args=[article.pk])).status_code == 200
    channel = a_channel()
    data = {"title": "x", "channel": channel.pk, "topics": ["999999"], "source": "abc", "body-count": "0"}
    assert chief.post(reverse(ADD), data).status_code == 200


@given(st.text(max_size=12), st.text("abcxyz019", min_size=1, max_size=6))
def test_any_text_can_be_looked_through(name, typed):
    assert has_initials(name, typed) in (True, False)
    assert has_initials(name + typed, typed)
