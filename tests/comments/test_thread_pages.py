"""Comments are read newest first, a page at a time, at a fixed cost."""

import itertools
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meiri.comments.models import Comment, CommentCursor, CommentState
from meiri.comments.moderation import approve_comment
from meiri.comments.thread_pages import REPLIES, THREADS, Order, page_of
from meiri.journal.net import paused
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db
_number = itertools.count()


def a_comment(article, text="好", reply_to=None, state=CommentState.APPROVED, **fields):
    with paused():  # as if it had been written and approved before
        return Comment.objects.create(
            **{
                "name": "读者",
                "article": article,
                "text": text,
                "reply_to": reply_to,
                "state": state,
                **fields,
            },
            token_digest=str(next(_number)),
        )


def all_pages(article, order) -> list[Comment]:
    seen, before = [], None
    while True:
        page = page_of(article.pk, before, order)
        seen += [t.comment for t in page.threads]
        before = page.next
        if before is None:
            return seen
        assert CommentCursor.parse(str(before)) == before


def test_pages_follow_each_other_without_gap_or_double():
    article = an_article()
    comments = [a_comment(article, likes=n % 5) for n in range(2 * THREADS + 3)]
    assert all_pages(article, Order.NEWEST) == comments[::-1]
    assert all_pages(article, Order.LIKED) == sorted(comments, key=lambda c: (-c.likes, -c.pk))


def test_the_page_leads_on_in_the_order_that_was_chosen(client):
    article = an_article()
    comments = [a_comment(article, f"第{n}条。", likes=n % 3) for n in range(THREADS + 2)]
    first = client.get(f"/comments/{article.pk}/?order=liked").content.decode()
    assert '<b aria-current="true">最多赞</b>' in first
    following = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    last = client.get(following).content.decode()
    least = sorted(comments, key=lambda c: (-c.likes, -c.pk))[THREADS:]
    assert re.findall(r"第\d+条。", last) == [c.text for c in least]
    assert 'rel="next"' not in last


def test_picks_stand_first_and_the_newsroom_answers_before_readers(client):
    article = an_article()
    top = a_comment(article, "主楼", picked_at=timezone.now())
    for n in range(REPLIES + 2):
        a_comment(article, f"读者回复{n}", top)
    official = a_comment(article, "编辑部答复", top, official=True, name="编辑部")
    a_comment(article, "新一条")
    page = client.get(f"/fragments/comments/{article.pk}/").content.decode()
    assert page.index("精选评论") < page.index("主楼") < page.index("新一条")
    assert page.index("编辑部答复") < page.index("读者回复0")
    assert "官方回复" in page
    assert page_of(article.pk).threads[1].replies[0] == official


def test_unseen_comments_and_those_of_others_are_not_read():
    article = an_article()
    a_comment(article, state=CommentState.PENDING)
    a_comment(article, state=CommentState.REJECTED)
    a_comment(an_article())
    assert page_of(article.pk).threads == []


def test_a_thread_shows_its_first_replies_and_leads_to_the_others(client):
    article = an_article()
    top = a_comment(article, "主楼")
    replies = [a_comment(article, f"回复{n}", top) for n in range(60)]
    a_comment(article, "待审回复", top, CommentState.PENDING)
    thread = page_of(article.pk).threads[0]
    assert thread.replies == replies[:REPLIES]
    assert thread.more
    first = client.get(f"/comments/{article.pk}/?thread={top.pk}").content.decode()
    assert "回复49" in first
    assert "回复50" not in first
    assert "待审回复" not in first
    second = client.get(f"/comments/{article.pk}/?thread={top.pk}&after={replies[49].pk}").content.decode()
    assert "回复59" in second


@pytest.mark.parametrize("query", ["thread=999", f"thread={2**62}"])
def test_a_thread_that_is_not_there_is_not_found(client, query):
    assert client.get(f"/comments/{an_article().pk}/?{query}").status_code == 404


@pytest.mark.parametrize(
    "query", ["before=x", "before=-1", "before=" + "9" * 30, "before=１", "reply_to=%00", "thread=x"]
)
def test_nonsense_in_the_query_gives_the_first_page(client, query):
    article = an_article()
    a_comment(article, "头一条")
    assert "头一条" in client.get(f"/comments/{article.pk}/?{query}").content.decode()


def test_a_fragment_costs_the_same_with_one_comment_and_with_many(client):
    article = an_article()
    a_comment(article)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/fragments/comments/{article.pk}/")
        return len(queries)

    cost()
    one = cost()
    for _ in range(15):
        a_comment(article, reply_to=a_comment(article))
    # The article, how long comments stay open, the threads, their replies, the picks, the count.
    assert cost() == one == 6


def test_the_count_beside_an_article_is_that_of_the_comments_shown(client):
    article = an_article()
    approve_comment(a_comment(article, state=CommentState.PENDING))
    a_comment(article, state=CommentState.PENDING)
    answer = client.get(f"/api/v1/counts/?ids={article.pk}").json()
    assert answer[str(article.pk)]["comments"] == 1


def test_the_api_gives_what_readers_see(client):
    article = an_article()
    top = a_comment(article, "主楼")
    a_comment(article, "回复", top)
    a_comment(article, "待审", state=CommentState.PENDING)
    answer = client.get(f"/api/v1/articles/{article.pk}/comments/").json()
    assert [(c["text"], [r["text"] for r in c["replies"]]) for c in answer["results"]] == [("主楼", ["回复"])]
    assert answer["next"] is None
    assert set(answer["results"][0]) == {
        *("id", "name", "text", "created_at", "likes", "official", "picked", "replies")
    }
    assert client.get("/api/v1/articles/999999/comments/").status_code == 404
    assert client.get(f"/api/v1/articles/{article.pk}/comments/?before={10**30}").status_code == 404


def test_the_api_leads_to_the_next_page(client):
    article = an_article()
    comments = [a_comment(article) for _ in range(THREADS + 1)]
    first = client.get(f"/api/v1/articles/{article.pk}/comments/").json()
    assert first["next"] == comments[1].pk
    last = client.get(f"/api/v1/articles/{article.pk}/comments/?before={first['next']}").json()
    assert [c["id"] for c in last["results"]] == [comments[0].pk]


def test_the_api_gives_the_most_liked_first_and_each_comment_once(client):
    article = an_article()
    comments = [a_comment(article, likes=number % 3) for number in range(2 * THREADS + 1)]
    address, before, listed = f"/api/v1/articles/{article.pk}/comments/?order=liked", "", []
    while before is not None:
        page = client.get(f"{address}&before={before}").json()
        listed += [(c["likes"], c["id"]) for c in page["results"]]
        before = page["next"]
    assert listed == sorted(((c.likes, c.pk) for c in comments), reverse=True)


@pytest.mark.parametrize("query", ["order=liked&before=7", "order=time&before=1-7", "before=x", "before=-1"])
def test_the_api_has_no_page_where_none_begins(client, query):
    assert client.get(f"/api/v1/articles/{an_article().pk}/comments/?{query}").status_code == 404


def test_the_api_describes_the_orders(client):
    article = an_article()
    assert client.get(f"/api/v1/articles/{article.pk}/comments/?order=best").status_code == 422
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    (described,) = (way["get"] for path, way in paths.items() if path.endswith("/comments/"))
    assert {"order", "before"} <= {parameter["name"] for parameter in described["parameters"]}
