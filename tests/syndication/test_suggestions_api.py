"""Suggestions while somebody types, as the public API gives them."""

import pytest

from meiri.delivery.models import ProtectedTerm
from meiri.search import directory
from tests.newsroom_factory import a_channel, a_source, an_article, an_author

pytestmark = pytest.mark.django_db
SUGGESTIONS = "/api/v1/search/suggestions/"


@pytest.fixture(autouse=True)
def nothing_kept():
    directory.forget_names()
    yield
    directory.forget_names()


def test_names_come_before_titles_and_lead_to_their_pages(client, search_index, settings):
    article = an_article("科技创新大会开幕", channel=a_channel())
    a_source("科技报")
    search_index.catch_up()
    answer = client.get(SUGGESTIONS, {"q": "科技"})
    assert answer["Cache-Control"] == "public, max-age=60"
    assert answer.json() == {
        "results": [
            {"kind": "channel", "text": "科技前沿", "url": f"{settings.BASE_URL}/keji/"},
            {
                "kind": "source",
                "text": "科技报",
                "url": f"{settings.BASE_URL}/search/?q=%E6%9D%A5%E6%BA%90%3A%22%E7%A7%91%E6%8A%80%E6%8A%A5%22",
            },
            {"kind": "article", "text": "科技创新大会开幕", "url": article.full_url},
        ]
    }


def test_in_traditional_script_for_who_reads_it(client, search_index):
    an_article("台湾软件发展面面观", authors=[an_author("范发", "fan-fa")])
    search_index.catch_up()

    def texts(typed):
        return [s["text"] for s in client.get(SUGGESTIONS, {"q": typed, "script": "hant"}).json()["results"]]

    assert texts("軟體") == texts("软件") == ["臺灣軟體發展面面觀"]
    assert texts("范") == ["范發"]
    ProtectedTerm.objects.create(term="台湾软件")
    assert texts("軟體") == ["台湾软件發展面面觀"]


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [("", 422, "q"), ("q=" + "长" * 51, 400, "50"), ("q=x&script=latin", 422, "script")],
)
def test_bad_parameters_are_answered_in_a_chinese_sentence(client, search_index, query, status, words):
    answer = client.get(f"{SUGGESTIONS}?{query}")
    assert answer.status_code == status
    assert words in answer.json()["detail"]


@pytest.mark.parametrize("typed", ["", " ", "\0", "的", "😀", "*", '"', "标题:", "a" * 50, "<b>"])
def test_what_suggests_nothing_is_no_error(client, search_index, typed):
    assert client.get(SUGGESTIONS, {"q": typed}).json() == {"results": []}


def test_while_there_is_no_index_it_says_that_one_is_built(client, tmp_path, settings):
    settings.HOME = tmp_path
    answer = client.get(SUGGESTIONS, {"q": "水"})
    assert answer.status_code == 503
    assert "重建" in answer.json()["detail"]


def test_is_described(client):
    described = client.get("/api/v1/openapi.json").json()["paths"][SUGGESTIONS]["get"]
    assert {parameter["name"] for parameter in described["parameters"]} == {"q", "script"}
