"""Moderators decide; the journal remembers."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meiri.comments.appealing import appeal
from meiri.comments.models import Comment, CommentState
from meiri.comments.moderation import approve_comment, pick_comment, reject_comment, unpick_comment
from meiri.comments.permissions import MODERATORS
from meiri.comments.queue import QueueView
from meiri.comments.reactions import report_comment
from meiri.comments.thread_pages import counts_of
from meiri.journal.models import Entry
from meiri.letters.permissions import LETTER_EDITORS
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.roles import REPORTERS
from tests.comments.test_thread_pages import a_comment
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
    return a_comment(article or an_article(), text, state=CommentState.PENDING)


def test_each_decision_is_one_entry_and_keeps_the_count(moderator):
    comment = waiting()
    article = comment.article_id
    before = Entry.objects.count()
    approve_comment(comment, moderator)
    approve_comment(comment, moderator)
    assert counts_of([article]) == {article: 1}
    comment = reject_comment(comment, "广告或推广", moderator)
    assert counts_of([article]) == {article: 0}
    assert (comment.state, comment.reason, comment.decided_by) == (
        CommentState.REJECTED,
        "广告或推广",
        moderator,
    )
    approve_comment(comment, moderator)
    assert counts_of([article]) == {article: 1}
    entries = list(Entry.objects.order_by("sequence"))[before:]
    assert [e.kind for e in entries] == ["comment.approved", "comment.rejected", "comment.approved"]
    assert all(e.keys == [f"comments:{article}"] and e.actor == f"user:{moderator.pk}" for e in entries)
    assert "好" not in str([e.payload for e in entries])


def test_a_rejection_needs_a_reason(moderator):
    with pytest.raises(ValidationError):
        reject_comment(waiting(), "  ", moderator)
    with pytest.raises(ValidationError):
        reject_comment(waiting(), "长" * 101, moderator)


def test_who_may_not_moderate_changes_nothing():
    user = get_user_model().objects.create_user("someone", password="x")
    comment = waiting()
    with pytest.raises(PermissionDenied):
        approve_comment(comment, user)
    assert Comment.objects.get().state == CommentState.PENDING


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
    assert Comment.objects.get().state == CommentState.PENDING


def test_editors_pick_and_answer_and_the_journal_says_so(client, moderator):
    client.force_login(moderator)
    comment = waiting()
    with pytest.raises(ValidationError, match="已通过"):
        pick_comment(comment, moderator)
    client.post(f"/admin/comments/{comment.pk}/", {"text": "谢谢，已转记者核实。"})
    reply = Comment.objects.get(official=True)
    assert (reply.reply_to, reply.text, reply.state) == (
        comment,
        "谢谢，已转记者核实。",
        CommentState.APPROVED,
    )
    assert counts_of([comment.article_id]) == {comment.article_id: 2}
    client.post("/admin/comments/?list=approved", {"deed": f"pick-{comment.pk}"})
    comment.refresh_from_db()
    assert comment.picked_at
    assert [e.kind for e in Entry.objects.order_by("-sequence")[:3]] == [
        "comment.picked",
        "comment.answered",
        "comment.approved",
    ]
    assert "精选" in client.get(f"/comments/{comment.article_id}/").content.decode()
    assert unpick_comment(comment, moderator).picked_at is None
    pick_comment(comment, moderator)
    assert reject_comment(comment, "与稿件无关", moderator).picked_at is None


@pytest.mark.parametrize("text", ["", "  ", "长" * 501])
def test_an_answer_needs_words_of_bounded_number(client, moderator, text):
    client.force_login(moderator)
    comment = waiting()
    assert client.post(f"/admin/comments/{comment.pk}/", {"text": text}).status_code == 422
    assert not Comment.objects.filter(official=True).exists()
    assert Comment.objects.get().state == CommentState.PENDING


def test_what_the_same_person_wrote_before_stands_beside_a_comment(client, moderator):
    client.force_login(moderator)
    article = an_article()
    first = a_comment(article, "早先的一条", visitor="m" * 32, state=CommentState.REJECTED, reason="人身攻击")
    comment = a_comment(article, "这一条", visitor="m" * 32, state=CommentState.PENDING)
    a_comment(article, "别人的", visitor="n" * 32)
    a_comment(article, "没有标记的")
    page = client.get(f"/admin/comments/{comment.pk}/").content.decode()
    assert "早先的一条" in page
    assert "未通过：人身攻击" in page
    assert "别人的" not in page
    assert "没有标记的" not in page
    assert list(Comment.objects.of_person(first)) == [comment, first]


def test_lists_of_what_needs_another_look(client, moderator):
    client.force_login(moderator)
    article = an_article()
    flagged = report_enough(a_comment(article, "惹人举报的"))
    appealed = appeal(reject_comment(waiting(article, "不服的"), "与稿件无关"), "有关")
    page = client.get("/admin/comments/?list=flagged").content.decode()
    assert "惹人举报的" in page
    assert "举报：泄露他人隐私，门牌" in page
    assert "不服的" not in page
    page = client.get("/admin/comments/?list=appealed").content.decode()
    assert "不服的" in page
    assert "有关" in page
    client.post("/admin/comments/?list=flagged", {"deed": f"approve-{flagged.pk}"})
    client.post("/admin/comments/?list=appealed", {"deed": f"approve-{appealed.pk}"})
    for which in ("flagged", "appealed"):
        assert "这里没有评论" in client.get(f"/admin/comments/?list={which}").content.decode()


def report_enough(comment):
    report_comment(comment, "device:a", "privacy", "门牌")
    return comment


def test_the_script_of_the_queue_is_told_what_was_done(client, moderator):
    client.force_login(moderator)
    first, second = waiting(), waiting()
    sent = {"deed": "reject", "comment": [first.pk, second.pk], "reason": "人身攻击"}
    answer = client.post("/admin/comments/", sent, HTTP_ACCEPT="application/json")
    assert answer.json() == {"done": [first.pk, second.pk], "said": "2 条评论未通过。", "refused": []}
    answer = client.post(
        "/admin/comments/", {"deed": "reject", "comment": first.pk}, HTTP_ACCEPT="application/json"
    )
    assert answer.status_code == 422
    assert answer.json()["refused"] == ["请写明不通过的原因。"]


def test_the_queue_is_for_moderators(client, admin_user):
    reporter = get_user_model().objects.create_user("reporter", password="x")
    reporter.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(reporter)
    comment = waiting()
    assert client.get("/admin/comments/").status_code == 302
    assert client.get(f"/admin/comments/{comment.pk}/").status_code == 302
    client.post("/admin/comments/", {"deed": f"approve-{comment.pk}"})
    client.post(f"/admin/comments/{comment.pk}/", {"text": "官方"})
    assert Comment.objects.get().state == CommentState.PENDING
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
    cost()  # what is kept is read again where the journal went on
    assert cost() == one


def test_b4_its_views_ask_who_may_by_themselves_too(rf):
    """Whichever address leads to them, also one that the table of the admin's doors does not know."""
    request = rf.get("/")
    request.user = get_user_model().objects.create_user("reader")
    with pytest.raises(PermissionDenied):
        QueueView.as_view()(request)


def test_b4_the_menu_leads_moderators_alone_to_the_queue(client):
    create_newsroom()
    for group, leads in ((MODERATORS, True), (REPORTERS, False), (LETTER_EDITORS, False)):
        person = get_user_model().objects.create_user(group)
        person.groups.set(Group.objects.filter(name=group))
        client.force_login(person)
        assert ('"/admin/comments/"' in client.get("/admin/").content.decode()) == leads
