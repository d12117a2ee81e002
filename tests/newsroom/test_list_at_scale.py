"""Which indexes the editors' list and the inbox read, whatever the size of the archive."""

import re
from datetime import timedelta
from random import Random

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meiri.members.models import Manuscript
from meiri.newsroom import listing
from meiri.newsroom.inbox import inbox_of
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
from meiri.newsroom.keyset import Cursor
from meiri.newsroom.listing import STATES, in_rare_state, in_state, listed, named_by, turn, with_words
from meiri.newsroom.models import Article, Author, Byline
from meiri.newsroom.publishing import withdraw
from meiri.policy import visible
from meiri.polls.models import Poll
from meiri.reports.models import Report
from meiri.review.review_sheets import ReviewSheet
from meiri.review.waiting import checks_waiting_for
from tests.newsroom.test_policy import member_of
from tests.newsroom_factory import a_channel, a_draft, an_article
from tests.review.newsroom import set_up

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="plans are told in SQLite's words"),
]


def an_editor_of(*channels):
    create_newsroom()
    create_desk("科技编辑", channels=list(channels))
    return member_of("科技编辑")


def plan_of(queryset) -> str:
    return plan_of_sql(*queryset.query.sql_with_params())


def plan_of_sql(sql: str, values=None) -> str:
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


@pytest.mark.parametrize(
    ("state", "index"), [("changed", "article_unpublished_changes"), ("withdrawn", "article_withdrawn")]
)
def test_a_rare_state_is_listed_by_its_index_for_an_editor_of_some_channels_too(state, index):
    editor = an_editor_of(a_channel("科技", "keji"), a_channel("文化", "wenhua"))
    seen = visible(editor, Article.objects.all())
    # What is right for whoever sees everything is not, where the places of an editor stand in the condition.
    assert "TEMP B-TREE" in plan_of(in_state(seen, state).order_by("-updated_at", "-pk")[:41])
    found = in_rare_state(listed(seen), state).order_by("-updated_at", "-pk")
    plan = plan_of(found[:41])
    assert index in plan
    assert "TEMP B-TREE FOR ORDER BY" not in plan
    assert "SCAN U0" not in plan


def test_what_readers_do_not_see_is_looked_up_and_not_walked_to(search_index):
    an_article("水利工程", channel=a_channel("科技", "keji"))
    search_index.catch_up()
    with CaptureQueriesContext(connection) as asked:
        with_words(Article.objects.all(), "水利")
    [titled] = [query["sql"] for query in asked if "LIKE" in query["sql"]]
    assert "article_changed_by_state (live=?)" in plan_of_sql(titled)
    drafts = in_state(Article.objects.all(), "draft").order_by("-updated_at", "-pk")[:41]
    assert "article_changed_by_state (live=?)" in plan_of(drafts)


@pytest.mark.parametrize("model", [ReviewSheet, Manuscript, Report, Poll])
def test_what_hangs_on_articles_is_asked_for_by_row_and_not_by_a_list_of_the_archive(model):
    editor = an_editor_of(a_channel("科技", "keji"))
    seen = visible(editor, model.objects.all())
    by_key = r"CORRELATED SCALAR SUBQUERY \d+\nSEARCH U\d USING INTEGER PRIMARY KEY"
    assert re.search(by_key, plan_of(seen[:41]))


def test_no_count_of_the_inbox_reads_the_archive():
    for person in (an_editor_of(a_channel("科技", "keji")), set_up().chiefs[0]):
        with CaptureQueriesContext(connection) as asked:
            inbox_of(person)
        counts = [query["sql"] for query in asked if "COUNT(*)" in query["sql"]]
        assert counts
        assert not re.search(r'IN \(SELECT \w+\."id"[^()]* FROM "newsroom_article"', "".join(counts))


def test_an_editor_of_some_channels_finds_the_rare_states_there_and_nowhere_else():
    ours, theirs = a_channel("科技", "keji"), a_channel("文化", "wenhua")
    editor = an_editor_of(ours)
    gone = [an_article(f"撤{n}", channel=channel) for n, channel in enumerate((ours, theirs, ours))]
    for article in gone:
        withdraw(article, "因故")
    an_article("在", channel=ours)
    found = in_rare_state(listed(visible(editor, Article.objects.all())), "withdrawn")
    assert [a.title for a in found.order_by("-updated_at", "-pk")] == ["撤2", "撤0"]


