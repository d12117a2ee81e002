"""Which indexes the editors' list and the inbox read, whatever the size of the archive."""

import pytest
from django.db import connection

from meiri.newsroom.listing import in_state
from meiri.newsroom.models import Article
from meiri.review.waiting import checks_waiting_for
from tests.review.newsroom import set_up

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="plans are told in SQLite's words"),
]


def plan_of(queryset) -> str:
    sql, values = queryset.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
        return "\n".join(row[3] for row in cursor.fetchall())


@pytest.mark.parametrize(
    ("state", "index"), [("changed", "article_unpublished_changes"), ("withdrawn", "article_withdrawn")]
)
def test_a_rare_state_is_listed_by_an_index_of_its_own_in_its_order(state, index):
    plan = plan_of(in_state(Article.objects.all(), state).order_by("-updated_at", "-pk")[:41])
    assert index in plan
    assert "TEMP B-TREE" not in plan


def test_checks_after_publication_are_found_without_a_walk_through_the_archive():
    plan = plan_of(checks_waiting_for(set_up().chiefs[0])[:100])
    assert "after_check_open" in plan
    assert "SCAN U0" not in plan
