"""A writer always learns what became of a comment and why, and can ask once that it be looked at again."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError

from meiri.comments.appealing import appeal
from meiri.comments.models import Comment, CommentState
from meiri.comments.moderation import approve_comment, reject_comment
from meiri.journal.models import Entry
from tests.comments.test_thread_pages import a_comment
from tests.comments.test_writing import send, words
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


def a_moderator(name):
    user = get_user_model().objects.create_user(name, password="x")
    user.user_permissions.add(Permission.objects.get(codename="moderate_comment"))
    return get_user_model().objects.get(pk=user.pk)


def test_the_receipt_tells_each_step_and_why(client):
    sent = send(client, an_article())
    address = sent.redirect_chain[-1][0]
    assert re.fullmatch(r"/comments/receipt/[A-Za-z0-9_-]{22}/", address)
    assert "已收到，审核后显示" in words(sent)
    comment = Comment.objects.get()
    assert address.split("/")[3] not in comment.token_digest
    first, second = a_moderator("first"), a_moderator("second")
    reject_comment(comment, "与稿件无关", first)
    page = words(client.get(address))
    assert "没有通过审核" in page
    assert "与稿件无关" in page
    assert "请写明申诉的理由" in words(client.post(address, {"appeal": "  "}))
    page = words(client.post(address, {"appeal": "说的正是稿里的事"}, follow=True))
    assert "已申诉，等待复核" in page
    comment.refresh_from_db()
    assert (comment.state, comment.appeal) == (CommentState.PENDING, "说的正是稿里的事")
    with pytest.raises(ValidationError, match="另一位审核员"):
        reject_comment(comment, "仍然无关", first)
    reject_comment(comment, "仍然无关", second)
    page = words(client.get(address))
    assert "这是最后的结果" in page
    assert client.post(address, {"appeal": "再来"}).status_code == 422
    comment.refresh_from_db()
    assert comment.state == CommentState.REJECTED


def test_the_only_moderator_decides_appeals_too():
    only = a_moderator("only")
    comment = reject_comment(a_comment(an_article(), state=CommentState.PENDING), "广告或推广", only)
    appeal(comment, "不是广告")
    assert approve_comment(comment, only).state == CommentState.APPROVED


def test_the_journal_tells_a_members_decisions_without_a_word_of_the_comment(client):
    member = get_user_model().objects.create_user("lin", password="x", nickname="林间")
    client.force_login(member)
    send(client, an_article(), text="机密的话")
    comment = Comment.objects.get()
    reject_comment(comment, "广告或推广", a_moderator("mod"))
    appeal(comment, "不是广告")
    entries = Entry.objects.filter(kind__in=["comment.rejected", "comment.appealed"]).order_by("sequence")
    assert [e.payload["member"] for e in entries] == [member.pk, member.pk]
    assert entries[0].payload == {
        "comment": comment.pk, "article": comment.article_id, "member": member.pk, "reason": "广告或推广",
    }  # fmt: skip
    assert "机密" not in str([e.payload for e in entries])


def test_a_member_sees_the_own_comments_and_nobody_elses(client):
    member, other = (get_user_model().objects.create_user(n, password="x") for n in ("lin", "zhou"))
    own = a_comment(an_article(), "我写的", member=member, state=CommentState.REJECTED, reason="与稿件无关")
    foreign = a_comment(an_article(), "他写的", member=other, state=CommentState.REJECTED)
    assert client.get("/comments/mine/").status_code == 302
    client.force_login(member)
    page = words(client.get("/comments/mine/"))
    assert "我写的" in page
    assert "与稿件无关" in page
    assert "他写的" not in page
    assert client.get(f"/comments/mine/{own.pk}/").status_code == 200
    for address in (f"/comments/mine/{foreign.pk}/", "/comments/mine/999999/", f"/comments/mine/{10**25}/"):
        assert client.get(address).status_code == 404
        assert client.post(address, {"appeal": "请再看"}).status_code == 404
    foreign.refresh_from_db()
    assert foreign.state == CommentState.REJECTED


@pytest.mark.parametrize("key", ["x", "x" * 22, "0" * 64, "official"])
def test_a_key_that_was_guessed_opens_nothing(client, key):
    comment = a_comment(an_article())
    assert client.get(f"/comments/receipt/{key}/").status_code == 404
    assert client.get(f"/comments/receipt/{comment.token_digest}/").status_code == 404


def test_a_receipt_is_never_stored_and_sends_its_key_to_no_other_site(client):
    answer = send(client, an_article())
    assert "no-store" in answer["Cache-Control"]
    # No stricter: without an origin the browser's appeal would be refused.
    assert '<meta name="referrer" content="same-origin">' in words(answer)
