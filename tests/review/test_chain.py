"""The way of an article through its chain: six hands, and what a change, a return and an exception do."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from wagtail.actions.publish_revision import PublishPermissionError

from meiri.newsroom.models import Article
from meiri.newsroom.publication_checks import PublicationStopped
from meiri.newsroom.publishing import publish
from meiri.newsroom.reviewing import ReviewRefused
from meiri.review.letting_pass import grant_exception
from meiri.review.models import ReviewSheet, ReviewState, ReviewVerdict
from tests.newsroom.test_admin import form_of
from tests.review.newsroom import a_submitted, change, pass_all, review, set_up, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def newsroom():
    return set_up()


def test_six_hands_publish_an_article_and_its_sheet_names_them(newsroom):
    article = a_submitted(newsroom)
    for hand, step in zip(newsroom.hands, ["一校", "初审", "二校", "复审", "三校", "终审"], strict=True):
        assert waiting(article).task.name == step
        assert not Article.objects.get(pk=article.pk).live
        review(article, hand)
    article.refresh_from_db()
    assert article.live
    sheet = ReviewSheet.objects.get()
    assert not sheet.unreviewed
    for hand in newsroom.hands:
        assert hand.nickname in sheet.document


def test_b3_nobody_reviews_twice_and_nobody_reviews_their_own(newsroom):
    article = a_submitted(newsroom)
    review(article, newsroom.editors[0])
    with pytest.raises(ReviewRefused, match="您做过这一稿的一校"):
        review(article, newsroom.editors[0])
    own = a_submitted(newsroom)
    Article.objects.filter(pk=own.pk).update(created_by=newsroom.editors[0])
    with pytest.raises(ReviewRefused, match="不能审自己的稿件"):
        review(own, newsroom.editors[0])


def test_a_changed_text_begins_again_and_whoever_changed_it_reviews_no_more(newsroom):
    article = a_submitted(newsroom)
    review(article, newsroom.editors[0])
    review(article, newsroom.editors[1])
    change(article, newsroom.editors[2], title="雪后的头一班公交")
    assert waiting(article).task.name == "一校"
    with pytest.raises(ReviewRefused, match="不能审自己的稿件"):
        review(article, newsroom.editors[2])
    review(article, newsroom.editors[0])
    assert waiting(article).task.name == "初审"


def test_what_was_not_reviewed_is_not_published(newsroom):
    article = a_submitted(newsroom)
    for by in (newsroom.editors[0], newsroom.chiefs[0], newsroom.root, None):
        with pytest.raises(PublicationStopped, match="还缺一校、初审"):
            publish(Article.objects.get(pk=article.pk), by=by)
    assert not Article.objects.get(pk=article.pk).live


def test_a_rejection_needs_words_and_goes_back_to_a_step(newsroom):
    article = a_submitted(newsroom)
    for hand in newsroom.hands[:3]:
        review(article, hand)
    with pytest.raises(ReviewRefused, match="须写明意见"):
        review(article, newsroom.editors[3], ReviewVerdict.CHANGE)
    back = ReviewState.objects.filter(verdict=ReviewVerdict.ADOPT).order_by("pk")[1].task_id
    review(article, newsroom.editors[3], ReviewVerdict.CHANGE, opinion="第二段数字再核", back_to=back)
    assert waiting(article).task.name == "初审"
    review(article, newsroom.editors[1])
    assert waiting(article).task.name == "二校"


def test_what_comes_back_to_the_author_is_sent_again_and_begins_with_what_is_missing(newsroom):
    article = a_submitted(newsroom)
    review(article, newsroom.editors[0])
    review(article, newsroom.editors[1], ReviewVerdict.CHANGE, opinion="补来源", marks={"": "导语太长"})
    article = Article.objects.get(pk=article.pk)
    assert waiting(article) is None
    article.current_workflow_state.resume(newsroom.writer)
    assert waiting(article).task.name == "初审"
    review(article, newsroom.editors[1], ReviewVerdict.CHANGE, opinion="还是要改")
    article = change(article, newsroom.writer, summary="补了一句摘要")
    article.current_workflow_state.resume(newsroom.writer)
    assert waiting(article).task.name == "一校"


def test_only_a_chief_lets_a_text_pass_and_not_their_own(newsroom):
    article = a_submitted(newsroom)
    for by in (newsroom.editors[0], newsroom.root, newsroom.writer):
        with pytest.raises(ReviewRefused):
            grant_exception(article, "领导在外地", by)
    grant_exception(article, "突发，终审人已电话同意", newsroom.chiefs[0])
    publish(Article.objects.get(pk=article.pk), by=newsroom.chiefs[0])
    sheet = ReviewSheet.objects.get()
    assert sheet.excepted
    assert "突发，终审人已电话同意" in sheet.document


def test_a_withdrawn_last_step_publishes_only_by_who_may(newsroom):
    article = a_submitted(newsroom)
    pass_all(article, newsroom)
    assert Article.objects.get(pk=article.pk).live
    with pytest.raises(PublishPermissionError):
        publish(Article.objects.get(pk=article.pk), by=newsroom.writer)


@pytest.mark.parametrize("title", ["雪后的第一班公交", "雪后的头一班公交"])
def test_what_is_in_review_and_sent_once_more_from_a_form_that_was_open_stays_in_it(newsroom, client, title):
    article = a_submitted(newsroom)
    client.force_login(newsroom.editors[0])
    address = reverse("wagtailsnippets_newsroom_article:edit", args=[article.pk])
    answer = client.post(address, form_of(article, title=title, **{"action-submit": "1"}), follow=True)
    assert answer.redirect_chain == [(address, 302)]
    said = [str(message).strip() for message in get_messages(answer.wsgi_request)]
    assert said[:1] == ["稿件已经送审，审校正在进行。您的改动已保存，不必再送。"]
    assert not any("moderation" in line or "已提交" in line for line in said), said
    article = Article.objects.get(pk=article.pk)
    assert article.latest_revision.content["title"] == title
    assert article.current_workflow_state.status == "in_progress"
    assert waiting(article).task.name == "一校"
