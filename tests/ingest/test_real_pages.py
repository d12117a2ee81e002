"""How well real pages are read: scores a little below those reached, so that a change that costs something is seen."""

from statistics import mean

import pytest

from bench.extraction import by_meiri, chinese_pages, english_pages, measure, other_pages


@pytest.fixture(scope="module")
def chinese(shared_data):
    return measure(chinese_pages(shared_data), by_meiri)


@pytest.mark.parametrize("field", ["title", "minute", "source"])
def test_headlines_times_and_sources_of_chinese_pages_are_right(chinese, field):
    assert chinese.judged[field] >= 19
    assert chinese.hits[field] >= chinese.judged[field] - 1, chinese.misses


def test_bodies_of_chinese_pages_are_right(chinese):
    assert mean(chinese.body) >= 0.975, chinese.misses
    assert min(chinese.body) >= 0.85, chinese.misses


def test_pages_in_english_are_read_better_than_by_trafilatura(shared_data):
    score = measure(english_pages(shared_data), by_meiri)
    assert len(score.body) > 80
    assert mean(score.body) >= 0.962, score.misses


def test_pages_in_some_thirty_languages_are_read_better_than_by_trafilatura(shared_data):
    score = measure(other_pages(shared_data), by_meiri)
    assert len(score.body) > 140
    assert mean(score.body) >= 0.95, score.misses
    for field, share in (("title", 0.83), ("day", 0.98), ("minute", 0.88), ("author", 0.89)):
        assert score.hits[field] >= share * score.judged[field], score.misses
