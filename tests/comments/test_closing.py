"""Comments end after so many days: as the channel says, else as the site says, unless the article says otherwise."""

from datetime import timedelta

import pytest
from django.utils import timezone

from meiri.comments.closing import policy_of
from meiri.comments.models import CommentSettings
from meiri.journal.content_keys import COMMENT_SETTINGS
from meiri.journal.models import Entry
from meiri.sections.models import CommentPolicy
from tests.comments.test_writing import send, words
from tests.newsroom_factory import a_channel, an_article

pytestmark = pytest.mark.django_db


def old(days: int, **fields):
    return an_article(published_at=timezone.now() - timedelta(days=days), **fields)


def the_site_closes_after(days: int) -> None:
    settings = CommentSettings.load()
    settings.days = days
    settings.save()


def test_the_site_closes_after_its_days_and_the_journal_says_so(client):
    article = old(8)
    assert policy_of(article) == CommentPolicy.REVIEW
    the_site_closes_after(7)
    assert COMMENT_SETTINGS in Entry.objects.order_by("-sequence")[0].keys
    assert policy_of(article) == CommentPolicy.CLOSED
    assert policy_of(old(7)) == CommentPolicy.REVIEW
    assert send(client, article).status_code == 403
    assert "评论已经关闭" in words(client.get(f"/comments/{article.pk}/"))
    assert client.get(f"/comments/{article.pk}/form/").status_code == 404


def test_a_channel_has_days_of_its_own_and_zero_never_closes():
    the_site_closes_after(7)
    assert policy_of(old(8, channel=a_channel("财经", "caijing", comment_days=30))) == CommentPolicy.REVIEW
    assert policy_of(old(31, channel=a_channel("财经", "caijing"))) == CommentPolicy.CLOSED
    assert policy_of(old(900, channel=a_channel("读书", "dushu", comment_days=0))) == CommentPolicy.REVIEW


def test_an_article_that_names_its_policy_stays_as_it_says():
    the_site_closes_after(7)
    assert policy_of(old(30, comment_policy=CommentPolicy.OPEN)) == CommentPolicy.OPEN
    assert policy_of(old(1, comment_policy=CommentPolicy.CLOSED)) == CommentPolicy.CLOSED
