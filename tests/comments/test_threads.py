"""What is counted is what readers see: replies come and go with the comment that they answer."""

import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meiri.audience.counts_writer import keep_counts
from meiri.comments.models import Comment, CommentState
from meiri.comments.moderation import answer_comment, approve_comment, pick_comment, reject_comment
from meiri.comments.submission import Sent, take_comments
from meiri.comments.thread_pages import counts_of
from meiri.sections.models import CommentPolicy
from tests.comments.test_moderation import moderator, waiting  # noqa: F401 a fixture
from tests.comments.test_thread_pages import a_comment
from tests.comments.test_writing import send, words
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


def seen_by_readers(client, article) -> int:
    """How many comments stand on the pages of all comments and of each thread."""
    page = words(client.get(f"/comments/{article.pk}/"))
    seen = set(re.findall(r'id="comment-(\d+)"', page))
    for thread in list(seen):
        answer_ = client.get(f"/comments/{article.pk}/?thread={thread}")
        if answer_.status_code == 200:
            seen |= set(re.findall(r'id="comment-(\d+)"', words(answer_)))
    return len(seen)


def told(client, article) -> set[int]:
    """Every count that readers get to read."""
    keep_counts()
    fragment = words(client.get(f"/fragments/comments/{article.pk}/"))
    in_fragment = re.search(r"共 (\d+) 条评论", fragment)
    api = client.get(f"/api/v1/counts/?ids={article.pk}").json()
    (of_api,) = (
        [line["comments"] for line in api["results"]]
        if "results" in api
        else [api[str(article.pk)]["comments"]]
    )
    return {counts_of([article.pk]).get(article.pk, 0), int(in_fragment[1]) if in_fragment else 0, of_api}


def test_b13_replies_are_counted_as_long_as_their_head_is_seen(client, moderator):  # noqa: F811
    article = an_article()
    head, lonely = waiting(article, "主楼"), waiting(article, "另一条")
    approve_comment(head, moderator)
    approve_comment(lonely, moderator)
    for n in range(3):
        approve_comment(a_comment(article, f"回复{n}", reply_to=head, state=CommentState.PENDING), moderator)
    assert told(client, article) == {5}
    head.refresh_from_db()
    reject_comment(head, "与稿件无关", moderator)
    assert told(client, article) == {1} == {seen_by_readers(client, article)}
    approve_comment(head, moderator)
    assert told(client, article) == {5} == {seen_by_readers(client, article)}


def test_b13_a_reply_to_what_readers_do_not_see_is_refused(client, moderator):  # noqa: F811
    article = an_article(comment_policy=CommentPolicy.OPEN)
    head = a_comment(article, "主楼")
    reply = a_comment(article, "回复", reply_to=head)
    reject_comment(head, "广告或推广", moderator)
    for number in (head.pk, reply.pk):
        refused = send(client, article, "我也说一句", reply_to=number)
        assert refused.status_code == 422
        assert "您回复的评论已不在，请直接发表评论。" in words(refused)
    assert Comment.objects.count() == 2


def test_b13_a_reply_that_waited_cannot_be_shown_without_its_head(client, moderator):  # noqa: F811
    article = an_article()
    head = a_comment(article, "主楼")
    late = a_comment(article, "回复", reply_to=head, state=CommentState.PENDING)
    reject_comment(head, "人身攻击", moderator)
    for deed in (lambda: approve_comment(late, moderator), lambda: answer_comment(late, "您好", moderator)):
        with pytest.raises(ValidationError, match="读者看不到"):
            deed()
    client.force_login(moderator)
    said = client.post("/admin/comments/", {"deed": f"approve-{late.pk}"}, follow=True).content.decode()
    assert "它回复的评论读者看不到，不能单独通过" in said
    reject_comment(late, "人身攻击", moderator)
    head.refresh_from_db()
    approve_comment(head, moderator)
    late.refresh_from_db()
    approve_comment(late, moderator)
    assert told(client, article) == {2} == {seen_by_readers(client, article)}


def test_b13_a_pick_goes_with_its_head_and_its_writer_is_told(client, moderator):  # noqa: F811
    article = an_article(comment_policy=CommentPolicy.OPEN)
    send(client, article, "主楼")
    head = Comment.objects.get()
    receipt = send(client, article, "很好的回复", reply_to=head.pk)
    reply = Comment.objects.exclude(pk=head.pk).get()
    pick_comment(reply, moderator)
    assert "很好的回复" in words(client.get(f"/fragments/comments/{article.pk}/"))
    reject_comment(head, "广告或推广", moderator)
    assert "很好的回复" not in words(client.get(f"/fragments/comments/{article.pk}/"))
    assert "这条回复也随之不再显示" in words(client.get(receipt.request["PATH_INFO"]))
    with pytest.raises(ValidationError, match="不能精选"):
        pick_comment(reply, moderator)


def test_b13_a_reply_whose_head_goes_just_before_it_is_kept_waits(moderator, monkeypatch):  # noqa: F811
    article = an_article(comment_policy=CommentPolicy.OPEN)
    head = a_comment(article, "主楼")
    from meiri.comments import submission

    kept = submission._keep

    def keep(comments):
        reject_comment(Comment.objects.get(pk=head.pk), "与稿件无关", moderator)
        return kept(comments)

    monkeypatch.setattr(submission, "_keep", keep)
    take_comments([Sent(article.pk, "digest", "读者", "回复", reply_to=head.pk)])
    assert Comment.objects.get(text="回复").state == CommentState.PENDING
    assert counts_of([article.pk]).get(article.pk, 0) == 0


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=14))
def test_b13_whatever_moderators_do_the_count_is_what_readers_see(moderator, deeds):  # noqa: F811
    article = an_article()
    head = waiting(article, "主楼")
    thread = [head, waiting(article, "另一条")]
    thread += [a_comment(article, f"回复{n}", reply_to=head, state=CommentState.PENDING) for n in range(2)]
    for which, shows in deeds:
        comment = Comment.objects.get(pk=thread[which].pk)
        try:
            approve_comment(comment, moderator) if shows else reject_comment(comment, "与稿件无关", moderator)
        except ValidationError:
            assert which > 1
    assert (
        counts_of([article.pk]).get(article.pk, 0)
        == Comment.objects.visible().filter(article=article).count()
    )
