"""Any sequence of deeds at the doors that people use: no text is published without a sheet that holds, and no review breaks the rules."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from meiri.review.models import ReviewState, ReviewVerdict
from meiri.review.sheet_checks import sheets_are_as_written
from tests.review.deeds_at_doors import machine
from tests.review.newsroom import set_up

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shared_database")]


@pytest.fixture(scope="module")
def newsroom(shared_database):
    return set_up()


def test_no_deed_gets_a_text_past_its_reviews(newsroom):
    """`python -m bench.reviews --minutes 10` goes on for longer."""
    done: Counter[str] = Counter()
    run_state_machine_as_test(
        machine(newsroom, done),
        settings=settings(
            max_examples=5,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(dict(done))


def test_the_way_of_an_article_is_the_same_as_its_sheets(newsroom):
    assert list(sheets_are_as_written()) == []
    assert not ReviewState.objects.filter(status="approved").exclude(verdict=ReviewVerdict.ADOPT).exists()
