"""Moderators decide; the journal remembers."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meiri.comments.models import Comment, State
from meiri.comments.moderation import approve, reject
from meiri.comments.reading import counts_of
from meiri.journal.models import Entry
from tests.comments.test_reading import a_comment
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator():
    user = get_user_model().objects.create_user("mod", password="x")
    user.user_permissions.add(
        Permission.objects.get(codename="moderate_comment"), Permission.objects.get(codename="access_admin")
    )
    return get_user_model().objects.get(pk=user.pk)


def waiting(article=None, text="好"):
    return a_comment(article or an_article(), text, state=State.PENDING)


def test_each_decision_is_one_entry_and_keeps_the_count(moderator):
    comment = waiting()
    article = comment.article_id
    before = Entry.objects.count()
    approve(comment, moderator)
    approve(comment, moderator)
    assert counts_of([article]) == {article: 1}
    comment = reject(comment, "广告或推广", moderator)
    assert counts_of([article]) == {article: 0}
    assert (comment.state, comment.reason, comment.decided_by) == (State.REJECTED, "广告或推广", moderator)
    approve(comment, moderator)
    assert counts_of([article]) == {article: 1}
    entries = list(Entry.objects.order_by("sequence"))[before:]
    assert [e.kind for e in entries] == ["comment.approved", "comment.rejected", "comment.approved"]
    assert all(e.keys == [f"comments:{article}"] and e.actor == f"user:{moderator.pk}" for e in entries)
    assert "好" not in str([e.payload for e in entries])


def test_a_rejection_needs_a_reason(moderator):
    with pytest.raises(ValidationError):
        reject(waiting(), "  ", moderator)
    with pytest.raises(ValidationError):
        reject(waiting(), "长" * 101, moderator)


def test_who_may_not_moderate_changes_nothing():
    user = get_user_model().objects.create_user("someone", password="x")
    comment = waiting()
    with pytest.raises(PermissionDenied):
        approve(comment, user)
    assert Comment.objects.get().state == State.PENDING


def test_many_are_decided_at_once_in_the_queue(client, moderator):
    client.force_login(moderator)
    article = an_article()
    first, second, third = (waiting(article, t) for t in ("一号", "二号", "<b>三号"))
    page = client.get("/admin/comments/").content.decode()
    assert page.index("一号") < page.index("二号") < page.index("&lt;b&gt;三号")
    client.post("/admin/comments/", {"comment": [first.pk, second.pk], "deed": "approve"})
    client.post("/admin/comments/", {"comment": [third.pk], "deed": "reject", "reason": "人身攻击"})
    assert counts_of([article.pk]) == {article.pk: 2}
    page = client.get("/admin/comments/?list=rejected").content.decode()
    assert "未通过：人身攻击" in page


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"deed": "approve"}, "请先勾选评论"),
        ({"deed": "approve", "comment": ["x", "9" * 40]}, "请先勾选评论"),
        ({"deed": "reject", "comment": "this"}, "请写明不通过的原因"),
        ({"comment": "this"}, "请选择"),
    ],
)
def test_the_queue_says_what_is_missing(client, moderator, sent, message):
    client.force_login(moderator)
    comment = waiting()
    sent = {**sent, "comment": comment.pk} if sent.get("comment") == "this" else sent
    answer = client.post("/admin/comments/", sent, follow=True)
    assert message in answer.content.decode()
    assert Comment.objects.get().state == State.PENDING


def test_the_queue_is_for_moderators(client, admin_user):
    reporter = get_user_model().objects.create_user("reporter", password="x")
    reporter.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(reporter)
    assert client.get("/admin/comments/").status_code == 302
    assert "评论审核" not in client.get("/admin/", follow=True).content.decode()
    client.force_login(admin_user)
    assert "评论审核" in client.get("/admin/comments/?list=nonsense&from=x").content.decode()


def test_the_queue_costs_the_same_with_one_and_with_many(client, moderator):
    client.force_login(moderator)
    waiting()

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get("/admin/comments/")
        return len(queries)

    cost()
    one = cost()
    for _ in range(10):
        waiting()
    assert cost() == one