@pytest.mark.parametrize("state", STATES)
def test_the_list_of_a_state_is_in_the_order_of_changes(client, state):
    """Whatever order the index of a state would give."""
    client.force_login(get_user_model().objects.create_superuser("zhubian", "z@example.com", "x"))
    articles = [an_article(f"第{n}篇") for n in range(6)]
    for n in (3, 0, 5):
        if state == "withdrawn":
            withdraw(articles[n], "因故")
        elif state == "draft":
            a_draft(f"草稿{n}")
    minutes = {3: 10, 0: 30, 5: 20}
    for n, article in enumerate(Article.objects.order_by("pk")):
        moment = timezone.now() - timedelta(minutes=minutes.get(n, n))
        changed = {"has_unpublished_changes": True} if state == "changed" else {}
        Article.objects.filter(pk=article.pk).update(updated_at=moment, **changed)
    with CaptureQueriesContext(connection) as queries:
        asked = client.get("/admin/snippets/newsroom/article/", {"state": state})
    [listed_rows] = [query["sql"] for query in queries if "LIMIT 41" in query["sql"]]
    assert 'ORDER BY "newsroom_article"."updated_at" DESC, "newsroom_article"."id" DESC' in listed_rows
    times = [row.updated_at for row in asked.context["object_list"]]
    assert times == sorted(times, reverse=True)
    assert state == "scheduled" or len(times) > 2


@pytest.mark.parametrize("walked", [0, 1, 4, 9, 100])
def test_a_page_that_is_walked_to_is_the_page_that_would_be_sorted(monkeypatch, walked):
    ours, theirs = a_channel("科技", "keji"), a_channel("文化", "wenhua")
    editor = an_editor_of(ours)
    chance = Random(walked)
    moment = timezone.now()
    for n in range(24):
        article = an_article(f"第{n}篇", channel=chance.choice((ours, theirs, theirs)))
        # Some were changed in one moment.
        Article.objects.filter(pk=article.pk).update(updated_at=moment - timedelta(minutes=n // 3))
    monkeypatch.setattr(listing, "WALKED", walked)
    seen = listed(visible(editor, Article.objects.all())).order_by("-updated_at", "-pk")
    older = newer = None
    for _ in range(30):
        page = turn(seen, older, newer, 4, walks=True)
        sorted_page = turn(seen, older, newer, 4)
        assert list(page) == list(sorted_page)
        assert (page.older, page.newer) == (sorted_page.older, sorted_page.newer)
        back = chance.random() < 0.3
        older = None if back else Cursor.parse(page.older)
        newer = Cursor.parse(page.newer) if back else None


def test_the_list_of_an_editor_of_some_channels_is_walked_to_and_not_sorted(client):
    client.force_login(an_editor_of(a_channel("科技", "keji")))
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/admin/snippets/newsroom/article/").status_code == 200
    [rows] = [query["sql"] for query in queries if "LIMIT 41" in query["sql"]]
    plan = plan_of_sql(rows)
    assert "article_changed" in plan
    assert "TEMP B-TREE FOR ORDER BY" not in plan


@pytest.mark.parametrize("many", [0, 2, 100])
def test_what_an_author_signed_is_the_same_looked_up_and_walked_to(monkeypatch, many):
    monkeypatch.setattr(listing, "MANY", many)
    author, channel = Author.objects.create(name="韩秋林", slug="han"), a_channel("科技", "keji")
    signed = [an_article(f"第{n}篇", channel=channel) for n in range(5)]
    for article in signed[::2]:
        Byline.objects.create(article=article, author=author)
    found = named_by(Byline.objects.filter(author__in=[author.pk]), Article.objects.all()).order_by(
        "-updated_at", "-pk"
    )
    if many < 3:
        plan = plan_of(found[:41])
        assert "article_changed" in plan
        assert "byline_of_article (article_id=? AND author_id=?)" in plan
    assert [article.title for article in found] == ["第4篇", "第2篇", "第0篇"]


def test_a_search_reads_the_articles_that_it_found_and_walks_through_nothing(search_index):
    ours = a_channel("科技", "keji")
    an_article("水利工程", channel=ours)
    search_index.catch_up()
    for person in (an_editor_of(ours), set_up().chiefs[0]):
        found, _ = with_words(listed(visible(person, Article.objects.all())), "水利", person)
        plan = plan_of(found.order_by("-updated_at", "-pk")[:41])
        assert "SEARCH newsroom_article USING INTEGER PRIMARY KEY" in plan
        assert "SCAN newsroom_article" not in plan


def test_checks_after_publication_are_found_without_a_walk_through_the_archive():
    plan = plan_of(checks_waiting_for(set_up().chiefs[0])[:100])
    assert "after_check_open" in plan
    assert "SCAN U0" not in plan
