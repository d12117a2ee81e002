"""What the scheduler asks every few seconds."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


def test_an_article_ends_when_it_was_to_end():
    article, other = an_article(), an_article()
    type(article).objects.filter(pk=article.pk).update(expire_at=timezone.now())
    call_command("publish_scheduled", verbosity=0)
    article.refresh_from_db()
    other.refresh_from_db()
    assert (article.live, other.live) == (False, True)


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL scans a small table whatever indexes it has"
)
def test_looking_for_articles_that_end_reads_none_that_do_not():
    an_article()
    with CaptureQueriesContext(connection) as asked:
        call_command("publish_scheduled", verbosity=0)
    of_articles = [q["sql"] for q in asked if 'FROM "newsroom_article"' in q["sql"]]
    assert of_articles
    with connection.cursor() as cursor:
        for sql in of_articles:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = " ".join(str(row[-1]) for row in cursor.fetchall())
            assert "SCAN newsroom_article" not in plan
            assert "article_expiring" in plan
