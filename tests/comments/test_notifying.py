"""Members are told what became of their comments, once, and nobody else is."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from meiri.comments.appealing import appeal
from meiri.comments.models import Comment
from meiri.comments.moderation import (
    answer_comment,
    approve_comment,
    pick_comment,
    reject_comment,
    unpick_comment,
)
from meiri.comments.submission import Sent, take_comment
from meiri.personal.models import Notice
from meiri.sections.models import CommentPolicy
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator():
    user = get_user_model().objects.create_user("moderator", password="x")
    user.user_permissions.add(Permission.objects.get(codename="moderate_comment"))
    return get_user_model().objects.get(pk=user.pk)


@pytest.fixture
def member():
    return get_user_model().objects.create_user("lin", password="x", nickname="林间")


def written(article, number: int = 1, **more) -> Comment:
    return Comment.objects.get(
        pk=take_comment(Sent(article.pk, f"digest {number}", "读者", "写得好", **more)).comment
    )


def told(user) -> list[tuple[str, str]]:
    return list(Notice.objects.filter(member=user).order_by("pk").values_list("text", "url"))


def test_a_decision_and_its_reason_reach_the_member_once(member, moderator):
    comment = written(an_article("水库开闸"), member=member.pk)
    assert told(member) == []
    for _ in range(2):
        reject_comment(comment, "广告或推广", moderator)
    assert told(member) == [("您对《水库开闸》的评论未通过审核：广告或推广", f"/comments/mine/{comment.pk}/")]


@pytest.mark.parametrize(
    ("passes", "words"), [(True, "经申诉复核，已通过"), (False, "经申诉复核，仍未通过：离题")]
)
def test_the_outcome_of_an_appeal_is_told_as_one(member, moderator, passes, words):
    comment = written(an_article(), member=member.pk)
    reject_comment(comment, "广告或推广", moderator)
    appeal(comment, "这不是广告。")
    if passes:
        approve_comment(comment, moderator)
    else:
        reject_comment(comment, "离题", moderator)
    assert words in told(member)[-1][0]
    assert len(told(member)) == 2


def test_what_showed_at_once_is_told_of_only_where_it_is_taken_back(member, moderator):
    comment = written(an_article(comment_policy=CommentPolicy.OPEN), member=member.pk)
    approve_comment(comment, moderator)
    assert told(member) == []
    reject_comment(comment, "广告或推广", moderator)
    assert "未通过审核" in told(member)[0][0]


def test_a_pick_and_an_answer_are_told(member, moderator):
    article = an_article("水库开闸", comment_policy=CommentPolicy.OPEN)
    comment = written(article, member=member.pk)
    pick_comment(comment, moderator)
    unpick_comment(comment, moderator)
    pick_comment(comment, moderator)
    answer_comment(comment, "谢谢您。", moderator)
    reply = Comment.objects.get(official=True)
    page = f"/comments/{article.pk}/?thread={comment.pk}#comment-"
    assert told(member) == [
        ("您对《水库开闸》的评论入选编辑精选。", f"{page}{comment.pk}"),
        ("编辑部回复了您对《水库开闸》的评论。", f"{page}{reply.pk}"),
    ]


def test_a_reply_is_told_when_readers_see_it_and_once(member, moderator, client):
    article = an_article("水库开闸")
    thread = approve_comment(written(article, member=member.pk))
    Notice.objects.all().delete()
    reply = written(article, 2, reply_to=thread.pk)
    assert told(member) == []
    approve_comment(reply, moderator)
    reject_comment(reply, "广告或推广", moderator)
    appeal(reply, "不是。")
    approve_comment(reply, moderator)
    assert [words for words, _ in told(member)] == ["读者回复了您对《水库开闸》的评论。"]
    assert "写得好" in client.get(told(member)[0][1].partition("#")[0]).content.decode()


def test_replies_that_show_at_once_are_told_and_ones_own_are_not(member):
    article = an_article(comment_policy=CommentPolicy.OPEN)
    thread = written(article, member=member.pk)
    written(article, 2, member=member.pk, reply_to=thread.pk)
    assert told(member) == []
    written(article, 3, reply_to=thread.pk)
    assert len(told(member)) == 1


def test_who_has_no_account_is_told_nothing(moderator):
    comment = written(an_article())
    approve_comment(comment, moderator)
    pick_comment(comment, moderator)
    answer_comment(comment, "谢谢您。", moderator)
    assert not Notice.objects.exists()
