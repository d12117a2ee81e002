"""Readers like and report comments: each once, whatever they send and however fast."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection
from django.test import Client

from meiri.comments.models import Comment, CommentReport, CommentState, Like
from meiri.comments.moderation import approve_comment
from meiri.comments.reactions import ENOUGH_REPORTS, like_comment, tell_likes
from meiri.journal.models import Entry
from meiri.visitors.devices import COOKIE
from tests.comments.test_thread_pages import a_comment
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


def likes(client, comment, deed="like", **headers):
    return client.post(f"/comments/like/{comment.pk}/", {"deed": deed}, follow=True, **headers)


def count(comment) -> int:
    return Comment.objects.get(pk=comment.pk).likes


def reports(comment, reason="abuse", client=None, **fields):
    return (client or Client()).post(
        f"/comments/report/{comment.pk}/", {"reason": reason, **fields}, follow=True
    )


def test_a_device_likes_once_and_can_take_it_back(client):
    comment = a_comment(an_article())
    answer = likes(client, comment)
    assert answer.request["PATH_INFO"] == f"/comments/{comment.article_id}/"
    assert client.cookies[COOKIE]["httponly"]
    likes(client, comment)
    assert count(comment) == 1
    assert 'value="unlike" aria-pressed="true"' in answer.content.decode()
    likes(client, comment, "unlike")
    likes(client, comment, "unlike")
    assert count(comment) == 0
    likes(Client(), comment)
    likes(client, comment)
    assert count(comment) == 2


def test_a_cookie_that_was_made_up_is_no_other_device(client):
    comment = a_comment(an_article())
    for n in range(3):
        client.cookies[COOKIE] = f"device-{n}:signature"
        client.post(f"/comments/like/{comment.pk}/?named=1", {"deed": "like"})
    assert not Like.objects.exists()


def test_who_refuses_cookies_is_told_why_nothing_was_counted():
    comment = a_comment(an_article())
    answer = Client().post(f"/comments/like/{comment.pk}/?named=1", {"deed": "like"})
    assert answer.status_code == 403
    assert "Cookie" in answer.content.decode()


def test_a_member_likes_once_from_all_devices():
    member = get_user_model().objects.create_user("lin", password="x")
    comment = a_comment(an_article())
    for _ in range(2):
        device = Client()
        device.force_login(member)
        likes(device, comment)
    assert count(comment) == 1


def test_the_script_is_told_in_json(client):
    comment = a_comment(an_article())
    answer = likes(client, comment, HTTP_ACCEPT="application/json")
    assert json.loads(answer.content) == {"likes": 1, "liked": True}


@pytest.mark.parametrize("address", ["/comments/like/{}/", "/comments/report/{}/"])
def test_what_readers_cannot_see_can_be_neither_liked_nor_reported(client, address):
    article = an_article()
    for comment in (
        a_comment(article, state=CommentState.PENDING),
        a_comment(article, state=CommentState.REJECTED),
    ):
        assert client.post(address.format(comment.pk), {"reason": "abuse"}).status_code == 404
    assert client.get(address.format(10**25)).status_code == 404


def test_only_this_sites_pages_are_believed_without_a_token():
    comment = a_comment(an_article())
    strict = Client(enforce_csrf_checks=True)
    address = f"/comments/like/{comment.pk}/"
    for headers in (
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    ):
        assert strict.post(address, {"deed": "like"}, headers=headers).status_code == 403, headers
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}):
        assert strict.post(address, {"deed": "like"}, headers=headers).status_code in (302, 307), headers
    page = strict.get(address).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    strict.post(address, {"deed": "like", "csrfmiddlewaretoken": token}, follow=True)
    assert count(comment) == 1


@pytest.mark.django_db(transaction=True)
def test_one_reader_racing_with_itself_counts_once():
    comment = a_comment(an_article())

    def race(_):
        try:
            while True:
                # A database in memory, as tests have on SQLite, refuses where one on a disk lets writers wait.
                with suppress(OperationalError):
                    return like_comment(comment, "device:same")
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        new = list(pool.map(race, range(12)))
    assert sum(new) == count(comment) == Like.objects.count() == 1


def test_likes_are_told_to_the_pages_in_one_entry():
    first, second = a_comment(an_article()), a_comment(an_article())
    like_comment(first, "device:a")
    like_comment(first, "device:b")
    like_comment(second, "device:a")
    before = Entry.objects.count()
    assert tell_likes() == 2
    assert tell_likes() == 0
    entry = Entry.objects.order_by("-sequence")[0]
    assert Entry.objects.count() == before + 1
    assert set(entry.keys) == {first.content_key, second.content_key}


def test_enough_reports_put_a_comment_before_the_moderators_again(admin_user):
    comment = approve_comment(a_comment(an_article(), state=CommentState.PENDING), admin_user)
    same = Client()
    reports(comment, client=same)
    assert "已经举报过" in reports(comment, client=same).content.decode()
    assert not Comment.objects.flagged().exists()
    for _ in range(ENOUGH_REPORTS - 1):
        reports(comment)
    assert Comment.objects.flagged().get() == comment
    assert Entry.objects.filter(kind="comment.reported").get().payload["reports"] == ENOUGH_REPORTS
    approve_comment(comment, admin_user)
    assert not Comment.objects.flagged().exists()
    assert not CommentReport.objects.exists()
    assert Entry.objects.filter(kind="comment.approved").count() == 2


def test_one_grave_report_is_enough():
    comment = a_comment(an_article())
    reports(comment, "privacy", words="写了我家门牌")
    assert Comment.objects.flagged().get() == comment


def test_a_report_needs_a_reason(client):
    comment = a_comment(an_article())
    for reason in ("", "nonsense"):
        answer = reports(comment, reason)
        assert answer.status_code == 422
        assert "请选择原因" in answer.content.decode()
    assert not CommentReport.objects.exists()
