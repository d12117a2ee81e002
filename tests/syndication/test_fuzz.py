"""The public API and the pages that take a query answer whatever is asked of them."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meiri.search import directory
from meiri.syndication.api import api
from tests.newsroom_factory import a_channel, a_source, a_station, an_article, an_author

pytestmark = pytest.mark.django_db

# Characters without a reading, outside of the basic plane, of other scripts and directions, and what queries are made of.
ALPHABET = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    "𠮷𪚥㐀sShzv稻谷未来AB1-:：\"'()*~+/\\&?#% \u3000\u200b\u202e\u0301🌾\x00"
)
words = st.text(ALPHABET, max_size=24) | st.sampled_from(
    ["𠮷s", "s𠮷", "𠮷 s", "来源:", '来源:""', '"', "-", "--a", "a" * 300, "keji", "稻谷"]
)
days = st.dates().map(str) | words
numbers = st.integers(-(10**20), 10**20).map(str) | words
cursors = st.from_regex(r"-?[0-9]{1,20}(-[0-9]{1,20})?", fullmatch=True) | words
fuzzed = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def articles(shared_database):
    a_channel(), a_station()
    for n in range(3):
        an_article(
            f"稻谷未来{n}",
            authors=[an_author()],
            source=a_source("𠮷野日报"),
            stations=[a_station()],
            tags=["5G/6G"],
        )


@pytest.fixture
def site(articles, client, search_index):
    directory.forget_names()
    search_index.catch_up()
    client.raise_request_exception = False
    return client


def values_of(parameter: dict):
    name = parameter["name"]
    if name in ("from", "to"):
        return days
    if name in ("cursor", "before", "after"):
        return cursors
    kinds = json.dumps(parameter["schema"])
    return numbers if "integer" in kinds else words


def operations() -> list[tuple[str, dict]]:
    paths = api.get_openapi_schema()["paths"]
    return [(path, methods["get"]) for path, methods in paths.items() if "get" in methods]


@pytest.mark.parametrize(("path", "operation"), operations(), ids=[path for path, _ in operations()])
def test_b22_the_api_answers_every_question_as_it_says(site, path, operation):
    parameters = operation.get("parameters", [])

    @fuzzed
    @given(
        st.fixed_dictionaries(
            {}, optional={p["name"]: values_of(p) for p in parameters if p["in"] == "query"}
        ),
        st.integers(0, 2**70),
    )
    def ask(query, key):
        address = path
        for parameter in parameters:
            if parameter["in"] == "path":
                address = address.replace("{" + parameter["name"] + "}", str(key))
        answer = site.get(address, query)
        assert answer.status_code < 500, answer.content
        assert answer.status_code in operation["responses"], (query, answer.content)
        answer.json()

    ask()


@pytest.mark.parametrize(
    "path",
    ["/search/", "/keji/", "/difang/zhejiang/", "/corrections/", "/letters/", "/letters/find/", "/staff/"],
)
def test_b22_pages_that_take_a_query_answer_every_one(site, path):
    names = ("q", "before", "after", "channel", "station", "from", "to", "sort", "receipt", "page")

    @fuzzed
    @given(
        st.fixed_dictionaries(
            {},
            optional={
                n: cursors if n in ("before", "after") else days if n in ("from", "to") else words
                for n in names
            },
        )
    )
    def ask(query):
        assert site.get(path, query).status_code < 500

    ask()


@pytest.mark.parametrize("typed", ["𠮷s", "s𠮷", "𠮷 s", "㐀sh", "𪚥𪚥z"])
def test_b22_a_character_without_a_reading_is_typed_like_any_other(site, typed):
    assert site.get("/api/v1/search/suggestions/", {"q": typed}).status_code == 200
