"""An index is built from the whole archive: in parts that are joined, and in a process that has little else in memory."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.search import rebuilding
from meiri.search.finding import find
from meiri.search.index import reader_of
from meiri.search.query import parse
from meiri.search.rebuilding import JOINED, PART, part_of, rebuild
from tests.newsroom_factory import an_article

# Builds the index as `meiri reindex` does, and says what is loaded then.
REINDEX = """
import sys
from meiri.conf.command import main
sys.argv = ["meiri", "reindex"]
main()
print([name for name in ("wagtail", "meiri.newsroom.models", "allauth") if name in sys.modules])
"""


@given(st.integers(0, 15_000_000))
def test_parts_are_joined_to_a_few_large_ones(articles):
    part = part_of(articles)
    assert 1 <= part <= PART
    parts = -(-articles // part)
    # What tantivy joins lies within a factor of 1.7: the last part is no exception.
    assert parts == 1 or articles - (parts - 1) * part > part * 0.6
    while parts > JOINED:
        assert parts % JOINED == 0
        parts //= JOINED


@pytest.mark.django_db
def test_an_index_of_many_parts_finds_the_same(search_index, monkeypatch):
    monkeypatch.setattr(rebuilding, "PART", 1)
    written = {an_article(f"湿地{number}号").title for number in range(20)}
    assert rebuild(search_index.store) == 20
    assert reader_of(search_index.store).searcher().num_segments < JOINED
    assert {hit.article.title for hit in find(parse("湿地"), count=40).hits} == written


@pytest.mark.django_db(transaction=True)
def test_the_command_loads_little_else(tmp_path, request):
    for number in range(3):
        an_article(f"湿地{number}号")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "meiri.conf.settings",
        "MEIRI_DATABASE_URL": request.getfixturevalue("database_address"),
        "MEIRI_HOME": str(tmp_path / "home"),
    }
    done = subprocess.run(
        [sys.executable, "-c", REINDEX], env=environment, capture_output=True, text=True, check=True
    )
    told, loaded = done.stdout.splitlines()
    assert told.startswith("3 articles indexed")
    assert loaded == "[]"
