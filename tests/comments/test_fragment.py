"""The comments of an article as a stored page: nothing of a reader's own, made again when what it shows changes."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meiri.comments.models import CommentState
from meiri.comments.moderation import approve_comment, pick_comment, reject_comment
from meiri.comments.reactions import like_comment, tell_likes
from meiri.newsroom.publishing import withdraw
from tests.comments.test_thread_pages import a_comment
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


def read(client, article) -> str:
    return client.get(f"/fragments/comments/{article.pk}/").content.decode()


def test_a_decision_reaches_the_stored_fragment(client, stored_pages, admin_user):
    article = an_article()
    comment = a_comment(article, "写得好", state=CommentState.PENDING)
    assert "还没有评论" in read(client, article)
    with CaptureQueriesContext(connection) as queries:
        read(client, article)
    assert len(queries) == 0
    for deed, shown in [
        (lambda: approve_comment(comment, admin_user), "共 1 条评论"),
        (lambda: pick_comment(comment, admin_user), "精选评论"),
        (lambda: like_comment(comment, "device:a") and tell_likes(), "<b>1</b>"),
        (lambda: reject_comment(comment, "广告或推广", admin_user), "还没有评论"),
    ]:
        deed()
        stored_pages.catch_up()
        assert shown in read(client, article)


def test_a_withdrawn_articles_comments_are_gone(client, stored_pages):
    article = an_article()
    approve_comment(a_comment(article, "写得好", state=CommentState.PENDING))
    assert "写得好" in read(client, article)
    withdraw(article, "来源失实")
    stored_pages.catch_up()
    assert client.get(f"/fragments/comments/{article.pk}/").status_code == 404


def test_it_is_the_same_for_everybody(client, admin_client):
    article = an_article()
    comment = approve_comment(a_comment(article, state=CommentState.PENDING))
    client.post(f"/comments/like/{comment.pk}/", {"deed": "like"}, follow=True)
    page = read(client, article)
    assert page == read(admin_client, article)
    assert "csrfmiddlewaretoken" not in page
    assert 'aria-pressed="true"' not in page
    answer = client.get(f"/fragments/comments/{article.pk}/")
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    assert re.search(r'data-form="/comments/\d+/form/"', page)
