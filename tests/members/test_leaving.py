"""A member takes away what the site holds about them, and leaves for good."""

import io
import json
import zipfile

import pytest
from django.contrib.auth import get_user_model

from meiri.comments.models import Comment, CommentState
from meiri.comments.moderation import approve_comment
from meiri.journal.models import Entry
from meiri.members import kept_articles
from meiri.members.limits import MOST_EXPORTS
from meiri.members.models import Favourite, Follow, NoticeChoice, Reading
from meiri.personal.models import Notice
from meiri.personal.notices import tell
from tests.members.people import PASSWORD, a_member, a_registered_member, words
from tests.newsroom_factory import a_channel, an_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(client):
    member = a_registered_member("lin@paper.example", keeps_history=True)
    client.force_login(member)
    return member


def a_comment(member, text, **fields):
    fields.setdefault("article", an_article())
    return Comment.objects.create(member=member, name=str(member), text=text, token_digest=text, **fields)


def with_everything(member):
    """One of each thing that is kept of a member; what they commented, seen and not seen by readers."""
    article = an_article("留下的稿件")
    kept_articles.keep_article(member, article)
    kept_articles.note_reading(member, article.pk)
    kept_articles.follow_section(member, a_channel())
    NoticeChoice.objects.create(member=member, news_by_mail=True)
    tell(member, "一条通知")
    return approve_comment(a_comment(member, "公开的评论", article=article)), a_comment(
        member, "没有公开的评论"
    )


def test_a_member_takes_everything_away(client, member):
    with_everything(member)
    other = a_member("zhao.xi", nickname="别人")
    a_comment(other, "别人的评论")
    assert client.get("/members/export/").status_code == 200
    answer = client.post("/members/export/")
    assert answer["Content-Type"] == "application/zip"
    assert "no-store" in answer["Cache-Control"]
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    data = json.loads(archive.read("data.json"))["资料"]
    assert data["账号"][0]["电子邮箱"] == "lin@paper.example"
    assert [c["内容"] for c in data["评论"]] == ["公开的评论", "没有公开的评论"]
    assert [len(data[part]) for part in ("收藏", "阅读记录", "关注", "通知方式")] == [1, 1, 1, 1]
    assert len(data["通知"]) == 2  # that the comment stands, and the one told by hand
    page = archive.read("我的资料.html").decode()
    assert "公开的评论" in page
    for text in (page, archive.read("data.json").decode()):
        assert "别人" not in text
        assert member.password not in text


def test_the_export_is_escaped(client, member):
    a_comment(member, "<script>alert(1)</script>")
    archive = zipfile.ZipFile(io.BytesIO(client.post("/members/export/").content))
    assert "<script>" not in archive.read("我的资料.html").decode()


def test_exports_are_made_a_few_times_an_hour(client, member):
    for _ in range(MOST_EXPORTS):
        assert client.post("/members/export/").status_code == 200
    assert client.post("/members/export/").status_code == 429


def test_a_member_leaves_and_only_what_was_public_stays_without_a_name(client, member):
    public, hidden = with_everything(member)
    assert "密码不正确" in words(client.post("/members/leave/", {"password": "x"}))
    assert "账号已注销" in words(client.post("/members/leave/", {"password": PASSWORD}))
    assert not get_user_model().objects.exists()
    assert "成为会员" in words(client.get("/members/"))
    public.refresh_from_db()
    assert (public.name, public.member_id, public.state) == ("已注销用户", None, CommentState.APPROVED)
    assert not Comment.objects.filter(pk=hidden.pk).exists()
    for model in (Favourite, Reading, Follow, Notice):
        assert not model.objects.exists()
    entry = Entry.objects.get(kind="comment.unsigned")
    assert entry.keys == [f"comments:{public.article_id}"]
    assert "林间" not in json.dumps(entry.payload, ensure_ascii=False)


def test_a_hidden_comment_that_others_answered_keeps_their_answers(member, client):
    hidden = a_comment(member, "撤下的评论", state=CommentState.REJECTED)
    answer = a_comment(
        None, "别人的回复", article=hidden.article, reply_to=hidden, state=CommentState.APPROVED
    )
    client.post("/members/leave/", {"password": PASSWORD})
    assert Comment.objects.filter(pk=answer.pk).exists()


def test_one_who_leaves_does_not_take_others_along(client, member):
    other = a_member("zhao.xi")
    theirs = approve_comment(a_comment(other, "别人的评论"))
    client.post("/members/leave/", {"password": PASSWORD})
    theirs.refresh_from_db()
    assert (theirs.member_id, theirs.name) == (other.pk, "林间")
