"""A reader writes a comment, with or without a script."""

import itertools
import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from meiri.comments.asking import NUMBERS
from meiri.comments.limits import END, FEW, MOST
from meiri.comments.models import Comment, CommentState
from meiri.comments.moderation import approve_comment
from meiri.comments.proof_of_work import is_done
from meiri.comments.thread_pages import counts_of
from meiri.journal.models import Entry
from meiri.newsroom.publishing import withdraw
from meiri.sections.models import CommentPolicy
from tests.newsroom_factory import a_draft, an_article

pytestmark = pytest.mark.django_db


def send(client, article, text="写得好", name="读者", **fields):
    """Send the form as a browser does, which goes where it is led."""
    headers = {"REMOTE_ADDR": fields.pop("REMOTE_ADDR", "198.51.100.7")}
    return client.post(
        f"/comments/{article.pk}/", {"name": name, "text": text, **fields}, follow=True, **headers
    )


def worked(client, article) -> dict[str, str]:
    """What the script of a fresh form adds to it."""
    once = re.search(r'name="once" value="([^"]+)"', words(client.get(f"/comments/{article.pk}/form/")))[1]
    return {"once": once, "work": next(str(n) for n in itertools.count() if is_done(once, str(n)))}


def words(response):
    return response.content.decode()


def test_a_comment_waits_for_review_and_the_reader_is_told(client):
    article = an_article()
    answer = send(client, article)
    assert answer.status_code == 200
    assert "已收到，审核后显示" in words(answer)
    comment = Comment.objects.get()
    assert (comment.state, comment.name, comment.text) == (CommentState.PENDING, "读者", "写得好")
    assert "写得好" not in words(client.get(f"/fragments/comments/{article.pk}/"))
    approve_comment(comment)
    assert "写得好" in words(client.get(f"/fragments/comments/{article.pk}/"))
    assert "共 1 条评论" in words(client.get(f"/fragments/comments/{article.pk}/"))


def test_where_review_comes_after_a_comment_shows_at_once(client):
    article = an_article(comment_policy=CommentPolicy.OPEN)
    assert "已显示在文章下方" in words(send(client, article))
    assert "写得好" in words(client.get(f"/comments/{article.pk}/"))
    assert counts_of([article.pk]) == {article.pk: 1}
    assert Entry.objects.filter(kind="comment.approved").get().keys == [f"comments:{article.pk}"]
    assert list(Comment.objects.unchecked()) == [Comment.objects.get()]


def test_where_comments_are_closed_none_is_taken(client):
    article = an_article(comment_policy=CommentPolicy.CLOSED)
    answer = send(client, article)
    assert answer.status_code == 403
    assert "评论已经关闭" in words(answer)
    assert '<form class="comment-form' not in words(client.get(f"/fragments/comments/{article.pk}/"))
    assert not Comment.objects.exists()


def test_the_form_sent_twice_makes_one_comment(client):
    article = an_article()
    page = words(client.get(f"/comments/{article.pk}/"))
    once = re.search(r'name="once" value="([^"]+)"', page)[1]
    first, second = send(client, article, once=once), send(client, article, once=once)
    assert first.redirect_chain == second.redirect_chain == [(f"/comments/receipt/{once}/", 302)]
    assert Comment.objects.count() == 1


def test_who_fills_the_trap_is_told_and_can_send_again(client):
    answer = send(client, an_article(), website="http://spam.example")
    assert answer.status_code == 422
    assert "应当留空" in words(answer)
    assert "spam.example" not in words(answer)
    assert "写得好" in words(answer)
    assert not Comment.objects.exists()


def test_who_writes_much_without_a_script_is_asked_a_question_first(client):
    article = an_article()
    for _ in range(FEW):
        assert send(client, article).status_code == 200
    asked = send(client, article)
    assert asked.status_code == 429
    first, second = re.search(r"(.)加(.)等于几？", words(asked)).groups()
    fields = {
        name: re.search(rf'name="{name}" value="([^"]+)"', words(asked))[1] for name in ("asked", "once")
    }
    wrong = send(client, article, answer="一百", **fields)
    assert wrong.status_code == 429
    assert "答案不对" in words(wrong)
    right = str(NUMBERS.index(first) + NUMBERS.index(second))
    assert Comment.objects.count() == FEW
    assert "已收到" in words(send(client, article, answer=right, **fields))
    assert Comment.objects.count() == FEW + 1
    # An answer is good for its own form alone.
    again = {**fields, "once": "x" * 22}
    assert send(client, article, answer=right, **again).status_code == 429


def test_work_done_by_the_script_is_trusted_with_more(client):
    article = an_article()
    for _ in range(MOST):
        assert send(client, article, **worked(client, article)).status_code == 200
    assert send(client, article, **worked(client, article)).status_code == 429


def test_there_is_an_end_for_one_visitor_and_the_others_feel_nothing(client):
    article = an_article()
    for _ in range(END):
        send(client, article)
    answer = send(client, article)
    assert answer.status_code == 429
    assert "请稍后再发" in words(answer)
    assert Comment.objects.count() == FEW
    assert send(client, article, REMOTE_ADDR="203.0.113.9").status_code == 200


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"text": ""}, "请写下评论内容"),
        ({"text": "   \u200b\x00 "}, "请写下评论内容"),
        ({"text": "好" * 501}, "现在是 501 字"),
        ({"text": "好" * 1_000_000}, "500 字以内"),
        ({"name": ""}, "请填写昵称"),
        ({"name": "长" * 21}, "20 字以内"),
        ({"name": "每日新闻网小编"}, "请换一个"),
        ({"reply_to": "999999"}, "您回复的评论已不在"),
        ({"reply_to": "九"}, "输入整数"),
    ],
)
def test_what_is_wrong_is_said_beside_the_form_and_at_its_top(client, fields, message):
    answer = send(client, an_article(), **fields)
    assert answer.status_code == 422
    assert message in words(answer)
    assert 'class="error-summary" role="alert"' in words(answer)
    assert not Comment.objects.exists()


def test_an_error_is_tied_to_its_field(client):
    page = words(send(client, an_article(), text=""))
    assert '<p class="field-error" id="comment_text_error">' in page
    described = re.search(r'<textarea[^>]*aria-describedby="([^"]+)"', page)[1].split()
    assert all(f'id="{id_}"' in page for id_ in described)
    assert "comment_text_error" in described
    assert 'aria-invalid="true"' in page


def test_what_was_written_is_escaped_and_no_link(client):
    article = an_article()
    send(client, article, text="<script>alert(1)</script> https://spam.example", name="<i>甲</i>")
    approve_comment(Comment.objects.get())
    for address in (f"/comments/{article.pk}/", f"/fragments/comments/{article.pk}/"):
        page = words(client.get(address))
        assert "&lt;script&gt;" in page
        assert "&lt;i&gt;甲" in page
        assert 'href="https://spam.example' not in page


def test_bytes_that_are_no_text_are_survived(client):
    article = an_article()
    for body, type_ in [
        (b"name=%ff%fe&text=%ff%ff", "application/x-www-form-urlencoded"),
        ("name=读者&text=好".encode("gb18030"), "application/x-www-form-urlencoded"),
        (b"name=a&text=b", "application/x-www-form-urlencoded; charset=gbk"),
        (b"\x00\xff", "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
    ]:
        answer = client.post(f"/comments/{article.pk}/", body, content_type=type_)
        assert answer.status_code in (302, 400, 422)


@pytest.mark.parametrize("number", [0, 999_999, 10**30])
def test_there_is_nothing_to_comment_where_there_is_no_article(client, number):
    assert client.get(f"/comments/{number}/").status_code == 404
    assert client.post(f"/comments/{number}/", {"name": "读者", "text": "好"}).status_code == 404
    assert client.get(f"/fragments/comments/{number}/").status_code == 404


def test_drafts_and_withdrawn_articles_take_and_show_no_comments(client):
    article = an_article()
    withdraw(article, "来源失实")
    for unseen in (article, a_draft()):
        assert send(client, unseen).status_code == 404
        assert client.get(f"/fragments/comments/{unseen.pk}/").status_code == 404


def test_the_form_needs_its_token_and_is_never_stored():
    strict = Client(enforce_csrf_checks=True)
    article = an_article()
    assert send(strict, article).status_code == 403
    page = strict.get(f"/comments/{article.pk}/form/")
    assert "no-store" in page["Cache-Control"]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', words(page))[1]
    assert send(strict, article, csrfmiddlewaretoken=token).status_code == 200


def test_what_a_form_does_not_ask_is_not_taken(client):
    article = an_article()
    send(client, article, state="approved", official="on", likes="99", picked_at="2026-01-01", member="1",
         visitor="x", decided_by="1", note="x")  # fmt: skip
    comment = Comment.objects.get()
    assert (comment.state, comment.official, comment.likes) == (CommentState.PENDING, False, 0)
    assert (comment.picked_at, comment.member, comment.decided_by, comment.note) == (None, None, None, "")
    assert comment.visitor not in ("", "x")


def test_one_browser_has_one_mark_and_another_has_another(client):
    article = an_article()
    send(client, article)
    send(client, article)
    send(client, article, REMOTE_ADDR="203.0.113.9")
    first, second, other = Comment.objects.order_by("pk").values_list("visitor", flat=True)
    assert first == second != other
    assert "198.51" not in first


def test_a_member_comments_by_nickname_and_can_take_no_other(client):
    member = get_user_model().objects.create_user("lin", password="x", nickname="林间")
    client.force_login(member)
    article = an_article()
    send(client, article, name="别人")
    comment = Comment.objects.get()
    assert (comment.name, comment.member) == ("林间", member)
    approve_comment(comment)
    assert "会员" in words(client.get(f"/fragments/comments/{article.pk}/"))
    member.delete()
    assert Comment.objects.get().name == "林间"


def test_the_name_an_account_signs_in_with_is_never_shown(client):
    client.force_login(get_user_model().objects.create_user("secret-login", password="x"))
    article = an_article(comment_policy=CommentPolicy.OPEN)
    send(client, article)
    assert Comment.objects.get().name == "会员"
    assert "secret-login" not in words(client.get(f"/comments/{article.pk}/"))


def test_a_reply_to_a_reply_stands_in_the_same_thread(client):
    article = an_article(comment_policy=CommentPolicy.OPEN)
    send(client, article, text="一")
    first = Comment.objects.get(text="一")
    send(client, article, text="二", reply_to=first.pk)
    second = Comment.objects.get(text="二")
    send(client, article, text="三", reply_to=second.pk)
    assert second.reply_to == Comment.objects.get(text="三").reply_to == first
    page = words(client.get(f"/comments/{article.pk}/?reply_to={second.pk}"))
    assert f'name="reply_to" value="{second.pk}"' in page


def test_a_comment_of_another_article_cannot_be_answered_here(client):
    elsewhere = an_article(comment_policy=CommentPolicy.OPEN)
    send(client, elsewhere)
    answer = send(client, an_article(), reply_to=Comment.objects.get().pk)
    assert "您回复的评论已不在" in words(answer)
